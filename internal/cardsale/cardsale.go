// Package cardsale sells aid cards in batches (发卡批次) and hands them out. A member of an
// enterprise or chamber orders, a colleague confirms, the money comes by bank transfer, an
// operator issues, and a job mints the cards. Invariants:
//
//   - A batch moves along one table of states; each step is one person's, and who confirmed,
//     who took the money in and who issues are different people. Nobody who is or was of the
//     enterprise does what is the operators' to do.
//   - No card is minted before just its batch's money came in, from an account of the
//     enterprise's own name; other money is a difference, see package bank.
//   - Of a batch as many cards are there as it says were minted, whatever is killed when.
//   - A card that is for somebody has no secret: it goes to whoever has verified the phone,
//     and to nobody else.
//
// Whoever changes a batch locks it, after bank days and before cards.
package cardsale

import (
	"crypto/rand"
	"fmt"
	"io"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/pii"
	"zique/internal/rulepack"
	"zique/internal/storage"
)

// Kinds of card.
const (
	Anonymous  = aidcard.Anonymous
	Registered = aidcard.Registered
)

// Statuses of a batch.
const (
	AwaitingConfirmation = "awaiting_confirmation"
	AwaitingFunds        = "awaiting_funds"
	AwaitingIssue        = "awaiting_issue"
	Issuing              = "issuing"
	Issued               = "issued"
	Cancelled            = "cancelled"
)

// What is done to a batch.
const (
	confirm = "confirm"
	fund    = "fund"
	issue   = "issue"
	finish  = "finish"
	cancel  = "cancel"
)

// moves are all steps there are: status → deed → status.
var moves = map[string]map[string]string{
	AwaitingConfirmation: {confirm: AwaitingFunds, cancel: Cancelled},
	AwaitingFunds:        {fund: AwaitingIssue, cancel: Cancelled},
	AwaitingIssue:        {issue: Issuing, cancel: Cancelled},
	Issuing:              {finish: Issued},
}

// Refusals.
var (
	ErrNotFound   = fault.New(fault.NotFound, "not_found", "there is no such batch")
	ErrState      = fault.New(fault.Conflict, "state_conflict", "this cannot be done in the present state of the batch")
	ErrRecipients = fault.New(fault.Conflict, "recipients_missing", "a batch of registered cards names a recipient for each card, and any other for each or none")
	ErrTooOften   = fault.New(fault.Conflict, "reminded_lately", "everybody who has not claimed yet was reminded within a day")
)

// Sale is the purchase of a batch, and has its id.
type Sale struct {
	ID             id.ID `gorm:"primaryKey;autoIncrement:false"`
	ProgramID      id.ID
	EnterpriseID   id.ID
	CampaignID     id.ID // for which the cards are; 0: none
	Kind           string
	FaceFen        money.Fen
	CardCount      int64
	ValidUntil     string // a day of Asia/Shanghai, through whose end the cards are good; "": they do not expire
	Status         string
	RemittanceCode string
	Minted         int64
	JobID          id.ID // that mints; 0: none yet
	BankRowID      id.ID // that paid; 0: none
	OrderedBy      id.ID
	ConfirmedBy    id.ID
	FundedBy       id.ID
	IssuedBy       id.ID
	CancelledBy    id.ID
	CreatedAt      clock.Millis
	ConfirmedAt    *clock.Millis
	FundedAt       *clock.Millis
	IssuingAt      *clock.Millis
	IssuedAt       *clock.Millis
	CancelledAt    *clock.Millis

	EnterpriseName string `gorm:"->"`
	Recipients     int64  `gorm:"->"` // how many are named
}

// TableName is the table's name.
func (Sale) TableName() string { return "card_sales" }

// TotalFen is what is to be paid.
func (s Sale) TotalFen() money.Fen { return s.FaceFen * money.Fen(s.CardCount) }

// expires is the instant from which on the cards are not good any more; nil: none.
func (s Sale) expires() (*clock.Millis, error) {
	if s.ValidUntil == "" {
		return nil, nil
	}
	at, isDay := rulepack.EndOf(s.ValidUntil)
	if !isDay {
		return nil, fmt.Errorf("batch %s: %q is no day", s.ID, s.ValidUntil)
	}
	return &at, nil
}

// move takes the step of a deed, or fails with ErrState.
func (s *Sale) move(deed string) error {
	next, may := moves[s.Status][deed]
	if !may {
		return ErrState
	}
	s.Status = next
	return nil
}

// Service sells and hands out.
type Service struct {
	keys  *pii.Keyring
	packs rulepack.Packs
	rand  io.Reader // of remittance codes
}

// NewService makes one.
func NewService(keys *pii.Keyring, packs rulepack.Packs) *Service {
	return &Service{keys, packs, rand.Reader}
}

// lock reads a batch under lock, or fails with ErrNotFound.
func lock(tx *storage.Tx, saleID id.ID) (Sale, error) {
	var found []Sale
	if err := tx.LockByID(&found, []id.ID{saleID}); err != nil {
		return Sale{}, err
	}
	if len(found) == 0 {
		return Sale{}, ErrNotFound
	}
	return found[0], nil
}

// lockOwn is lock for members of an enterprise, to whom other batches are not there.
func lockOwn(tx *storage.Tx, enterprise, saleID id.ID) (Sale, error) {
	s, err := lock(tx, saleID)
	if err == nil && s.EnterpriseID != enterprise {
		err = ErrNotFound
	}
	return s, err
}

// save writes the columns that steps change.
func (s *Sale) save(tx *storage.Tx) error {
	return tx.Model(&Sale{}).Where("id = ?", s.ID).Select("Status", "Minted", "JobID", "BankRowID", "ConfirmedBy", "FundedBy", "IssuedBy", "CancelledBy",
		"ConfirmedAt", "FundedAt", "IssuingAt", "IssuedAt", "CancelledAt").Updates(s).Error
}

// Filter narrows List; zero fields do not.
type Filter struct {
	EnterpriseID id.ID
	Status       string
	Before       id.ID
	Limit        int
}

func shown(view *gorm.DB) *gorm.DB {
	return view.Table("card_sales s").Select("s.*, o.name enterprise_name, (SELECT COUNT(*) FROM card_recipients r WHERE r.batch_id = s.id) recipients").
		Joins("JOIN organisations o ON o.id = s.enterprise_id")
}

// List answers batches, the newest first.
func List(view *gorm.DB, f Filter) ([]Sale, error) {
	q := shown(view).Order("s.id DESC").Limit(f.Limit)
	for _, c := range []struct {
		where string
		value any
		given bool
	}{{"s.enterprise_id = ?", f.EnterpriseID, f.EnterpriseID != 0}, {"s.status = ?", f.Status, f.Status != ""}, {"s.id < ?", f.Before, f.Before != 0}} {
		if c.given {
			q = q.Where(c.where, c.value)
		}
	}
	found := []Sale{}
	return found, q.Scan(&found).Error
}

// Get answers a batch of an enterprise (0: of any), or ErrNotFound.
func Get(view *gorm.DB, enterprise, saleID id.ID) (Sale, error) {
	var s Sale
	err := shown(view).Where("s.id = ?", saleID).Take(&s).Error
	if storage.IsNotFound(err) || err == nil && enterprise != 0 && s.EnterpriseID != enterprise {
		err = ErrNotFound
	}
	return s, err
}

// IssueWaiting counts the batches that are paid and not issued yet, and tells since when the
// first has waited.
func IssueWaiting(view *gorm.DB) (int64, *clock.Millis, error) {
	return storage.Waiting(view.Model(&Sale{}).Where("status = ?", AwaitingIssue), "funded_at")
}

// ByRemittance answers the batches that codes of bank transfers name.
func ByRemittance(view *gorm.DB, codes []string) (map[string]Sale, error) {
	var sales []Sale
	err := view.Where("remittance_code IN ?", codes).Find(&sales).Error
	found := make(map[string]Sale, len(sales))
	for _, s := range sales {
		found[s.RemittanceCode] = s
	}
	return found, err
}
