package rest

import (
	"context"
	"strings"
	"time"

	"zique/internal/aidcard"
	"zique/internal/cardsale"
	"zique/internal/imports"
	"zique/internal/money"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

func (s *Server) recipientTemplate(_ context.Context, in *templateIn) (*attachment, error) {
	content, err := cardsale.Table.Template(spreadsheet.Format(in.Format))
	if err != nil {
		return nil, err
	}
	return attach("card-recipients."+in.Format, content)
}

type importRecipientsIn struct {
	PathID
	Body importIn
}

func (s *Server) importRecipients(ctx context.Context, in *importRecipientsIn) (*body[ImportJSON], error) {
	batch, err := s.batchOf(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	if batch.Status != cardsale.AwaitingConfirmation {
		return nil, cardsale.ErrState
	}
	fileID, err := s.importable(ctx, in.Body.FileID)
	if err != nil {
		return nil, err
	}
	var started imports.Import
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		started, err = s.CardSales.Imports().StartInto(tx, imports.Asked{By: actor(ctx), Into: batch.ID}, fileID, in.Body.DryRun)
		return err
	})
	return &body[ImportJSON]{importJSON(started)}, err
}

// recipientImport is one of the organisation's that the caller acts for.
func (s *Server) recipientImport(ctx context.Context, in *PathID) (imports.Import, error) {
	found, err := s.importOf(ctx, s.CardSales.Imports(), in)
	if err == nil && found.OrgID != acting(ctx).OrgID {
		err = imports.ErrNotFound
	}
	return found, err
}

func (s *Server) getRecipientImport(ctx context.Context, in *PathID) (*body[ImportJSON], error) {
	found, err := s.recipientImport(ctx, in)
	if err != nil {
		return nil, err
	}
	return &body[ImportJSON]{importJSON(found)}, nil
}

func (s *Server) recipientImportFile(ctx context.Context, in *PathID) (*attachment, error) {
	if _, err := s.recipientImport(ctx, in); err != nil {
		return nil, err
	}
	return s.importFile(ctx, s.CardSales.Imports(), in)
}

// BatchCardJSON is a card of a batch, with whom it is for.
type BatchCardJSON struct {
	ID           string     `json:"id"`
	MaskedNumber string     `json:"masked_number" doc:"empty while the card is not made"`
	FaceFen      money.Fen  `json:"face_fen"`
	Status       string     `json:"status" enum:"unminted,unclaimed,claimed,recalled"`
	Name         string     `json:"name,omitempty" doc:"masked"`
	Phone        string     `json:"phone,omitempty" doc:"masked"`
	Department   string     `json:"department,omitempty"`
	RemindedAt   *time.Time `json:"reminded_at,omitempty"`
}

type batchCardsIn struct {
	PathID
	Paging
	Status     string `query:"status" enum:"unminted,unclaimed,claimed,recalled"`
	Department string `query:"department" maxLength:"200"`
}

// listBatchCards says nothing of what a holder does with a card: not even its balance.
func (s *Server) listBatchCards(ctx context.Context, in *batchCardsIn) (*body[list[BatchCardJSON]], error) {
	batch, err := s.batchOf(ctx, in.PathID)
	if err != nil {
		return nil, err
	}
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := s.CardSales.Claims(s.DB.Read(ctx), batch, cardsale.ClaimFilter{Status: in.Status, Department: in.Department, After: after, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(c cardsale.Claim) string { return c.ID.String() })
	out := &body[list[BatchCardJSON]]{list[BatchCardJSON]{Items: []BatchCardJSON{}, NextCursor: next}}
	for _, c := range page {
		card := BatchCardJSON{ID: c.ID.String(), FaceFen: c.FaceFen, Status: c.Status, Name: c.Name, Phone: c.Phone, Department: c.Department, RemindedAt: instant(c.RemindedAt)}
		if c.Number != "" {
			card.MaskedNumber = aidcard.Card{Number: c.Number}.MaskedNumber()
		}
		out.Body.Items = append(out.Body.Items, card)
	}
	return out, nil
}

// BatchClaimsJSON counts the cards of a department.
type BatchClaimsJSON struct {
	Department string `json:"department" doc:"empty: of none"`
	Unminted   int64  `json:"unminted"`
	Unclaimed  int64  `json:"unclaimed"`
	Claimed    int64  `json:"claimed"`
	Recalled   int64  `json:"recalled"`
}

func (s *Server) countBatchClaims(ctx context.Context, in *PathID) (*body[list[BatchClaimsJSON]], error) {
	batch, err := s.batchOf(ctx, *in)
	if err != nil {
		return nil, err
	}
	tallies, err := cardsale.Tallies(s.DB.Read(ctx), batch)
	out := &body[list[BatchClaimsJSON]]{list[BatchClaimsJSON]{Items: []BatchClaimsJSON{}}}
	for _, t := range tallies {
		last := len(out.Body.Items) - 1
		if last < 0 || out.Body.Items[last].Department != t.Department {
			out.Body.Items, last = append(out.Body.Items, BatchClaimsJSON{Department: t.Department}), last+1
		}
		of := &out.Body.Items[last]
		*map[string]*int64{cardsale.Unminted: &of.Unminted, cardsale.Unclaimed: &of.Unclaimed, cardsale.Claimed: &of.Claimed, cardsale.Recalled: &of.Recalled}[t.Status] = t.Cards
	}
	return out, err
}

type remindIn struct {
	PathID
	Body struct {
		Department string `json:"department,omitempty" maxLength:"200" doc:"only these"`
	}
}

// RemindedJSON is how many people were written to.
type RemindedJSON struct {
	Reminded int `json:"reminded" doc:"at most 2,000 at once: ask again for the others"`
}

func (s *Server) remindRecipients(ctx context.Context, in *remindIn) (*body[RemindedJSON], error) {
	batchID, err := in.parse(cardsale.ErrNotFound)
	if err != nil {
		return nil, err
	}
	out := &body[RemindedJSON]{}
	return out, s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		out.Body.Reminded, err = s.CardSales.Remind(tx, actor(ctx), batchID, strings.TrimSpace(in.Body.Department))
		return err
	})
}

type recallIn struct {
	PathID
	Body struct {
		CardIDs    []string `json:"card_ids,omitempty" maxItems:"1000" doc:"absent: all that nobody has claimed, at most 1,000 at once"`
		Department string   `json:"department,omitempty" maxLength:"200" doc:"only of these"`
		Reason     string   `json:"reason" maxLength:"5000"`
	}
}

// RecalledJSON is what was taken back.
type RecalledJSON struct {
	Recalled  int       `json:"recalled" doc:"cards; below 1,000 none is left"`
	AmountFen money.Fen `json:"amount_fen" doc:"that is the enterprise's again"`
}

func (s *Server) recallCards(ctx context.Context, in *recallIn) (*body[RecalledJSON], error) {
	batchID, err := in.parse(cardsale.ErrNotFound)
	if err != nil {
		return nil, err
	}
	recall := cardsale.Recall{Department: strings.TrimSpace(in.Body.Department), Reason: in.Body.Reason}
	if recall.CardIDs, err = distinctIDs("card_ids", in.Body.CardIDs); err != nil {
		return nil, err
	}
	out := &body[RecalledJSON]{}
	return out, s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		out.Body.Recalled, out.Body.AmountFen, err = cardsale.TakeBack(tx, actor(ctx), batchID, recall)
		return err
	})
}

// handOver gives the caller the cards that wait for their phone, once it is verified.
func (s *Server) handOver(ctx context.Context) error {
	hash, err := s.People.PhoneHashOf(ctx, caller(ctx).UserID)
	if err != nil || hash == "" {
		return err
	}
	waiting, err := cardsale.Waiting(s.DB.Read(ctx), hash)
	if err != nil || !waiting {
		return err
	}
	return s.DB.InTx(ctx, func(tx *storage.Tx) error { return cardsale.HandOver(tx, actor(ctx), hash) })
}
