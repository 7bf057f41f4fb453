package aidcard

import (
	"regexp"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

// CardVoid is the kind of approval that voids a card which holds money.
const CardVoid = "card.void"

// apart refuses an operator whose own a card is, or who is or was of the enterprise that
// bought it.
func apart(tx *storage.Tx, userID id.ID, c Card) (Batch, error) {
	b, err := batchOf(tx.DB, c)
	if err != nil {
		return b, err
	}
	of := []id.ID{b.EnterpriseID}
	if c.HolderID != nil {
		if *c.HolderID == userID {
			return b, org.ErrOwnRequest
		}
		of = append(of, *c.HolderID) // nobody is of a user
	}
	return b, org.NotInsider(tx, userID, of...)
}

func why(reason string) (string, error) {
	var p fault.Problems
	reason = p.Reason(reason, true)
	return reason, p.Err()
}

// Freeze stops a card for a reason. A card that its holder reported lost is then no more
// replaced. Repeated, it changes nothing.
func (s *Service) Freeze(tx *storage.Tx, by audit.Actor, cardID id.ID, reason string) error {
	return s.atDesk(tx, by, cardID, reason, freezes, StepFrozen)
}

// Unfreeze lets a frozen card go on, or expire where its time was up meanwhile. It also
// ends a loss report.
func (s *Service) Unfreeze(tx *storage.Tx, by audit.Actor, cardID id.ID, reason string) error {
	return s.atDesk(tx, by, cardID, reason, unfreezes, StepUnfrozen)
}

func (s *Service) atDesk(tx *storage.Tx, by audit.Actor, cardID id.ID, reason string, e event, step string) error {
	reason, err := why(reason)
	if err != nil {
		return err
	}
	c, err := lockOne(tx, cardID)
	if err != nil {
		return err
	}
	b, err := apart(tx, by.UserID, c)
	if err != nil {
		return err
	}
	before := c.StatusAt(tx.Now())
	if e == freezes && c.FrozenFor == ByOperator {
		return nil
	}
	if last, err := lastStep(tx, cardID); err != nil || e == unfreezes && c.Status != Frozen && last.Step == step {
		return err
	}
	if err := c.move(e, tx.Now()); err != nil {
		return err
	}
	if e == freezes {
		c.FrozenFor = ByOperator
	}
	_, err = c.done(tx, by.About(b.EnterpriseID), Step{Step: step}, before, reason)
	return err
}

// Void ends a card for good. While it holds money that asks a second operator; what it holds
// when they agree goes to what the enterprise paid in. Repeated, it changes nothing.
func (s *Service) Void(tx *storage.Tx, by audit.Actor, cardID id.ID, reason string) error {
	reason, err := why(reason)
	if err != nil {
		return err
	}
	var c Card // not locked: approvals come before cards
	if err := tx.Take(&c, cardID).Error; storage.IsNotFound(err) {
		return ErrNotFound
	} else if err != nil {
		return err
	}
	b, err := apart(tx, by.UserID, c)
	if err != nil {
		return err
	}
	if c.BalanceFen > 0 {
		var holder id.ID
		if c.HolderID != nil {
			holder = *c.HolderID
		}
		_, err := s.approvals.Ask(tx, by.About(b.EnterpriseID), approval.Request{Kind: CardVoid, Subject: "card", SubjectID: c.ID, AboutUser: holder, Reason: reason,
			Before: map[string]any{"number": c.MaskedNumber(), "status": c.StatusAt(tx.Now()), "balance_fen": c.BalanceFen}, After: map[string]any{"status": Void}})
		return err
	}
	if c, err = lockOne(tx, cardID); err != nil || c.Status == Void {
		return err
	}
	if c.BalanceFen > 0 { // something came back meanwhile
		return storage.ErrAgain
	}
	return empty(tx, by, &c, StepVoided, reason)
}

func (s *Service) voidKind() approval.Kind {
	return approval.Kind{Name: CardVoid, TTL: approvalTTL, Decides: func(view *gorm.DB, userID id.ID) (approval.Condition, error) {
		c, err := operators(view, userID)
		if c.SQL != "" { // nobody decides about a card of their own
			c = approval.Condition{SQL: "a.about_user_id <> ?", Args: []any{userID}}
		}
		return c, err
	}, Carry: s.carryVoid}
}

func (s *Service) carryVoid(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	if err := askerStays(tx, a); err != nil {
		return err
	}
	c, err := lockOne(tx, a.SubjectID)
	if err != nil {
		return err
	}
	if _, err := apart(tx, by.UserID, c); err != nil {
		return err
	}
	if _, err := apart(tx, a.RequestedBy, c); err != nil {
		return org.JoinedSince(err)
	}
	return empty(tx, by, &c, StepVoided, a.Reason)
}

var cardNumber = regexp.MustCompile(`^ZQ[0-9]{1,28}$`)

// Find answers the card with a number or an id, as people read it off; none is ErrNotFound.
func Find(view *gorm.DB, numberOrID string) (Card, error) {
	var c Card
	q := view.Where("number = ?", numberOrID)
	if !cardNumber.MatchString(numberOrID) {
		cardID, err := id.Parse(numberOrID)
		if err != nil {
			return c, ErrNotFound // no such number can be there
		}
		q = view.Where("id = ?", cardID)
	}
	err := q.Take(&c).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return c, err
}

// Steps lists what was done with a card and what was moved into it, the oldest first.
func Steps(view *gorm.DB, cardID id.ID) ([]Step, error) {
	found := []Step{}
	err := view.Table("card_steps s").Select("s.*, f.number from_number, COALESCE(t.number, '') to_number").
		Joins("JOIN aid_cards f ON f.id = s.card_id").Joins("LEFT JOIN aid_cards t ON t.id = s.to_card_id").
		Where("s.card_id = ? OR s.to_card_id = ?", cardID, cardID).Order("s.id").Scan(&found).Error
	return found, err
}
