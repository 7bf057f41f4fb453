package rest

import (
	"context"

	"time"

	"github.com/danielgtaylor/huma/v2"

	"zique/internal/approval"
	"zique/internal/bank"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/storage"
)

// CorrectableAccount is the code of an account that a correction may touch.
type CorrectableAccount string

// Schema lists them, as huma.SchemaProvider.
func (CorrectableAccount) Schema(huma.Registry) *huma.Schema {
	schema := &huma.Schema{Type: huma.TypeString}
	for _, code := range bank.Correctable {
		schema.Enum = append(schema.Enum, code)
	}
	return schema
}

// CorrectionEntry is one entry of a correction that is asked for.
type CorrectionEntry struct {
	Account   CorrectableAccount `json:"account"`
	AmountFen money.Fen          `json:"amount_fen" doc:"not 0; a positive amount is owed to the account's owner"`
}

// CorrectionJSON says who wanted a correction, or a reversal, and why.
type CorrectionJSON struct {
	ApprovalID  string     `json:"approval_id"`
	Reason      string     `json:"reason"`
	RequestedBy PersonJSON `json:"requested_by"`
	DecidedBy   PersonJSON `json:"decided_by"`
	DecidedAt   *time.Time `json:"decided_at"`
	Reversible  bool       `json:"reversible" doc:"a correction that stands, and that nobody asks to reverse"`
	UndoingID   string     `json:"reversal_approval_id,omitempty" doc:"the request to reverse it that waits"`
}

func (s *Server) correctionOf(ctx context.Context, t ledger.Transaction) (*CorrectionJSON, error) {
	c, err := s.Bank.CorrectedBy(s.DB.Read(ctx), t)
	if err != nil || c.Approved.ID == 0 {
		return nil, err
	}
	a := c.Approved
	v, err := s.veilOf(ctx, a.People())
	return &CorrectionJSON{ApprovalID: a.ID.String(), Reason: v.text(a.Reason), RequestedBy: PersonJSON{a.RequestedBy.String(), v.name(a.RequesterName)},
		DecidedBy: PersonJSON{a.DecidedBy.String(), v.name(a.DeciderName)}, DecidedAt: instant(a.DecidedAt),
		Reversible: t.Kind == ledger.Correction && t.ReversedBy == 0 && c.Undoing == 0, UndoingID: idOrNone(c.Undoing)}, err
}

type askCorrectionIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Entries []CorrectionEntry `json:"entries" maxItems:"100" doc:"2 to 20, no account twice; their amounts sum to zero"`
		Reason  string            `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) askCorrection(ctx context.Context, in *askCorrectionIn) (*stored, error) {
	key, err := keyFor(ctx, "ask-ledger-correction", base+"/ops/ledger/corrections", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	entries := make([]ledger.Entry, len(in.Body.Entries))
	for i, e := range in.Body.Entries {
		entries[i] = ledger.Entry{Account: string(e.Account), Amount: e.AmountFen}
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		asked, err := s.Bank.AskCorrection(tx, actor(ctx), entries, in.Body.Reason)
		if err != nil {
			return nil, 0, err
		}
		asked, err = s.Approvals.Get(tx.DB, tx.Now(), caller(ctx).UserID, asked.ID) // with names
		return approvalJSON(asked, veil{}), asked.ID, err
	})
}

type askReversalIn struct {
	PathID
	Body struct {
		Reason string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) askReversal(ctx context.Context, in *askReversalIn) (*body[ApprovalJSON], error) {
	txID, err := in.parse(ledger.ErrNoTransaction)
	if err != nil {
		return nil, err
	}
	var asked approval.Approval
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = s.Bank.AskReversal(tx, actor(ctx), txID, in.Body.Reason)
		return err
	})
	return s.shownApproval(ctx, asked, err)
}
