package rest

import (
	"context"
	"time"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// Who of an enterprise or a chamber gives cards back, and who looks.
var (
	cardBuyers  = members([]string{org.Enterprise, org.Chamber}, org.RoleSecretary, org.RoleFinance)
	cardLookers = members([]string{org.Enterprise, org.Chamber})
)

// CardReturnJSON is unused cards that go back to the enterprise's money.
type CardReturnJSON struct {
	ID            string    `json:"id"`
	Enterprise    NamedJSON `json:"enterprise"`
	BatchID       string    `json:"batch_id"`
	CardCount     int64     `json:"card_count"`
	AmountFen     money.Fen `json:"amount_fen"`
	Status        string    `json:"status" enum:"requested,approved,done,rejected" doc:"approved: the cards are void, the money is to be transferred"`
	Reason        string    `json:"reason"`
	ApprovalID    string    `json:"approval_id,omitempty" doc:"what waits for a second operator"`
	PayeeHolder   string    `json:"payee_holder,omitempty" doc:"operators only: where the money goes"`
	PayeeBank     string    `json:"payee_bank,omitempty"`
	PayeeNumber   string    `json:"payee_number,omitempty" doc:"in clear, for who makes the transfer"`
	BankReference string    `json:"bank_reference,omitempty"`
	CreatedAt     time.Time `json:"created_at"`
}

type returnCardsIn struct {
	Body struct {
		CardIDs []string `json:"card_ids" maxItems:"200" doc:"unclaimed cards of one batch"`
		Reason  string   `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) returnCards(ctx context.Context, in *returnCardsIn) (*body[CardReturnJSON], error) {
	var ids []id.ID
	var wrong fault.Problems
	for i, text := range in.Body.CardIDs {
		cardID, err := id.Parse(text)
		if err != nil {
			wrong.Add(index("card_ids", i), "invalid", "must be an id")
		}
		ids = append(ids, cardID)
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	var asked aidcard.Return
	err := s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = s.Cards.AskReturn(tx, actor(ctx), ids, in.Body.Reason)
		return err
	})
	return s.shownReturn(ctx, asked.ID, err)
}

type cardReturnsIn struct {
	Paging
	Status  string `query:"status" enum:"requested,approved,done,rejected"`
	BatchID string `query:"batch_id" maxLength:"20"`
}

func (s *Server) listOwnReturns(ctx context.Context, in *cardReturnsIn) (*body[list[CardReturnJSON]], error) {
	return s.listReturns(ctx, in, acting(ctx).OrgID, false)
}

func (s *Server) listAllReturns(ctx context.Context, in *cardReturnsIn) (*body[list[CardReturnJSON]], error) {
	return s.listReturns(ctx, in, 0, !lookingOn(ctx))
}

func (s *Server) listReturns(ctx context.Context, in *cardReturnsIn, enterprise id.ID, withPayees bool) (*body[list[CardReturnJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	filter := aidcard.ReturnFilter{EnterpriseID: enterprise, Status: in.Status, Before: before, Limit: in.Limit + 1}
	if in.BatchID != "" {
		if filter.BatchID, err = parseID(in.BatchID, "batch_id"); err != nil {
			return nil, err
		}
	}
	found, err := aidcard.Returns(s.DB.Read(ctx), filter)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(r aidcard.Return) string { return r.ID.String() })
	items, err := s.returnsJSON(ctx, s.DB.Read(ctx), page, withPayees)
	return &body[list[CardReturnJSON]]{list[CardReturnJSON]{Items: items, NextCursor: next}}, err
}

func (s *Server) returnsJSON(ctx context.Context, view *gorm.DB, found []aidcard.Return, withPayees bool) ([]CardReturnJSON, error) {
	var ids, payeeIDs []id.ID
	for _, r := range found {
		ids, payeeIDs = append(ids, r.ID), append(payeeIDs, r.PayeeID)
	}
	waiting, err := approval.PendingOf(view, s.DB.Now(), aidcard.CardReturn, "card_return", ids)
	if err != nil {
		return nil, err
	}
	payees := map[id.ID]org.Payee{}
	if withPayees {
		if payees, err = s.Orgs.PayeesByID(view, payeeIDs); err != nil {
			return nil, err
		}
	}
	veiled, err := veils(ctx, s, found, func(r aidcard.Return) audit.Circle {
		return audit.Circle{Users: []id.ID{r.AskedBy}, Orgs: []id.ID{r.EnterpriseID}}
	})
	if err != nil {
		return nil, err
	}
	out := []CardReturnJSON{}
	for i, r := range found {
		one := CardReturnJSON{ID: r.ID.String(), Enterprise: NamedJSON{r.EnterpriseID.String(), r.EnterpriseName}, BatchID: r.BatchID.String(), CardCount: r.CardCount,
			AmountFen: r.AmountFen, Status: r.Status, Reason: veiled[i].text(r.Reason), ApprovalID: idOrNone(waiting[r.ID]), CreatedAt: r.CreatedAt.Time()}
		p := payees[r.PayeeID]
		one.PayeeHolder, one.PayeeBank, one.PayeeNumber = p.Holder, p.Bank, p.Number
		if r.BankReference != nil {
			one.BankReference = *r.BankReference
		}
		out = append(out, one)
	}
	return out, nil
}

func (s *Server) shownReturn(ctx context.Context, returnID id.ID, err error) (*body[CardReturnJSON], error) {
	if err != nil {
		return nil, err
	}
	r, err := aidcard.GetReturn(s.DB.Read(ctx), returnID)
	if err != nil {
		return nil, err
	}
	items, err := s.returnsJSON(ctx, s.DB.Read(ctx), []aidcard.Return{r}, false)
	if err != nil {
		return nil, err
	}
	return &body[CardReturnJSON]{items[0]}, nil
}

// atReturnDesk is what operators do about a return for a reason.
func (s *Server) atReturnDesk(do func(*aidcard.Service, *storage.Tx, audit.Actor, id.ID, string) error) handler[cardDeskIn, body[CardReturnJSON]] {
	return func(ctx context.Context, in *cardDeskIn) (*body[CardReturnJSON], error) {
		returnID, err := in.parse(aidcard.ErrNoReturn)
		if err == nil {
			err = s.DB.InTx(ctx, func(tx *storage.Tx) error { return do(s.Cards, tx, actor(ctx), returnID, in.Body.Reason) })
		}
		return s.shownReturn(ctx, returnID, err)
	}
}

func (s *Server) returnTransferred(ctx context.Context, in *refundTransferredIn) (*body[CardReturnJSON], error) {
	returnID, err := in.parse(aidcard.ErrNoReturn)
	if err == nil {
		err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
			return s.Bank.CardsReturned(tx, actor(ctx), returnID, in.Body.BankReference)
		})
	}
	return s.shownReturn(ctx, returnID, err)
}
