// Package payment is money that comes from outside: through a payment gateway, or by
// bank transfer. A charge is what is asked for the rest of an order; a capture is a
// payment that reached us; a gateway refund is money that goes back the same way.
//
// Invariants: a payment (gateway, reference) is captured once, however often, late or
// out of order we are told; a charge is paid by at most one capture, of just its amount;
// every other capture goes back whole, by itself, or, of another amount than was asked for,
// once two people said so; what goes back of a capture never exceeds it.
//
// Whose money it is, is said by order: this package knows the charge, not what it buys.
package payment

import (
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// Statuses of a charge.
const (
	Open   = "open"   // waits to be paid
	Paid   = "paid"   // one capture paid it
	Closed = "closed" // the order was given up: whatever comes now goes back
)

// Outcomes of a capture.
const (
	PaysCharge    = "pays_charge"
	GoesBack      = "goes_back"      // the charge was closed, or paid before
	AmountDiffers = "amount_differs" // whatever the charge's status: see difference.go
)

// Refusals.
var (
	ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such charge")
	ErrClosed   = fault.New(fault.Conflict, "charge_closed", "nobody waits for this payment any more")
	ErrPayer    = fault.New(fault.Conflict, "payer_differs", "the payer is not the enterprise that ordered")
	ErrAmount   = fault.New(fault.Conflict, "amount_differs", "another amount than was asked for")
)

// Charge is what is asked of a gateway for an order.
type Charge struct {
	ID             id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrderID        id.ID
	Gateway        string
	AmountFen      money.Fen
	Status         string
	ExpiresAt      clock.Millis
	CreatedAt      clock.Millis
	AskAt          *clock.Millis // when the gateway is next asked about it, also once it is paid; nil: no more
	RemittanceCode *string       // for the memo of a bank transfer
}

// TableName is the table's name.
func (Charge) TableName() string { return "charges" }

// Notice is a gateway's word, its signature checked, that a charge was paid.
type Notice struct {
	Gateway   string
	ChargeID  id.ID
	Reference string // the gateway's own, unique with it
	AmountFen money.Fen
	PaidAt    clock.Millis
}

// Capture is a payment that reached us.
type Capture struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	ChargeID  id.ID
	Gateway   string
	Reference string
	AmountFen money.Fen
	Outcome   string
	PaidAt    clock.Millis
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Capture) TableName() string { return "captures" }

// BankTransfer is the tender that no gateway carries: people pay to our bank account, and
// operators tell us, by the bank's statement.
const BankTransfer = "bank_transfer"

// Accounts of what came by bank. Unmatched is what came and is nobody's yet.
const (
	UnmatchedAccount = "bank:unmatched"
	bankRefunds      = "bank:refunds_due"
)

// Account is what a sale takes a payment from: the money at a gateway, which like the
// bank's account grows downwards, or what came by bank.
func Account(tender string) string {
	if tender == BankTransfer {
		return UnmatchedAccount
	}
	return "gateway:" + tender
}

// RefundsAccount is what is owed to payers until it was given back.
func RefundsAccount(tender string) string {
	if tender == BankTransfer {
		return bankRefunds
	}
	return "gateway:" + tender + ":refunds_due"
}

// cashAccount is where the money leaves when it is given back.
func cashAccount(tender string) string {
	if tender == BankTransfer {
		return org.BankAccount
	}
	return "gateway:" + tender
}

// Get answers a charge or ErrNotFound.
func Get(db *gorm.DB, chargeID id.ID) (Charge, error) {
	var c Charge
	err := db.Take(&c, chargeID).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return c, err
}

// OpenOf answers the charge that an order waits for, or ErrNotFound.
func OpenOf(db *gorm.DB, orderID id.ID) (Charge, error) {
	var c Charge
	err := db.Where("order_id = ? AND status = ?", orderID, Open).Take(&c).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return c, err
}

// Ask inserts charges; their ids are given.
func Ask(tx *storage.Tx, charges []Charge) error {
	if len(charges) == 0 {
		return nil
	}
	for i := range charges {
		if charges[i].Gateway == BankTransfer {
			continue
		}
		first := min(charges[i].CreatedAt.Add(askFirst), max(charges[i].CreatedAt, charges[i].ExpiresAt.Add(-askBefore)))
		charges[i].AskAt = &first
	}
	return tx.CreateInBatches(&charges, 500).Error
}

// Close gives up the open charges of an order, whose row the caller has locked.
func Close(tx *storage.Tx, orderID id.ID) error {
	return tx.Model(&Charge{}).Where("order_id = ? AND status = ?", orderID, Open).Update("status", Closed).Error
}

// Record takes a notice in, once. The order of its charge must be locked. A repeat
// answers the capture that was recorded, and again = true. A payment that does not pay
// the charge is posted as owed to whoever paid, and goes back unless its amount differs.
func Record(tx *storage.Tx, n Notice) (c Capture, again bool, err error) {
	charge, err := Get(tx.DB, n.ChargeID)
	if err != nil {
		return c, false, err
	}
	if charge.Gateway != n.Gateway {
		return c, false, ErrNotFound
	}
	err = tx.Where("gateway = ? AND reference = ?", n.Gateway, n.Reference).Take(&c).Error
	if err == nil {
		if c.ChargeID != n.ChargeID {
			return c, false, ErrNotFound // a reference of another charge: no gateway says so
		}
		if c.AmountFen != n.AmountFen {
			return c, false, ErrAmount // a replay that says something else
		}
		return c, true, nil
	}
	if !storage.IsNotFound(err) {
		return c, false, err
	}
	outcome, err := charge.outcomeOf(n)
	if err != nil {
		return c, false, err
	}
	c = Capture{ID: tx.NewID(), ChargeID: charge.ID, Gateway: n.Gateway, Reference: n.Reference, AmountFen: n.AmountFen,
		Outcome: outcome, PaidAt: n.PaidAt, CreatedAt: tx.Now()}
	if err := tx.Create(&c).Error; err != nil {
		return c, false, err
	}
	if outcome == PaysCharge {
		return c, false, tx.Model(&charge).Update("status", Paid).Error
	}
	if err := owe(tx, c); err != nil || outcome == AmountDiffers {
		return c, false, err
	}
	return c, false, queue(tx, c, 0, c.AmountFen)
}

// outcomeOf says what a payment does that was not recorded before. One by bank that does not
// pay the charge is refused: its row is a difference already; see package bank.
func (c Charge) outcomeOf(n Notice) (string, error) {
	byBank := c.Gateway == BankTransfer
	switch {
	case n.AmountFen != c.AmountFen && byBank:
		return "", ErrAmount
	case n.AmountFen != c.AmountFen:
		return AmountDiffers, nil
	case c.Status != Open && byBank:
		return "", ErrClosed
	case c.Status != Open:
		return GoesBack, nil
	}
	return PaysCharge, nil
}

// owe posts a payment that nobody waits for.
func owe(tx *storage.Tx, c Capture) error {
	_, err := ledger.Post(tx, []ledger.Posting{{Kind: "unasked_payment", Reference: c.ID.String(), Entries: []ledger.Entry{
		{Account: Account(c.Gateway), Amount: -c.AmountFen}, {Account: RefundsAccount(c.Gateway), Amount: c.AmountFen}}}})
	return err
}

// Statuses of a gateway refund.
const (
	Queued = "queued"
	Done   = "done"
)

// Refund is money that is to go back through a gateway. The id is the idempotency key
// towards the gateway, so that sending it again gives nothing back twice.
type Refund struct {
	ID              id.ID `gorm:"primaryKey;autoIncrement:false"`
	CaptureID       id.ID
	Gateway         string
	RefundPaymentID id.ID // of an order's refund; 0: a payment that nobody waited for
	AmountFen       money.Fen
	Status          string
	Reference       string // the gateway's, once it is done
	Tries           int64
	TryAt           clock.Millis
	CreatedAt       clock.Millis
	DoneAt          *clock.Millis
}

// TableName is the table's name.
func (Refund) TableName() string { return "gateway_refunds" }

// Bell rings when a refund was queued; see storage.DB.Bell.
const Bell = "gateway_refunds"

// GiveBack queues a part of what paid a charge; the caller posts it to RefundsAccount.
func GiveBack(tx *storage.Tx, chargeID, refundPaymentID id.ID, amount money.Fen) error {
	var c Capture
	if err := tx.Where("charge_id = ? AND outcome = ?", chargeID, PaysCharge).Take(&c).Error; err != nil {
		return err
	}
	return queue(tx, c, refundPaymentID, amount)
}

// Transfers lists the refunds that operators make by bank, the oldest first, after an id.
func Transfers(db *gorm.DB, status string, after id.ID, limit int) ([]Refund, error) {
	found := []Refund{}
	return found, db.Where("gateway = ? AND status = ? AND id > ?", BankTransfer, status, after).Order("id").Limit(limit).Find(&found).Error
}

// TransfersWaiting counts the refunds that operators are to make by bank, and answers since
// when the first waits.
func TransfersWaiting(db *gorm.DB) (int64, *clock.Millis, error) {
	return storage.Waiting(db.Model(&Refund{}).Where("gateway = ? AND status = ?", BankTransfer, Queued), "created_at")
}

// failingAfter is how many tries a gateway may refuse before people are told.
const failingAfter = 3

func failing(q *gorm.DB) *gorm.DB {
	return q.Where("r.status = ? AND r.tries >= ? AND r.gateway <> ?", Queued, failingAfter, BankTransfer)
}

// RefundsFailing counts the refunds that their gateway has refused several times, and
// answers since when the first waits.
func RefundsFailing(db *gorm.DB) (int64, *clock.Millis, error) {
	return storage.Waiting(failing(db.Table("gateway_refunds r")), "r.created_at")
}

// Returning is money on its way back through a gateway.
type Returning struct {
	Refund
	OrderID       id.ID
	OrderRefundID id.ID // 0: a payment that nobody waited for
}

// ThroughGateways lists refunds that gateways make, the newest first, before an id; 0: from
// the newest.
func ThroughGateways(db *gorm.DB, onlyFailing bool, before id.ID, limit int) ([]Returning, error) {
	q := db.Table("gateway_refunds r").Select("r.*, g.order_id, COALESCE(b.refund_id, 0) order_refund_id").
		Joins("JOIN captures c ON c.id = r.capture_id").Joins("JOIN charges g ON g.id = c.charge_id").
		Joins("LEFT JOIN refund_payments b ON b.id = r.refund_payment_id").
		Where("r.gateway <> ?", BankTransfer).Order("r.id DESC").Limit(limit)
	if onlyFailing {
		q = failing(q)
	}
	if before != 0 {
		q = q.Where("r.id < ?", before)
	}
	found := []Returning{}
	return found, q.Scan(&found).Error
}

func queue(tx *storage.Tx, c Capture, refundPaymentID id.ID, amount money.Fen) error {
	tx.Ring(Bell)
	return tx.Create(&Refund{ID: tx.NewID(), CaptureID: c.ID, Gateway: c.Gateway, RefundPaymentID: refundPaymentID, AmountFen: amount,
		Status: Queued, TryAt: tx.Now(), CreatedAt: tx.Now()}).Error
}

// Settled records that a refund was given back.
func Settled(tx *storage.Tx, refundID id.ID, reference string) error {
	var found []Refund
	if err := tx.LockByID(&found, []id.ID{refundID}); err != nil {
		return err
	}
	if len(found) == 0 || found[0].Status == Done {
		return nil
	}
	r, now := found[0], tx.Now()
	err := tx.Model(&r).Updates(map[string]any{"status": Done, "reference": reference, "done_at": now}).Error
	if err != nil {
		return err
	}
	_, err = ledger.Post(tx, []ledger.Posting{{Kind: "gateway_refund", Reference: r.ID.String(), Entries: []ledger.Entry{
		{Account: RefundsAccount(r.Gateway), Amount: -r.AmountFen}, {Account: cashAccount(r.Gateway), Amount: r.AmountFen}}}})
	return err
}

// Longest pause between two tries to give a refund back.
const longestPause = time.Hour

// pauseAfter grows from a few seconds to an hour.
func pauseAfter(tries int64) time.Duration {
	return min(5*time.Second<<min(tries, 12), longestPause)
}
