// Package procurement is buying by purchase order (采购订单): an enterprise or chamber asks
// one cooperative for the produce of villages, the cooperative quotes, delivers, and is paid
// by bank transfer on terms, for what was accepted. Invariants:
//
//   - An order moves along one table of states; each step is one person's. Who approves is
//     another than who drafted, and who accepts the goods another than who approved: nobody
//     alone lets the enterprise owe money. Nobody acts for both sides.
//   - What is due is frozen when the goods are accepted: for each line the accepted quantity
//     at the quoted price, and on top of it the village's share of that. The buyer bears
//     it whatever the rule says of other sales; the rule in force when the order was
//     approved gives the rate.
//   - It is paid by one row of a bank statement, of just that amount, in one posting: the
//     goods are the cooperative's and the shares the villages' at once, for a delivery that
//     was accepted is not given back.
//
// Whoever changes an order locks it, after bank days and before share rules.
package procurement

import (
	"crypto/rand"
	"io"
	"time"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/notify"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/pii"
	"zique/internal/share"
	"zique/internal/storage"
)

// Channel is that of purchase orders in the rules of the share.
const Channel = "procurement"

// PaymentPosting is the kind of the transaction that pays an order, by the order's id.
const PaymentPosting = "purchase_payment"

// Statuses of an order.
const (
	Requested = "requested"
	Quoted    = "quoted"
	Approved  = "approved"
	Delivered = "delivered"
	Accepted  = "accepted" // and to be paid
	Paid      = "paid"
	Declined  = "declined"  // by the cooperative
	Cancelled = "cancelled" // by the enterprise
	Rejected  = "rejected"  // nothing was accepted, so nothing is due
)

// What is done to an order.
const (
	quote   = "quote"
	decline = "decline"
	approve = "approve"
	cancel  = "cancel"
	deliver = "deliver"
	accept  = "accept"
	reject  = "reject"
	pay     = "pay"
)

// moves are all steps there are: status → deed → status.
var moves = map[string]map[string]string{
	Requested: {quote: Quoted, decline: Declined, cancel: Cancelled},
	Quoted:    {approve: Approved, cancel: Cancelled},
	Approved:  {deliver: Delivered, cancel: Cancelled},
	Delivered: {accept: Accepted, reject: Rejected},
	Accepted:  {pay: Paid},
}

// Refusals.
var (
	ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such purchase order")
	ErrState    = fault.New(fault.Conflict, "state_conflict", "this cannot be done in the present state of the purchase order")
)

// Order is a purchase order.
type Order struct {
	ID             id.ID `gorm:"primaryKey;autoIncrement:false"`
	EnterpriseID   id.ID
	CooperativeID  id.ID
	Status         string
	RemittanceCode string
	TermsDays      int64 // after acceptance until it is due
	ContactName    string
	ContactCipher  []byte `json:"-"` // sealed phone
	AddressCipher  []byte `json:"-"`
	DeliverBy      string // a day of Asia/Shanghai, as quoted
	Carrier        string
	DeliveryNote   string // its number
	Reason         string // why it was declined or cancelled
	QuotedFen      money.Fen
	GoodsFen       money.Fen // accepted
	ShareFen       money.Fen // on top of that
	DueDay         string    // through whose end it may be paid
	BankRowID      id.ID     // that paid; 0: none
	DraftedBy      id.ID
	QuotedBy       id.ID
	ApprovedBy     id.ID
	DeliveredBy    id.ID
	AcceptedBy     id.ID
	EndedBy        id.ID // who declined or cancelled it
	CreatedAt      clock.Millis
	QuotedAt       *clock.Millis
	ApprovedAt     *clock.Millis
	DeliveredAt    *clock.Millis
	AcceptedAt     *clock.Millis
	PaidAt         *clock.Millis
	EndedAt        *clock.Millis

	EnterpriseName  string `gorm:"->"`
	CooperativeName string `gorm:"->"`
	Phone           string `gorm:"-"` // of the contact
	Address         string `gorm:"-"`
	Lines           []Line `gorm:"-"`
}

// TableName is the table's name.
func (Order) TableName() string { return "purchase_orders" }

// Line is some produce of a village. Quantities are whole units, prices are per unit.
type Line struct {
	ID               id.ID `gorm:"primaryKey;autoIncrement:false"`
	PurchaseID       id.ID
	ProductID        id.ID  // 0: not in the catalogue
	CategoryID       string // of that product
	VillageID        id.ID
	Title            string
	Unit             string
	Quantity         int64
	WantedFen        money.Fen // the price that the enterprise hopes for; 0: none
	PriceFen         money.Fen // as quoted
	RuleID           id.ID     // of the share, from the approval on
	RateBp           money.BasisPoints
	AcceptedQuantity int64
	RejectedQuantity int64
	RejectedReason   string
	GoodsFen         money.Fen // accepted
	ShareFen         money.Fen // on top of that

	VillageName string `gorm:"->"`
}

// TableName is the table's name.
func (Line) TableName() string { return "purchase_order_lines" }

// DueFen is what is to be paid.
func (o Order) DueFen() money.Fen { return o.GoodsFen + o.ShareFen }

// Overdue tells whether the day for paying is over.
func (o Order) Overdue(now clock.Millis) bool { return o.Status == Accepted && now.Day() > o.DueDay }

// ExpectedShareFen is what the share comes to if all that was quoted is accepted.
func (o Order) ExpectedShareFen() (sum money.Fen) {
	for _, l := range o.Lines {
		sum += share.Target(l.quoted(), 0, l.RateBp)
	}
	return sum
}

func (l Line) quoted() money.Fen { return l.PriceFen * money.Fen(l.Quantity) }

// Service keeps purchase orders.
type Service struct {
	keys *pii.Keyring
	rand io.Reader // of remittance codes
}

// NewService makes one.
func NewService(keys *pii.Keyring) *Service { return &Service{keys, rand.Reader} }

// lock reads an order of the organisation, 0 for any, under lock with its lines, or fails
// with ErrNotFound.
func lock(tx *storage.Tx, orgID, orderID id.ID) (Order, error) {
	var found []Order
	if err := tx.LockByID(&found, []id.ID{orderID}); err != nil {
		return Order{}, err
	}
	if len(found) == 0 || !found[0].isOf(orgID) {
		return Order{}, ErrNotFound
	}
	o := found[0]
	return o, tx.Where("purchase_id = ?", o.ID).Order("id").Find(&o.Lines).Error
}

func (o Order) isOf(orgID id.ID) bool {
	return orgID == 0 || orgID == o.EnterpriseID || orgID == o.CooperativeID
}

// step moves a locked order, marks who did it, saves it and says so in the log.
func (o *Order) step(tx *storage.Tx, by audit.Actor, deed, action string, after map[string]any, mark func(now *clock.Millis)) error {
	next, may := moves[o.Status][deed]
	if !may {
		return ErrState
	}
	before := o.Status
	o.Status = next
	now := tx.Now()
	mark(&now)
	err := tx.Model(&Order{}).Where("id = ?", o.ID).Select("Status", "DeliverBy", "Carrier", "DeliveryNote", "Reason", "QuotedFen", "GoodsFen", "ShareFen", "DueDay", "BankRowID",
		"QuotedBy", "ApprovedBy", "DeliveredBy", "AcceptedBy", "EndedBy", "QuotedAt", "ApprovedAt", "DeliveredAt", "AcceptedAt", "PaidAt", "EndedAt").Updates(o).Error
	if err != nil {
		return err
	}
	if after == nil {
		after = map[string]any{}
	}
	after["status"] = o.Status
	return audit.Write(tx, by.About(o.EnterpriseID), audit.Change{Action: action, Subject: "purchase_order", SubjectID: o.ID, Reason: o.Reason,
		Before: map[string]any{"status": before}, After: after})
}

// tell tells the members of an organisation of the order.
func (o Order) tell(tx *storage.Tx, orgID id.ID, template string, params map[string]string) error {
	var members []id.ID
	err := tx.Model(&org.Membership{}).Where("org_id = ?", orgID).Order("user_id").Pluck("user_id", &members).Error
	if err != nil || len(members) == 0 {
		return err
	}
	_, err = outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: members, Template: template, Params: params})
	return err
}

// dayAfter is the day so many days after an instant's, in Asia/Shanghai.
func dayAfter(at clock.Millis, days int64) string {
	return at.Add(time.Duration(days) * 24 * time.Hour).Day()
}
