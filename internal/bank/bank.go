// Package bank is what comes and goes by bank transfer: rows of the bank's statements,
// imported and matched with orders, the queue of those that match none, and the daily close;
// the second person for what a gateway took in another amount than was asked for, and for
// what the books need that no row tells of, such as the bank's fees.
//
// Invariants: a row (bank reference) is taken in and posted once; it is matched with one
// order whose charge waited for just its amount, or with one batch of cards or purchase order, or given back,
// or a difference, whose money stands unmatched; a closed day takes no more rows, and its
// differences are settled or carried over for a reason, but for money of a batch that was
// cancelled later; nobody settles a difference alone, nor anything
// about an order of their own or of an enterprise that they are or were of; and who took a
// payment in does not record that it was refunded.
//
// Whoever adds or changes rows locks their day first, then orders.
package bank

import (
	"encoding/json"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/pii"
	"zique/internal/storage"
)

// Statuses of a row.
const (
	Matched    = "matched"
	Difference = "difference"
	Returned   = "returned"
)

// Why a row is a difference.
const (
	NoCode      = "no_code"
	UnknownCode = "unknown_code"
	ManyCodes   = "several_codes"
	WrongAmount = "wrong_amount"
	WrongPayer  = "wrong_payer" // a batch of cards or a purchase order is paid by the enterprise that ordered
	NotAwaited  = "not_awaited" // the order is paid already, or was given up
	GivenUp     = "given_up"    // it had paid a batch of cards that was cancelled since
)

// Kinds of the transactions that this package posts, by the row's id.
const (
	receiptPosting = "bank_receipt"
	returnPosting  = "bank_return"
)

// Refusals.
var (
	ErrNoRow      = fault.New(fault.NotFound, "not_found", "there is no such row")
	ErrNoTransfer = fault.New(fault.NotFound, "not_found", "there is no such refund to transfer")
	ErrNoDay      = fault.New(fault.NotFound, "not_found", "no statement has a row of this day")
	ErrSettled    = fault.New(fault.Conflict, "state_conflict", "the difference is settled already")
	ErrDayOpen    = fault.New(fault.Conflict, "day_not_over", "the day is not over yet")
	ErrDayClosed  = fault.New(fault.Conflict, "day_closed", "the day is closed already")
	ErrOpen       = fault.New(fault.Conflict, "differences_open", "differences of the day are open: settle them, or say why they are carried over")
)

// Row is one payment of a statement.
type Row struct {
	ID              id.ID `gorm:"primaryKey;autoIncrement:false"`
	BankDay         string
	BankReference   string
	PaidAt          clock.Millis
	AmountFen       money.Fen
	PayerCipher     []byte `json:"-"` // sealed Payer
	TakenBy         id.ID  // who imported it
	Status          string
	Why             string  // of one that is, or was, a difference
	ChargeID        id.ID   // that it pays, or is about; 0: not known
	BatchID         id.ID   // the same of a batch of cards
	PurchaseOrderID id.ID   // the same of a purchase order
	ReturnReference *string // of the transfer that gave it back
	CarriedReason   string  // why the day was closed over it
	CreatedAt       clock.Millis
	SettledAt       *clock.Millis

	OrderID id.ID `gorm:"->"`
	BuyerID id.ID `gorm:"->"` // of that order, batch or purchase order
	Payer   `gorm:"-"`
}

// Payer is what is sealed of a row. Show Masked instead of Account.
type Payer struct {
	Name    string `json:"name"`
	Account string `json:"account"`
	Memo    string `json:"memo"`
}

// Masked is the account as people may see it: its last four digits.
func (p Payer) Masked() string {
	if len(p.Account) < 8 {
		return "****"
	}
	return "**** " + p.Account[len(p.Account)-4:]
}

// TableName is the table's name.
func (Row) TableName() string { return "bank_rows" }

// Day is a bank day, once a row of it came.
type Day struct {
	BankDay  string `gorm:"primaryKey"`
	ClosedAt *clock.Millis
	ClosedBy id.ID
	RowCount int64     // when it was closed
	TotalFen money.Fen // the same
}

// TableName is the table's name.
func (Day) TableName() string { return "bank_days" }

// Service is the bank's desk.
type Service struct {
	db        *storage.DB
	keys      *pii.Keyring
	lifecycle order.Lifecycle
	approvals *approval.Desk
}

// NewService registers what needs a second person.
func NewService(db *storage.DB, keys *pii.Keyring, lifecycle order.Lifecycle, approvals *approval.Desk) *Service {
	s := &Service{db, keys, lifecycle, approvals}
	approvals.Register(approval.Kind{Name: SettleKind, TTL: settleTTL, Carry: s.carryResolution, Own: s.ownResolution, Decides: identity.EveryOperator})
	approvals.Register(approval.Kind{Name: SendBackKind, TTL: settleTTL, Carry: s.carrySendBack, Own: ownSendBack, Decides: identity.EveryOperator})
	approvals.Register(approval.Kind{Name: CorrectKind, TTL: settleTTL, Carry: carryCorrection, Decides: identity.EveryOperator})
	approvals.Register(approval.Kind{Name: ReverseKind, TTL: settleTTL, Carry: carryReversal, Decides: identity.EveryOperator})
	return s
}

// lockDays makes and locks days, ascending.
func lockDays(tx *storage.Tx, days []string) (map[string]Day, error) {
	rows := make([]Day, len(days))
	for i, day := range days {
		rows[i].BankDay = day
	}
	if len(rows) == 0 {
		return nil, nil
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
		return nil, err
	}
	var locked []Day
	err := tx.ForUpdate().Where("bank_day IN ?", days).Order("bank_day").Find(&locked).Error
	found := make(map[string]Day, len(locked))
	for _, d := range locked {
		found[d.BankDay] = d
	}
	return found, err
}

func (s *Service) seal(p Payer) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	return s.keys.Seal(plain)
}

func (s *Service) open(rows []Row) error {
	for i := range rows {
		plain, err := s.keys.Open(rows[i].PayerCipher)
		if err == nil {
			err = json.Unmarshal(plain, &rows[i].Payer)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Filter narrows a listing of rows; "" is any.
type Filter struct {
	Status   string
	Open     bool // only differences that are neither settled nor carried over
	Day      string
	BeforeID id.ID
	Limit    int
}

// List answers rows, the newest first, with payers in clear.
func (s *Service) List(view *gorm.DB, f Filter) ([]Row, error) {
	q := ofOrders(view).Order("r.id DESC").Limit(f.Limit)
	for column, value := range map[string]string{"r.status": f.Status, "r.bank_day": f.Day} {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	if f.Open {
		q = q.Where("r.status = ? AND r.carried_reason = ''", Difference)
	}
	if f.BeforeID != 0 {
		q = q.Where("r.id < ?", f.BeforeID)
	}
	found := []Row{}
	if err := q.Find(&found).Error; err != nil {
		return nil, err
	}
	return found, s.open(found)
}

// ofOrders is rows with the orders, and who ordered what, that they pay, or are about.
func ofOrders(view *gorm.DB) *gorm.DB {
	return view.Table("bank_rows r").Select("r.*, COALESCE(c.order_id, 0) order_id, COALESCE(o.buyer_id, s.ordered_by, p.drafted_by, 0) buyer_id").
		Joins("LEFT JOIN charges c ON c.id = r.charge_id").Joins("LEFT JOIN orders o ON o.id = c.order_id").
		Joins("LEFT JOIN card_sales s ON s.id = r.batch_id").Joins("LEFT JOIN purchase_orders p ON p.id = r.purchase_order_id")
}

// CarriedOver answers, by the day, whom the reason may name for which it was closed over
// differences, the same for each of them: who paid them, and who buys.
func (s *Service) CarriedOver(view *gorm.DB, days []string) (map[string]audit.Circle, error) {
	var rows []Row
	if err := ofOrders(view).Where("r.bank_day IN ? AND r.carried_reason <> ''", days).Scan(&rows).Error; err != nil {
		return nil, err
	}
	people := map[string]audit.Circle{}
	err := s.open(rows)
	for _, r := range rows {
		c := people[r.BankDay]
		c.Users, c.Names = append(c.Users, r.BuyerID), append(c.Names, r.Name)
		people[r.BankDay] = c
	}
	return people, err
}

// DifferencesOpen counts those that are neither settled nor carried over, and answers since
// when the first is.
func DifferencesOpen(view *gorm.DB) (int64, *clock.Millis, error) {
	return storage.Waiting(view.Model(&Row{}).Where("status = ? AND carried_reason = ''", Difference), "created_at")
}

// Get answers a row or ErrNoRow.
func (s *Service) Get(view *gorm.DB, rowID id.ID) (Row, error) {
	one := make([]Row, 1)
	err := view.Take(&one[0], rowID).Error
	if storage.IsNotFound(err) {
		return Row{}, ErrNoRow
	}
	if err == nil {
		err = s.open(one)
	}
	return one[0], err
}
