package rest

import (
	"context"
	"errors"
	"slices"
	"time"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/storage"
)

// CardJSON is an aid card as its holder sees it.
type CardJSON struct {
	ID           string     `json:"id"`
	MaskedNumber string     `json:"masked_number"`
	Kind         string     `json:"kind" enum:"registered,anonymous"`
	FaceFen      money.Fen  `json:"face_fen" doc:"all that was loaded, also from other cards"`
	BalanceFen   money.Fen  `json:"balance_fen"`
	Status       string     `json:"status" enum:"issued,active,frozen,void,expired"`
	FrozenFor    string     `json:"frozen_for,omitempty" enum:"operator,loss,return"`
	ExpiresAt    *time.Time `json:"expires_at" doc:"the end of its last day in Asia/Shanghai; null: does not expire"`
	ReplacedBy   string     `json:"replaced_by,omitempty" doc:"the card that has its money now"`
}

func (s *Server) cardJSON(c aidcard.Card) CardJSON {
	return CardJSON{ID: c.ID.String(), MaskedNumber: c.MaskedNumber(), Kind: c.Kind, FaceFen: c.FaceFen, BalanceFen: c.BalanceFen, Status: c.StatusAt(s.DB.Now()),
		FrozenFor: c.FrozenFor, ExpiresAt: instant(c.ExpiresAt), ReplacedBy: idOrNone(c.SuccessorID)}
}

// CardDetailJSON is a card with who issued it, where it is accepted, and which cards its
// money came from.
type CardDetailJSON struct {
	CardJSON
	Program  CardProgramJSON `json:"program"`
	Replaces []string        `json:"replaces" doc:"cards of which money was moved into this one"`
}

// CardProgramJSON is what a holder knows of the program.
type CardProgramJSON struct {
	Name         string      `json:"name"`
	Issuer       string      `json:"issuer"`
	FilingNumber string      `json:"filing_number,omitempty"`
	LegalBasis   string      `json:"legal_basis" enum:"seller_of_record,licensed_institution,goods_voucher"`
	AcceptsAll   bool        `json:"accepts_all" doc:"every cooperative takes the card"`
	Cooperatives []NamedJSON `json:"cooperatives" doc:"those that do, unless all do"`
}

func (s *Server) cardDetail(ctx context.Context, c aidcard.Card) (*body[CardDetailJSON], error) {
	view := s.DB.Read(ctx)
	of, err := aidcard.ProgramsOf(view, []id.ID{c.ID})
	if err != nil {
		return nil, err
	}
	programs, err := s.programsJSON(view, []aidcard.Program{of[c.ID]})
	if err != nil {
		return nil, err
	}
	steps, err := aidcard.Steps(view, c.ID)
	if err != nil {
		return nil, err
	}
	p := programs[0]
	out := CardDetailJSON{CardJSON: s.cardJSON(c), Replaces: []string{},
		Program: CardProgramJSON{p.Name, p.Issuer, p.FilingNumber, p.LegalBasis, p.AcceptsAll, p.Cooperatives}}
	for _, step := range steps {
		if step.ToCardID == c.ID && !slices.Contains(out.Replaces, step.CardID.String()) {
			out.Replaces = append(out.Replaces, step.CardID.String())
		}
	}
	return &body[CardDetailJSON]{out}, nil
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
	return &body[CardJSON]{s.cardJSON(card)}, nil
}

func (s *Server) listCards(ctx context.Context, _ *struct{}) (*body[list[CardJSON]], error) {
	if err := s.handOver(ctx); err != nil {
		return nil, err
	}
	held, err := aidcard.Held(s.DB.Read(ctx), caller(ctx).UserID)
	out := &body[list[CardJSON]]{list[CardJSON]{Items: []CardJSON{}}}
	for _, c := range held {
		out.Body.Items = append(out.Body.Items, s.cardJSON(c))
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

func (s *Server) getCard(ctx context.Context, in *PathID) (*body[CardDetailJSON], error) {
	card, err := s.ownCard(ctx, *in)
	if err != nil {
		return nil, err
	}
	return s.cardDetail(ctx, card)
}

// changeCard lets a holder do something with a card and answers the card that is then theirs.
func (s *Server) changeCard(ctx context.Context, in PathID, change func(tx *storage.Tx, by audit.Actor, cardID id.ID) (id.ID, error)) (*body[CardDetailJSON], error) {
	cardID, err := in.parse(aidcard.ErrNotFound)
	if err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		shown, err := change(tx, actor(ctx), cardID)
		in.ID = shown.String()
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.getCard(ctx, &in)
}

func (s *Server) reactivateCard(ctx context.Context, in *PathID) (*body[CardDetailJSON], error) {
	return s.changeCard(ctx, *in, func(tx *storage.Tx, by audit.Actor, cardID id.ID) (id.ID, error) {
		return cardID, s.Cards.Reactivate(tx, by, cardID)
	})
}

type moveCardIn struct {
	PathID
	Body struct {
		ToCardID string `json:"to_card_id" maxLength:"20"`
	}
}

func (s *Server) moveCard(ctx context.Context, in *moveCardIn) (*body[CardDetailJSON], error) {
	toID, err := parseID(in.Body.ToCardID, "to_card_id")
	if err != nil {
		return nil, err
	}
	return s.changeCard(ctx, in.PathID, func(tx *storage.Tx, by audit.Actor, cardID id.ID) (id.ID, error) {
		return cardID, s.Cards.MoveTo(tx, by, cardID, toID)
	})
}

func (s *Server) reportLoss(ctx context.Context, in *PathID) (*body[CardDetailJSON], error) {
	return s.changeCard(ctx, *in, func(tx *storage.Tx, by audit.Actor, cardID id.ID) (id.ID, error) {
		return cardID, s.Cards.ReportLoss(tx, by, cardID)
	})
}

func (s *Server) replaceCard(ctx context.Context, in *PathID) (*body[CardDetailJSON], error) {
	return s.changeCard(ctx, *in, s.Cards.Replace)
}

// CardEntryJSON is one movement of a card.
type CardEntryJSON struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"issue,payment,hold,release,refund,move,void,return" doc:"move: to or from another card; void, return: to the enterprise that bought it; hold: for an order that waits for the rest; release: back, since it was not paid"`
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
	order.ReleasePosting: "release", order.RefundPosting: "refund", aidcard.MovePosting: "move", aidcard.VoidPosting: "void", aidcard.ReturnPosting: "return"}

func cardEntryJSON(m ledger.Movement, orders map[string]id.ID) CardEntryJSON {
	e := CardEntryJSON{ID: m.ID.String(), Kind: cardEntryKinds[m.Kind], AmountFen: m.AmountFen, CreatedAt: m.PostedAt.Time()}
	if orderID := orders[m.Reference]; orderID != 0 {
		e.OrderID = orderID.String()
	}
	return e
}
