package rest

import (
	"cmp"
	"context"
	"time"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/storage"
)

// DeskCardJSON is a card as operators see it, with what was done with it.
type DeskCardJSON struct {
	CardJSON
	Number     string         `json:"number"`
	Program    NamedJSON      `json:"program"`
	Enterprise NamedJSON      `json:"enterprise" doc:"who bought it"`
	BatchID    string         `json:"batch_id"`
	HolderName string         `json:"holder_name,omitempty" doc:"masked; absent while nobody holds it"`
	ApprovalID string         `json:"approval_id,omitempty" doc:"the request to void it that waits for a second operator"`
	Steps      []CardStepJSON `json:"steps" doc:"the oldest first"`
}

// CardStepJSON is one thing that was done with a card. Who did it, and why, is in the audit log.
type CardStepJSON struct {
	Step       string    `json:"step" enum:"expired,reactivated,moved,lost,replaced,passed_on,frozen,unfrozen,voided,returned" doc:"passed_on: what goods brought back went on to its successor"`
	FromNumber string    `json:"from_number" doc:"masked"`
	ToNumber   string    `json:"to_number,omitempty" doc:"masked; where its money went, if to a card"`
	AmountFen  money.Fen `json:"amount_fen"`
	CreatedAt  time.Time `json:"created_at"`
}

type findCardIn struct {
	ID string `path:"id" maxLength:"40" doc:"a card's number or id"`
}

func (s *Server) findCard(ctx context.Context, in *findCardIn) (*body[DeskCardJSON], error) {
	view := s.DB.Read(ctx)
	c, err := aidcard.Find(view, in.ID)
	if err != nil {
		return nil, err
	}
	out := DeskCardJSON{CardJSON: s.cardJSON(c), Number: c.Number, BatchID: c.BatchID.String(), Steps: []CardStepJSON{}}
	of, err := aidcard.ProgramsOf(view, []id.ID{c.ID})
	if err != nil {
		return nil, err
	}
	out.Program = NamedJSON{of[c.ID].ID.String(), of[c.ID].Name}
	var buyer org.Organisation
	if err := view.Select("id, name").Where("id = (SELECT enterprise_id FROM card_batches WHERE id = ?)", c.BatchID).Take(&buyer).Error; err != nil {
		return nil, err
	}
	out.Enterprise = NamedJSON{buyer.ID.String(), buyer.Name}
	if c.HolderID != nil {
		var holder identity.User
		if err := view.Select("name").Where("id = ?", *c.HolderID).Limit(1).Find(&holder).Error; err != nil {
			return nil, err
		}
		var organisation org.Organisation
		if err := view.Select("name").Where("id = ?", *c.HolderID).Limit(1).Find(&organisation).Error; err != nil {
			return nil, err
		}
		out.HolderName = cmp.Or(organisation.Name, pii.MaskName(holder.Name))
	}
	waiting, err := approval.PendingOf(view, s.DB.Now(), aidcard.CardVoid, "card", []id.ID{c.ID})
	if err != nil {
		return nil, err
	}
	out.ApprovalID = idOrNone(waiting[c.ID])
	steps, err := aidcard.Steps(view, c.ID)
	for _, step := range steps {
		one := CardStepJSON{Step: step.Step, FromNumber: masked(step.FromNumber), AmountFen: step.AmountFen, CreatedAt: step.CreatedAt.Time()}
		if step.ToCardID != 0 {
			one.ToNumber = masked(step.ToNumber)
		}
		out.Steps = append(out.Steps, one)
	}
	return &body[DeskCardJSON]{out}, err
}

type cardDeskIn struct {
	PathID
	Body struct {
		Reason string `json:"reason" maxLength:"5000"`
	}
}

// atCardDesk is what operators do with a card for a reason.
func (s *Server) atCardDesk(do func(*aidcard.Service, *storage.Tx, audit.Actor, id.ID, string) error) handler[cardDeskIn, body[DeskCardJSON]] {
	return func(ctx context.Context, in *cardDeskIn) (*body[DeskCardJSON], error) {
		cardID, err := in.parse(aidcard.ErrNotFound)
		if err != nil {
			return nil, err
		}
		err = s.DB.InTx(ctx, func(tx *storage.Tx) error { return do(s.Cards, tx, actor(ctx), cardID, in.Body.Reason) })
		if err != nil {
			return nil, err
		}
		return s.findCard(ctx, &findCardIn{ID: in.ID})
	}
}
