// Package bulkorder is what members of an enterprise or chamber order at once for many: one
// large order paid with hundreds of cards, or gifts to the people of a list, each with an
// address of their own. Invariants:
//
//   - It is one order of package order for each recipient. All are there or none: they are
//     made, reserved and paid in one transaction, at just the sum that was quoted.
//   - The list is sealed while it waits, and gone once it is placed, given up or a week old:
//     then addresses stand on the orders alone.
//   - It ends as a whole before anything of it is sent, each order by its own cancellation.
//     What was sent while it was being cancelled stays.
//
// Cards are those of the member who ordered, who alone places and cancels; colleagues look.
// Once organisations hold cards, order.Bulk names whose cards pay, and this rule falls.
//
// Whoever changes a bulk order locks it, before its orders.
package bulkorder

import (
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/pii"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

// Statuses of a bulk order.
const (
	Checking        = "checking"
	Rejected        = "rejected" // rows of its list are wrong
	Quoted          = "quoted"   // waits for the word to place it
	Placing         = "placing"
	Declined        = "declined" // it could not be placed; it may be tried again
	Placed          = "placed"
	Cancelling      = "cancelling"
	Cancelled       = "cancelled"
	PartlyCancelled = "partly_cancelled" // some of it was sent meanwhile
)

// Bounds.
const (
	MaxRecipients = 5_000
	MaxItems      = 20     // for each recipient
	maxLines      = 20_000 // of all
)

// KeptFor is how long a list waits for the word to place it.
const KeptFor = 7 * 24 * time.Hour

// Refusals.
var (
	ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such bulk order")
	ErrState    = fault.New(fault.Conflict, "state_conflict", "this cannot be done in the present state of the bulk order")
	ErrNotYours = fault.New(fault.Forbidden, "forbidden", "who ordered places and cancels a bulk order")
	ErrSent     = fault.New(fault.Conflict, "state_conflict", "some of it was sent already: cancel or return single orders")
)

// Order is a bulk order.
type Order struct {
	ID               id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrgID            id.ID
	OrderedBy        id.ID
	Status           string
	DryRun           bool
	AskedJSON        string // asked
	RecipientsCipher []byte // the sealed list, while it waits
	FileID           id.ID  // 0: the list came with the request
	OrderCount       int64
	GoodsFen         money.Fen
	FreightFen       money.Fen
	DiscountFen      money.Fen
	OnTopFen         money.Fen
	TotalFen         money.Fen
	DueFen           money.Fen // what the cards left when it was quoted
	ProblemJSON      string    // why it was rejected or declined; "": it was not
	CancelledCount   int64     // orders that a cancellation ended
	CancelPassed     int64     // the last row that it dealt with
	JobID            id.ID
	CreatedAt        clock.Millis
	PlacedAt         *clock.Millis
	CancelledAt      *clock.Millis
}

// TableName is the table's name.
func (Order) TableName() string { return "bulk_orders" }

// Problem is why a bulk order was not placed.
type Problem struct {
	Code    string             `json:"code"`
	Message string             `json:"message"`
	Fields  []fault.Field      `json:"fields,omitempty"`
	Report  spreadsheet.Report `json:"report"` // what is wrong in the file
}

// keptFields is how many wrong fields of a refusal are kept.
const keptFields = 100

// Problem answers why it was rejected or declined; nil: it was not.
func (o Order) Problem() (*Problem, error) {
	if o.ProblemJSON == "" {
		return nil, nil
	}
	p := &Problem{}
	return p, json.Unmarshal([]byte(o.ProblemJSON), p)
}

func (o *Order) refuse(status string, p Problem) error {
	raw, err := json.Marshal(p)
	o.Status, o.ProblemJSON = status, string(raw)
	return err
}

// Item is what every recipient gets whose row names nothing else.
type Item struct {
	SKUID    id.ID      `json:"sku_id"`
	Quantity int64      `json:"quantity"`
	PriceFen *money.Fen `json:"price_fen,omitempty"`
}

// asked is what is kept of the wish as it came.
type asked struct {
	Items   []Item  `json:"items"`
	CardIDs []id.ID `json:"card_ids"`
	All     bool    `json:"all"`
}

// Service makes bulk orders.
type Service struct {
	keys      *pii.Keyring
	committer *order.Committer
	lifecycle order.Lifecycle
}

// NewService makes one; the committer is the one way to an order.
func NewService(keys *pii.Keyring, committer *order.Committer, lifecycle order.Lifecycle) *Service {
	return &Service{keys: keys, committer: committer, lifecycle: lifecycle}
}

// Get answers a bulk order of an organisation's, or ErrNotFound.
func Get(db *gorm.DB, orgID, bulkID id.ID) (Order, error) {
	var o Order
	err := db.Where("id = ? AND org_id = ?", bulkID, orgID).Take(&o).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return o, err
}

func lock(tx *storage.Tx, bulkID id.ID) (Order, error) {
	var o Order
	err := tx.ForUpdate().Where("id = ?", bulkID).Take(&o).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return o, err
}

func (o *Order) save(tx *storage.Tx) error {
	return tx.Model(o).Select("*").Omit("ID", "OrgID", "OrderedBy", "AskedJSON", "CreatedAt").Updates(o).Error
}

// List answers a page of an organisation's bulk orders, the newest first.
func List(db *gorm.DB, orgID, before id.ID, limit int) ([]Order, error) {
	q := db.Omit("recipients_cipher", "asked_json", "problem_json").Where("org_id = ?", orgID).Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	found := []Order{}
	return found, q.Find(&found).Error
}
