package aidcard

import (
	"fmt"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/rulepack"
	"zique/internal/storage"
)

// Refusals of what holders ask for.
var (
	ErrNotReplaceable = fault.New(fault.Conflict, "card_not_replaceable", "an anonymous card is not reported lost, nor replaced")
	ErrOtherProgram   = fault.New(fault.Conflict, "card_other_program", "a balance goes to a card of the same program only")
	ErrHoldsTooMuch   = fault.New(fault.Conflict, "card_limit", "the card would hold more than one card may")
)

// own locks cards of the actor, whose account stays meanwhile; others' are ErrNotFound.
func own(tx *storage.Tx, by audit.Actor, cardIDs ...id.ID) (map[id.ID]Card, error) {
	if err := identity.KeepAccount(tx, by.UserID); err != nil {
		return nil, err
	}
	locked, err := Lock(tx, cardIDs)
	if err != nil {
		return nil, err
	}
	for _, cardID := range cardIDs {
		if c, found := locked[cardID]; !found || c.HolderID == nil || *c.HolderID != by.UserID {
			return nil, ErrNotFound
		}
	}
	return locked, nil
}

// limits are those that hold for a card now.
func (s *Service) limits(tx *storage.Tx, cardID id.ID) (rulepack.Limits, Program, error) {
	programs, err := ProgramsOf(tx.DB, []id.ID{cardID})
	if err != nil {
		return rulepack.Limits{}, Program{}, err
	}
	pack, known := s.packs.Get(programs[cardID].RulePack)
	if !known {
		return rulepack.Limits{}, Program{}, fmt.Errorf("card %s: no pack of rules %q", cardID, programs[cardID].RulePack)
	}
	return pack.At(tx.Now()), programs[cardID], nil
}

// Reactivate makes an expired card good again for the shortest time that the rules allow
// (激活). Repeated, it changes nothing.
func (s *Service) Reactivate(tx *storage.Tx, by audit.Actor, cardID id.ID) error {
	cards, err := own(tx, by, cardID)
	if err != nil {
		return err
	}
	c := cards[cardID]
	if c.StatusAt(tx.Now()) == Active {
		if last, err := lastStep(tx, cardID); err != nil || last.Step == StepReactivated {
			return err
		}
	}
	limits, _, err := s.limits(tx, cardID)
	if err != nil {
		return err
	}
	before := c.StatusAt(tx.Now())
	if before != Expired {
		return ErrState
	}
	until, _ := rulepack.EndOf(rulepack.MonthsAfter(tx.Now(), limits.AnonymousValidityMin.Value))
	ended := c.ExpiresAt
	c.Status, c.ExpiresAt = Expired, &until
	if err := c.move(reactivates, tx.Now()); err != nil {
		return err
	}
	_, err = c.done(tx, by, Step{Step: StepReactivated, EndedAt: ended}, before, "")
	return err
}

// MoveTo moves the balance of an expired card to another card of the holder and program,
// which is good (换卡). Repeated, it changes nothing.
func (s *Service) MoveTo(tx *storage.Tx, by audit.Actor, cardID, toID id.ID) error {
	cards, err := own(tx, by, cardID, toID)
	if err != nil {
		return err
	}
	if cardID == toID {
		return fault.InvalidField("to_card_id", "invalid", "must be another card")
	}
	from, to := cards[cardID], cards[toID]
	if from.Status == Void && from.SuccessorID == toID {
		return nil
	}
	if from.StatusAt(tx.Now()) != Expired || from.BalanceFen == 0 {
		return ErrState
	}
	if refusal, refused := fault.As(to.UsableBy(by.UserID, tx.Now())); refused {
		return refusal.With("to_card_id", refusal.Code, refusal.Message)
	}
	if err := s.fits(tx, from, to); err != nil {
		return err
	}
	return moveAll(tx, by, movesOut, StepMoved, &from, to)
}

// fits refuses a card of another program, and one that would hold more than the rules allow.
func (s *Service) fits(tx *storage.Tx, from, to Card) error {
	limits, program, err := s.limits(tx, to.ID)
	if err != nil {
		return err
	}
	programs, err := ProgramsOf(tx.DB, []id.ID{from.ID})
	if err != nil {
		return err
	}
	if programs[from.ID].ID != program.ID {
		return ErrOtherProgram.With("to_card_id", ErrOtherProgram.Code, ErrOtherProgram.Message)
	}
	most := limits.RegisteredFaceMax
	if to.Kind == Anonymous {
		most = limits.AnonymousFaceMax
	}
	if most.Below(int64(to.BalanceFen + from.BalanceFen)) {
		return most.Refuses(ErrHoldsTooMuch.With("to_card_id", ErrHoldsTooMuch.Code, ErrHoldsTooMuch.Message))
	}
	return nil
}

// replaceable refuses an anonymous card where the rules do.
func (s *Service) replaceable(tx *storage.Tx, c Card) error {
	limits, _, err := s.limits(tx, c.ID)
	if err == nil && c.Kind == Anonymous && limits.AnonymousLossReport.Forbids() {
		err = limits.AnonymousLossReport.Refuses(ErrNotReplaceable)
	}
	return err
}

// ReportLoss stops a card at once that its holder lost (挂失). Repeated, it changes nothing.
func (s *Service) ReportLoss(tx *storage.Tx, by audit.Actor, cardID id.ID) error {
	cards, err := own(tx, by, cardID)
	if err != nil {
		return err
	}
	c := cards[cardID]
	if err := s.replaceable(tx, c); err != nil || c.FrozenFor == ForLoss {
		return err
	}
	before := c.StatusAt(tx.Now())
	if before != Active { // frozen by an operator, it stays so
		return ErrState
	}
	if err := c.move(freezes, tx.Now()); err != nil {
		return err
	}
	c.FrozenFor = ForLoss
	_, err = c.done(tx, by, Step{Step: StepLost}, before, "")
	return err
}

// Replace gives the holder of a card that was reported lost another one with its balance,
// of the same batch, and ends the lost one (换卡). Repeated, it answers the same card.
func (s *Service) Replace(tx *storage.Tx, by audit.Actor, cardID id.ID) (id.ID, error) {
	cards, err := own(tx, by, cardID)
	if err != nil {
		return 0, err
	}
	lost := cards[cardID]
	if err := s.replaceable(tx, lost); err != nil {
		return 0, err
	}
	if lost.Status == Void && lost.SuccessorID != 0 {
		after, err := lockOne(tx, lost.SuccessorID)
		if err != nil || after.ReplacesID == cardID {
			return after.ID, err
		}
	}
	if lost.Status != Frozen || lost.FrozenFor != ForLoss {
		return 0, ErrState
	}
	fresh := Card{ID: tx.NewID(), BatchID: lost.BatchID, HolderID: lost.HolderID, Status: Active, Kind: lost.Kind,
		ExpiresAt: lost.ExpiresAt, DueAt: lost.ExpiresAt, ReplacesID: lost.ID}
	fresh.Number = numberOf(fresh.ID)
	if err := tx.Create(&fresh).Error; err != nil {
		return 0, err
	}
	return fresh.ID, moveAll(tx, by, replaced, StepReplaced, &lost, fresh)
}
