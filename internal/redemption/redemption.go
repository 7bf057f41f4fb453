// Package redemption redeems many aid cards at once by their codes (批量兑换): into the wallet
// of an enterprise or chamber, or each for goods that go to somebody. Invariants:
//
//   - Codes are never kept, nor told: only their HMAC, and the last letters. Who asks about
//     cards of others learns no more than by claiming them: see Check.
//   - A row is carried out once, whatever is killed, stopped or sent again. Into the wallet,
//     the card and its row change in one transaction; goods are ordered by order.Committer
//     alone, under a key that is the row, and with the order the card is taken.
//   - In the mode all_or_nothing nothing happens unless every row is good when it begins. What
//     goes into the wallet goes at once then. Of goods, some may be sold out a moment later.
//
// Whoever changes a redemption locks it, after its job and before cards.
package redemption

import (
	"encoding/json"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/order"
	"zique/internal/pii"
	"zique/internal/storage"
)

// What becomes of the cards.
const (
	Wallet = "codes" // they become the organisation's
	Goods  = "rows"  // each buys goods for somebody
)

// Modes.
const (
	AllOrNothing = "all_or_nothing"
	ValidRows    = "valid_rows"
)

// Statuses of a redemption.
const (
	Checked = "checked" // every row is, and nothing else happened
	Running = "running"
	Stopped = "stopped"
	Done    = "done"
)

// Why one is stopped, beside "asked" and the code of a fault.
const (
	ByMember = "asked"
	Guessing = "too_many_bad_codes"
	TooOld   = "expired"
)

// Statuses of a row.
const (
	Accepted  = "accepted"
	Rejected  = "rejected"
	Unchecked = "unchecked" // it stopped before this row
	Redeemed  = "redeemed"
	Failed    = "failed" // was good when it was checked
)

// MaxRows is how many cards are redeemed at once.
const MaxRows = 10_000

// maxWrong is after how many codes that are nothing to the organisation the rest is not looked at.
const maxWrong = 20

// Refusals.
var (
	ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such redemption")
	ErrState    = fault.New(fault.Conflict, "state_conflict", "this cannot be done in the present state of the redemption")
	ErrRejected = fault.New(fault.Conflict, "rows_rejected", "not every row is good: mend those, or redeem the valid ones")
	ErrNone     = fault.New(fault.Conflict, "no_good_rows", "no row is good")
	ErrGuessing = fault.New(fault.Conflict, Guessing, "too many codes are not usable")
)

// Redemption is a number of cards that are redeemed together.
type Redemption struct {
	ID           id.ID `gorm:"primaryKey;autoIncrement:false"`
	EnterpriseID id.ID
	Kind         string
	Mode         string
	Status       string
	StoppedFor   string
	RowCount     int64
	Accepted     int64 // rows that were good when they were checked
	Rejected     int64
	Redeemed     int64
	Failed       int64
	FileID       id.ID // that the rows came from; 0: none
	JobID        id.ID // that carries it out; 0: none yet
	AskedBy      id.ID
	ConfirmedBy  id.ID
	CreatedAt    clock.Millis
	ConfirmedAt  *clock.Millis
	BegunAt      *clock.Millis // with the first row of goods
	FinishedAt   *clock.Millis
}

// TableName is the table's name.
func (Redemption) TableName() string { return "redemptions" }

// Problem is one thing that is wrong with a row. Field is as in the request.
type Problem struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Row is one card of a redemption.
type Row struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	RedemptionID  id.ID
	LineNumber    int64 // as whoever sent it counts, from 1
	CodeHash      string
	CodeEnd       string
	SKUID         id.ID `gorm:"column:sku_id"`
	Quantity      int64
	AddressCipher []byte // where the goods go; nil once they are ordered
	Status        string
	Problems      string // JSON
	CardID        *id.ID // nil until it is redeemed
	OrderID       id.ID
}

// TableName is the table's name.
func (Row) TableName() string { return "redemption_rows" }

// MaskedCode shows the last letters.
func (r Row) MaskedCode() string { return "****" + r.CodeEnd }

// Wrong are the problems of a row.
func (r Row) Wrong() (found []Problem, err error) {
	return found, json.Unmarshal([]byte(r.Problems), &found)
}

// maxProblems keeps what stands in a row within its column.
const maxProblems = 8

func (r *Row) refuse(status string, found []Problem) {
	raw, _ := json.Marshal(found[:min(maxProblems, len(found))]) // strings always encode
	r.Status, r.Problems, r.AddressCipher = status, string(raw), nil
}

// Service redeems.
type Service struct {
	db       *storage.DB
	codes    aidcard.Codes
	keys     *pii.Keyring
	checkout *order.Committer
}

// NewService makes one.
func NewService(db *storage.DB, codes aidcard.Codes, keys *pii.Keyring, checkout *order.Committer) *Service {
	return &Service{db, codes, keys, checkout}
}

// Get answers a redemption of an organisation, or ErrNotFound.
func Get(view *gorm.DB, enterprise, redemptionID id.ID) (Redemption, error) {
	var r Redemption
	err := view.Where("id = ? AND enterprise_id = ?", redemptionID, enterprise).Take(&r).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return r, err
}

// List answers those of an organisation, the newest first.
func List(view *gorm.DB, enterprise, before id.ID, limit int) ([]Redemption, error) {
	q := view.Where("enterprise_id = ?", enterprise).Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	found := []Redemption{}
	return found, q.Find(&found).Error
}

// Rows lists rows of a redemption after a line; status "" is all of them.
func Rows(view *gorm.DB, r Redemption, status string, after int64, limit int) ([]Row, error) {
	q := view.Where("redemption_id = ? AND line_number > ?", r.ID, after).Order("line_number").Limit(limit)
	if status != "" {
		q = q.Where("status = ?", status)
	}
	found := []Row{}
	return found, q.Find(&found).Error
}

func lock(tx *storage.Tx, redemptionID id.ID) (Redemption, error) {
	var found []Redemption
	if err := tx.LockByID(&found, []id.ID{redemptionID}); err != nil {
		return Redemption{}, err
	}
	if len(found) == 0 {
		return Redemption{}, ErrNotFound
	}
	return found[0], nil
}

// save writes the columns that change.
func (r *Redemption) save(tx *storage.Tx) error {
	return tx.Model(&Redemption{}).Where("id = ?", r.ID).Select("Mode", "Status", "StoppedFor", "Accepted", "Rejected", "Redeemed", "Failed",
		"FileID", "JobID", "ConfirmedBy", "ConfirmedAt", "BegunAt", "FinishedAt").Updates(r).Error
}
