package rest

import (
	"context"
	"errors"
	"time"

	"zique/internal/aidcard"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
)

// CardJSON is an aid card as its holder sees it.
type CardJSON struct {
	ID           string     `json:"id"`
	MaskedNumber string     `json:"masked_number"`
	FaceFen      money.Fen  `json:"face_fen"`
	BalanceFen   money.Fen  `json:"balance_fen"`
	Status       string     `json:"status" enum:"issued,active,frozen,void,expired"`
	ExpiresAt    *time.Time `json:"expires_at" doc:"null: does not expire"`
}

func cardJSON(c aidcard.Card) CardJSON {
	return CardJSON{ID: c.ID.String(), MaskedNumber: c.MaskedNumber(), FaceFen: c.FaceFen, BalanceFen: c.BalanceFen, Status: c.Status, ExpiresAt: instant(c.ExpiresAt)}
}

type claimIn struct {
	Body struct {
		Code string `json:"code" maxLength:"100" doc:"24 characters; case, spaces and hyphens do not matter"`
	}
}

func (s *Server) claimCard(ctx context.Context, in *claimIn) (*body[CardJSON], error) {
	card, err := s.Codes.Claim(ctx, s.DB, actor(ctx), in.Body.Code)
	if errors.Is(err, aidcard.ErrNotUsable) { // the same words whatever is wrong with the code
		err = aidcard.ErrNotUsable.With("code", aidcard.ErrNotUsable.Code, aidcard.ErrNotUsable.Message)
	}
	if err != nil {
		return nil, err
	}
	return &body[CardJSON]{cardJSON(card)}, nil
}

func (s *Server) listCards(ctx context.Context, _ *struct{}) (*body[list[CardJSON]], error) {
	if err := s.handOver(ctx); err != nil {
		return nil, err
	}
	held, err := aidcard.Held(s.DB.Read(ctx), caller(ctx).UserID)
	out := &body[list[CardJSON]]{list[CardJSON]{Items: []CardJSON{}}}
	for _, c := range held {
		out.Body.Items = append(out.Body.Items, cardJSON(c))
	}
	return out, err
}

func (s *Server) ownCard(ctx context.Context, in PathID) (aidcard.Card, error) {
	cardID, err := in.parse(aidcard.ErrNotFound)
	if err != nil {
		return aidcard.Card{}, err
	}
	return aidcard.Get(s.DB.Read(ctx), caller(ctx).UserID, cardID)
}

func (s *Server) getCard(ctx context.Context, in *PathID) (*body[CardJSON], error) {
	card, err := s.ownCard(ctx, *in)
	if err != nil {
		return nil, err
	}
	return &body[CardJSON]{cardJSON(card)}, nil
}

// CardEntryJSON is one movement of a card.
type CardEntryJSON struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"issue,payment,hold,release,refund" doc:"hold: for an order that waits for the rest; release: back, since it was not paid"`
	AmountFen money.Fen `json:"amount_fen" doc:"negative when spent"`
	OrderID   string    `json:"order_id,omitempty"`
	CreatedAt time.Time `json:"created_at"`
}

type cardEntriesIn struct {
	PathID
	Paging
}

func (s *Server) listCardEntries(ctx context.Context, in *cardEntriesIn) (*body[list[CardEntryJSON]], error) {
	card, err := s.ownCard(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := aidcard.Entries(s.DB.Read(ctx), card, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(m ledger.Movement) string { return m.ID.String() })
	items, err := s.cardEntriesJSON(ctx, page)
	return &body[list[CardEntryJSON]]{list[CardEntryJSON]{Items: items, NextCursor: next}}, err
}

func (s *Server) cardEntriesJSON(ctx context.Context, movements []ledger.Movement) ([]CardEntryJSON, error) {
	orders, err := order.OfMovements(s.DB.Read(ctx), movements)
	items := []CardEntryJSON{}
	for _, m := range movements {
		items = append(items, cardEntryJSON(m, orders))
	}
	return items, err
}

// cardEntryKinds are the kinds of the transactions that move a card.
var cardEntryKinds = map[string]string{aidcard.IssuePosting: "issue", order.PaymentPosting: "payment", order.HoldPosting: "hold",
	order.ReleasePosting: "release", order.RefundPosting: "refund"}

func cardEntryJSON(m ledger.Movement, orders map[string]id.ID) CardEntryJSON {
	e := CardEntryJSON{ID: m.ID.String(), Kind: cardEntryKinds[m.Kind], AmountFen: m.AmountFen, CreatedAt: m.PostedAt.Time()}
	if orderID := orders[m.Reference]; orderID != 0 {
		e.OrderID = orderID.String()
	}
	return e
}
