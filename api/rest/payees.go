package rest

import (
	"context"
	"time"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

// PayeeJSON is an account to which an organisation is paid.
type PayeeJSON struct {
	ID         string    `json:"id"`
	Holder     string    `json:"holder" doc:"masked for auditors"`
	Bank       string    `json:"bank" doc:"people in it are masked for auditors"`
	Number     string    `json:"number" doc:"masked: its last four digits"`
	Agency     bool      `json:"agency" doc:"村账镇管: another body holds it for the village"`
	Status     string    `json:"status" enum:"active,replaced"`
	UsableFrom time.Time `json:"usable_from" doc:"no payout goes to it before"`
	CreatedAt  time.Time `json:"created_at"`
}

func (s *Server) listPayees(ctx context.Context, in *PathID) (*body[list[PayeeJSON]], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return payeesBody(s.Orgs.Payees(s.DB.Read(ctx), orgID, caller(ctx).UserID))
}

func payeesBody(found []org.Payee, err error) (*body[list[PayeeJSON]], error) {
	out := &body[list[PayeeJSON]]{list[PayeeJSON]{Items: []PayeeJSON{}}}
	for _, p := range found {
		out.Body.Items = append(out.Body.Items, PayeeJSON{
			p.ID.String(), p.Holder, p.Bank, p.Masked(), p.Agency, p.Status, p.UsableFrom.Time(), p.CreatedAt.Time()})
	}
	return out, err
}

type askPayeeIn struct {
	PathID
	Body struct {
		Holder string `json:"holder" maxLength:"1000"`
		Bank   string `json:"bank" maxLength:"1000"`
		Number string `json:"number" maxLength:"1000" doc:"8 to 32 digits; spaces and hyphens do not count"`
		Agency bool   `json:"agency,omitempty"`
		Reason string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) askPayee(ctx context.Context, in *askPayeeIn) (*body[ApprovalJSON], error) {
	return s.askingPayee(ctx, in, s.Orgs.AskPayee)
}

type asking func(tx *storage.Tx, by audit.Actor, orgID id.ID, a org.PayeeAccount) (approval.Approval, error)

func (s *Server) askingPayee(ctx context.Context, in *askPayeeIn, ask asking) (*body[ApprovalJSON], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	wanted := org.PayeeAccount{Agency: in.Body.Agency, Reason: in.Body.Reason,
		PayeeDetails: org.PayeeDetails{Holder: in.Body.Holder, Bank: in.Body.Bank, Number: in.Body.Number}}
	var asked approval.Approval
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = ask(tx, actor(ctx), orgID, wanted)
		return err
	})
	return s.shownApproval(ctx, asked, err)
}
