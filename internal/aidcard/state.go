package aidcard

import (
	"context"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
	"zique/internal/worker"
)

// Kinds of cards.
const (
	Registered = "registered" // bears a name (记名): does not expire, and is replaced when lost
	Anonymous  = "anonymous"  // (不记名): is good for a time, and for who has it
)

// What a card is frozen for.
const (
	ByOperator = "operator"
	ForLoss    = "loss"   // its holder reported it lost
	ForReturn  = "return" // the enterprise that bought it gives it back
)

// Steps of a card, as its history has them.
const (
	StepExpired     = "expired"
	StepReactivated = "reactivated"
	StepMoved       = "moved"     // its balance went to another card of its holder
	StepLost        = "lost"      // reported lost
	StepReplaced    = "replaced"  // its balance went to the card that replaces it
	StepPassedOn    = "passed_on" // what goods brought back went on to its successor
	StepFrozen      = "frozen"
	StepUnfrozen    = "unfrozen"
	StepReturned    = "returned" // unused, it went back to the enterprise that bought it
	StepVoided      = "voided"   // its balance went to the enterprise that bought it
)

// ErrState refuses what is not possible as a card stands.
var ErrState = fault.New(fault.Conflict, "state_conflict", "this is not possible as the card stands now")

type event int

const (
	claimed event = iota
	expires
	reactivates
	movesOut
	freezes
	unfreezes
	replaced
	voids
)

// next is the one table of states: where a card goes from where by what. Anything else is
// ErrState. A card that nobody holds becomes issued instead of active; a frozen one waits
// for its thaw to expire.
var next = map[event]map[string]string{
	claimed:     {Issued: Active, Expired: Expired},
	expires:     {Issued: Expired, Active: Expired},
	reactivates: {Expired: Active},
	movesOut:    {Expired: Void},
	freezes:     {Issued: Frozen, Active: Frozen, Frozen: Frozen},
	unfreezes:   {Frozen: Active},
	replaced:    {Frozen: Void},
	voids:       {Issued: Void, Active: Void, Frozen: Void, Expired: Void, Void: Void},
}

// StatusAt is the card's status at an instant: expired by its date, whether or not Expire
// has marked it.
func (c Card) StatusAt(now clock.Millis) string {
	if (c.Status == Issued || c.Status == Active) && c.ExpiresAt != nil && *c.ExpiresAt <= now {
		return Expired
	}
	return c.Status
}

// move changes the status of a card in memory.
func (c *Card) move(e event, now clock.Millis) error {
	to, can := next[e][c.StatusAt(now)]
	if !can {
		return ErrState
	}
	if to == Active && c.HolderID == nil {
		to = Issued
	}
	c.Status = to
	c.Status = c.StatusAt(now)
	if c.DueAt = nil; c.Status == Issued || c.Status == Active {
		c.DueAt = c.ExpiresAt
	}
	if c.Status != Frozen {
		c.FrozenFor = ""
	}
	return nil
}

// save writes what is not money of a locked card.
func (c Card) save(tx *storage.Tx) error {
	change := tx.Model(&c).Select("HolderID", "Status", "ExpiresAt", "DueAt", "FrozenFor", "SuccessorID").Updates(&c)
	if change.Error == nil && change.RowsAffected != 1 {
		return ErrNotFound
	}
	return change.Error
}

// Step is one thing that was done with a card.
type Step struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	CardID    id.ID
	Step      string
	ToCardID  id.ID     // where the money went, if it went to a card
	AmountFen money.Fen // that left the card; it is posted by this step's id
	CreatedAt clock.Millis
	EndedAt   *clock.Millis // of a re-activation: the end that it put off

	ToNumber   string `gorm:"->"`
	FromNumber string `gorm:"->"`
}

// TableName is the table's name.
func (Step) TableName() string { return "card_steps" }

// done saves a card that was moved in memory and records the step, with the row of the log.
func (c Card) done(tx *storage.Tx, by audit.Actor, s Step, before, reason string) (id.ID, error) {
	if err := c.save(tx); err != nil {
		return 0, err
	}
	s.ID, s.CardID, s.CreatedAt = tx.NewID(), c.ID, tx.Now()
	if err := tx.Create(&s).Error; err != nil {
		return 0, err
	}
	after := map[string]any{"status": c.Status}
	if s.ToCardID != 0 {
		after["to_card_id"] = s.ToCardID.String()
	}
	if s.AmountFen != 0 {
		after["amount_fen"] = s.AmountFen
	}
	return s.ID, audit.Write(tx, by, audit.Change{Action: "card." + s.Step, Subject: "card", SubjectID: c.ID, Reason: reason,
		Before: map[string]any{"status": before}, After: after})
}

// Expire marks the cards whose time is up; a recurring job calls it. Nobody pays with them
// before it does either: see StatusAt.
func Expire(ctx context.Context, db *storage.DB) error {
	return worker.EachDue(ctx, db, &Card{}, "due_at", func(tx *storage.Tx, cardID id.ID) error {
		c, err := lockOne(tx, cardID)
		if err != nil || c.DueAt == nil || *c.DueAt > tx.Now() {
			return err
		}
		before := c.Status
		c.Status, c.DueAt = next[expires][c.Status], nil
		_, err = c.done(tx, audit.System, Step{Step: StepExpired}, before, "")
		return err
	})
}

func lockOne(tx *storage.Tx, cardID id.ID) (Card, error) {
	locked, err := Lock(tx, []id.ID{cardID})
	if err != nil {
		return Card{}, err
	}
	c, found := locked[cardID]
	if !found {
		return Card{}, ErrNotFound
	}
	return c, nil
}

// lastStep is the newest step of a card; the zero Step: none.
func lastStep(tx *storage.Tx, cardID id.ID) (Step, error) {
	var found []Step
	err := tx.Where("card_id = ?", cardID).Order("id DESC").Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return Step{}, err
	}
	return found[0], nil
}
