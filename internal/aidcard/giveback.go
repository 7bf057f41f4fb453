package aidcard

import (
	"fmt"
	"slices"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/rulepack"
	"zique/internal/storage"
)

// CardReturn is the kind of approval by which unused cards go back for their money.
const CardReturn = "card.return"

// Statuses of a return of cards.
const (
	ReturnRequested = "requested" // its cards are frozen
	ReturnApproved  = "approved"  // its cards are void; the money is to be transferred
	ReturnDone      = "done"
	ReturnRejected  = "rejected"
)

// Kinds of the transactions of a return: each card's money to what the enterprise paid in,
// by the step, and from there to its account at the bank, by the return.
const (
	ReturnPosting     = "card_return"
	ReturnPaidPosting = "card_return_paid"
)

// MaxReturned is how many cards go back at once.
const MaxReturned = 200

// Refusals of returns.
var (
	ErrNoReturn      = fault.New(fault.NotFound, "not_found", "there is no such return of cards")
	ErrNotReturnable = fault.New(fault.Conflict, "card_not_returnable", "only cards go back that nobody has claimed and nothing was paid with")
	ErrReturnLate    = fault.New(fault.Conflict, "card_return_late", "the time in which unused cards go back is over")
)

// Return is unused cards of a batch that the enterprise which bought them gives back for its
// money (退卡). Two operators decide; the money goes to the enterprise's account at the bank.
type Return struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	EnterpriseID  id.ID
	BatchID       id.ID
	CardCount     int64
	AmountFen     money.Fen
	Status        string
	Reason        string
	AskedBy       id.ID
	PayeeID       id.ID // the account that the money goes to; 0 until it is approved
	BankReference *string
	CreatedAt     clock.Millis
	ChangedAt     clock.Millis

	EnterpriseName string `gorm:"->"`
}

// TableName is the table's name.
func (Return) TableName() string { return "card_returns" }

type returnedCard struct {
	ReturnID id.ID `gorm:"primaryKey;autoIncrement:false"`
	CardID   id.ID `gorm:"primaryKey;autoIncrement:false"`
}

func (returnedCard) TableName() string { return "card_return_cards" }

// AskReturn asks for unused cards of one batch to go back, and freezes them meanwhile. It
// fails with wrong fields, with ErrNotReturnable naming each card, or with ErrReturnLate
// under the rule that says how long.
func (s *Service) AskReturn(tx *storage.Tx, by audit.Actor, cardIDs []id.ID, reason string) (Return, error) {
	var wrong fault.Problems
	reason = wrong.Reason(reason, true)
	if len(cardIDs) == 0 || len(cardIDs) > MaxReturned {
		wrong.Add("card_ids", "count", fmt.Sprintf("1 to %d cards go back at once", MaxReturned))
	}
	for i, cardID := range cardIDs {
		if slices.Contains(cardIDs[:i], cardID) {
			wrong.Add(fmt.Sprintf("card_ids[%d]", i), "duplicate", "this card is named already")
		}
	}
	if err := wrong.Err(); err != nil {
		return Return{}, err
	}
	cards, b, err := returnable(tx, by.OrgID, cardIDs)
	if err != nil {
		return Return{}, err
	}
	if err := s.inTime(tx, cards[0], b); err != nil {
		return Return{}, err
	}
	r := Return{ID: tx.NewID(), EnterpriseID: b.EnterpriseID, BatchID: b.ID, CardCount: int64(len(cards)), AmountFen: b.FaceFen * money.Fen(len(cards)),
		Status: ReturnRequested, Reason: reason, AskedBy: by.UserID, CreatedAt: tx.Now(), ChangedAt: tx.Now()}
	of := make([]returnedCard, len(cards))
	for i := range cards {
		c := &cards[i]
		of[i] = returnedCard{r.ID, c.ID}
		before := c.Status
		if err := c.move(freezes, tx.Now()); err != nil {
			return r, err
		}
		c.FrozenFor = ForReturn
		if _, err := c.done(tx, by, Step{Step: StepFrozen}, before, ""); err != nil {
			return r, err
		}
	}
	if err := tx.Create(&r).Error; err != nil {
		return r, err
	}
	if err := tx.Create(&of).Error; err != nil {
		return r, err
	}
	return r, audit.Write(tx, by.For(b.EnterpriseID), audit.Change{Action: "card_return.requested", Subject: "card_return", SubjectID: r.ID, Reason: reason,
		After: map[string]any{"status": r.Status, "card_count": r.CardCount, "amount_fen": r.AmountFen}})
}

// returnable locks cards of one batch of the enterprise, none of which was used.
func returnable(tx *storage.Tx, enterprise id.ID, cardIDs []id.ID) ([]Card, Batch, error) {
	locked, err := Lock(tx, cardIDs)
	if err != nil {
		return nil, Batch{}, err
	}
	refused := ErrNotReturnable
	refuse := func(i int, message string) {
		refused = refused.With(fmt.Sprintf("card_ids[%d]", i), refused.Code, message)
	}
	var b Batch
	var cards []Card
	for i, cardID := range cardIDs {
		c, found := locked[cardID]
		if found && b.ID != c.BatchID {
			of, err := batchOf(tx.DB, c)
			if err != nil {
				return nil, b, err
			}
			switch found = of.EnterpriseID == enterprise; {
			case found && b.ID == 0:
				b = of
			case found:
				refuse(i, "this card is of another batch than the first")
			}
		}
		switch {
		case !found:
			refuse(i, "there is no such card of yours")
		case c.Status != Issued || c.HolderID != nil || c.BalanceFen != c.FaceFen:
			refuse(i, "this card was claimed, used or stopped")
		}
		cards = append(cards, c)
	}
	if len(refused.Fields) > 0 {
		return nil, b, refused
	}
	return cards, b, nil
}

// inTime refuses when the batch was paid longer ago than the rules give: to the end of the
// last day, of which the first is the one after the payment.
func (s *Service) inTime(tx *storage.Tx, c Card, b Batch) error {
	limits, _, err := s.limits(tx, c.ID)
	if err != nil {
		return err
	}
	within := limits.CardReturnWithin
	if !within.IsSet() {
		return ErrReturnLate
	}
	var paid clock.Millis
	err = tx.Table("ledger_transactions").Select("posted_at").Where("kind = 'card_funding' AND reference = ?", b.ID.String()).Limit(1).Scan(&paid).Error
	if err != nil {
		return err
	}
	end, _ := rulepack.EndOf(rulepack.DaysAfter(paid, within.Value))
	if tx.Now() >= end {
		return within.Refuses(ErrReturnLate)
	}
	return nil
}

func lockReturn(tx *storage.Tx, returnID id.ID) (Return, []Card, error) {
	var found []Return
	if err := tx.LockByID(&found, []id.ID{returnID}); err != nil {
		return Return{}, nil, err
	}
	if len(found) == 0 {
		return Return{}, nil, ErrNoReturn
	}
	var ids []id.ID
	if err := tx.Model(&returnedCard{}).Where("return_id = ?", returnID).Order("card_id").Pluck("card_id", &ids).Error; err != nil {
		return found[0], nil, err
	}
	locked, err := Lock(tx, ids)
	cards := make([]Card, len(ids))
	for i, cardID := range ids {
		cards[i] = locked[cardID]
	}
	return found[0], cards, err
}

// AcceptReturn asks a second operator to let the cards go back. It fails with ErrNoReturn,
// ErrState, org.ErrOwnRequest for whom the enterprise is or was theirs, or where there is no
// account to which the money could go.
func (s *Service) AcceptReturn(tx *storage.Tx, by audit.Actor, returnID id.ID, reason string) error {
	reason, err := why(reason)
	if err != nil {
		return err
	}
	r, err := GetReturn(tx.DB, returnID)
	if err != nil {
		return err
	}
	if r.Status != ReturnRequested {
		return ErrState
	}
	if err := org.NotInsider(tx, by.UserID, r.EnterpriseID); err != nil {
		return err
	}
	if _, err := s.orgs.UsablePayee(tx.DB, r.EnterpriseID, tx.Now()); err != nil {
		return err
	}
	_, err = s.approvals.Ask(tx, by.About(r.EnterpriseID), approval.Request{Kind: CardReturn, Subject: "card_return", SubjectID: r.ID, AboutUser: r.AskedBy, Reason: reason,
		Before: map[string]any{"status": r.Status, "card_count": r.CardCount, "amount_fen": r.AmountFen}, After: map[string]any{"status": ReturnApproved}})
	return err
}

// RejectReturn lets the cards be as they were. While a second operator is asked, it waits.
func (s *Service) RejectReturn(tx *storage.Tx, by audit.Actor, returnID id.ID, reason string) error {
	reason, err := why(reason)
	if err != nil {
		return err
	}
	waiting, err := approval.PendingOf(tx.DB, tx.Now(), CardReturn, "card_return", []id.ID{returnID})
	if err != nil {
		return err
	}
	if waiting[returnID] != 0 {
		return approval.ErrPending
	}
	r, cards, err := lockReturn(tx, returnID)
	if err != nil || r.Status == ReturnRejected {
		return err
	}
	if r.Status != ReturnRequested {
		return ErrState
	}
	if err := org.NotInsider(tx, by.UserID, r.EnterpriseID); err != nil {
		return err
	}
	for i := range cards {
		c := &cards[i]
		if c.FrozenFor != ForReturn {
			continue // an operator stopped it, or let it go on, meanwhile
		}
		if err := c.move(unfreezes, tx.Now()); err != nil {
			return err
		}
		if _, err := c.done(tx, by.About(r.EnterpriseID), Step{Step: StepUnfrozen}, Frozen, ""); err != nil {
			return err
		}
	}
	return r.to(tx, by, ReturnRejected, reason)
}

// to records that a locked return has moved on.
func (r Return) to(tx *storage.Tx, by audit.Actor, status, reason string) error {
	before := r.Status
	r.Status, r.ChangedAt = status, tx.Now()
	change := tx.Model(&r).Select("Status", "PayeeID", "BankReference", "ChangedAt").Updates(&r)
	if change.Error != nil {
		return change.Error
	}
	after := map[string]any{"status": status, "amount_fen": r.AmountFen}
	if r.BankReference != nil {
		after["bank_reference"] = *r.BankReference
	}
	return audit.Write(tx, by.About(r.EnterpriseID), audit.Change{Action: "card_return." + status, Subject: "card_return", SubjectID: r.ID, Reason: reason,
		Before: map[string]any{"status": before}, After: after})
}

func (s *Service) carryReturn(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	if err := askerStays(tx, a); err != nil {
		return err
	}
	r, cards, err := lockReturn(tx, a.SubjectID)
	if err != nil {
		return err
	}
	if r.Status != ReturnRequested {
		return ErrState
	}
	if err := org.NotInsider(tx, by.UserID, r.EnterpriseID); err != nil {
		return err
	}
	if err := org.JoinedSince(org.NotInsider(tx, a.RequestedBy, r.EnterpriseID)); err != nil {
		return err
	}
	payee, err := s.orgs.UsablePayee(tx.DB, r.EnterpriseID, tx.Now())
	if err != nil {
		return err
	}
	for i := range cards {
		c := &cards[i]
		if c.FrozenFor != ForReturn || c.BalanceFen != c.FaceFen {
			return ErrNotReturnable
		}
		if err := empty(tx, by, c, StepReturned, ""); err != nil {
			return err
		}
	}
	r.PayeeID = payee.ID
	return r.to(tx, by, ReturnApproved, a.Reason)
}

// PayReturn records that an operator has transferred the money of a return by bank. Whoever
// calls it has seen to it that the reference is no other transfer's. Repeated with the same
// reference, it changes nothing.
func PayReturn(tx *storage.Tx, by audit.Actor, returnID id.ID, reference string) error {
	r, _, err := lockReturn(tx, returnID)
	switch {
	case err != nil:
		return err
	case r.Status == ReturnDone && *r.BankReference == reference:
		return nil
	case r.Status != ReturnApproved:
		return ErrState
	}
	if err := org.NotInsider(tx, by.UserID, r.EnterpriseID); err != nil {
		return err
	}
	r.BankReference = &reference
	if err := r.to(tx, by, ReturnDone, ""); err != nil {
		return err
	}
	_, err = ledger.Post(tx, []ledger.Posting{{Kind: ReturnPaidPosting, Reference: r.ID.String(), Entries: []ledger.Entry{
		{Account: org.PaidInAccount(r.EnterpriseID), Amount: -r.AmountFen}, {Account: org.BankAccount, Amount: r.AmountFen}}}})
	return err
}

// ReturnFilter narrows a listing of returns; zero fields do not.
type ReturnFilter struct {
	EnterpriseID id.ID
	BatchID      id.ID
	Status       string
	Before       id.ID // the last of the page before
	Limit        int
}

// Returns lists returns, the newest first.
func Returns(view *gorm.DB, f ReturnFilter) ([]Return, error) {
	q := returns(view).Order("r.id DESC").Limit(f.Limit)
	if f.EnterpriseID != 0 {
		q = q.Where("r.enterprise_id = ?", f.EnterpriseID)
	}
	if f.BatchID != 0 {
		q = q.Where("r.batch_id = ?", f.BatchID)
	}
	if f.Status != "" {
		q = q.Where("r.status = ?", f.Status)
	}
	if f.Before != 0 {
		q = q.Where("r.id < ?", f.Before)
	}
	found := []Return{}
	return found, q.Find(&found).Error
}

// ReturnsWaiting counts the returns in a status, and tells since when the first has waited.
func ReturnsWaiting(view *gorm.DB, status string) (int64, *clock.Millis, error) {
	return storage.Waiting(view.Model(&Return{}).Where("status = ?", status), "changed_at")
}

// GetReturn answers a return or ErrNoReturn.
func GetReturn(view *gorm.DB, returnID id.ID) (Return, error) {
	var r Return
	err := returns(view).Where("r.id = ?", returnID).Take(&r).Error
	if storage.IsNotFound(err) {
		err = ErrNoReturn
	}
	return r, err
}

func returns(view *gorm.DB) *gorm.DB {
	return view.Table("card_returns r").Select("r.*, o.name enterprise_name").Joins("JOIN organisations o ON o.id = r.enterprise_id")
}
