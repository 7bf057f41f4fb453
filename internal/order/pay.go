package order

import (
	"errors"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/payment"
	"zique/internal/share"
	"zique/internal/storage"
)

// Statuses of a payment.
const (
	Held     = "held"     // taken from a card for an order that waits for the rest
	Awaited  = "awaited"  // asked of a gateway
	Captured = "captured" // paid
	Released = "released" // given up: held money went back to its card
)

// Asked answers what a buyer's own order waits for, or ErrState when it waits for nothing.
func Asked(db *gorm.DB, buyer, orderID id.ID, now clock.Millis) (payment.Charge, error) {
	var o Order
	err := db.Where("id = ? AND buyer_id = ?", orderID, buyer).Take(&o).Error
	if storage.IsNotFound(err) {
		return payment.Charge{}, ErrNotFound
	}
	if err != nil {
		return payment.Charge{}, err
	}
	if o.Status != AwaitingPayment || o.isDue(now) {
		return payment.Charge{}, ErrState
	}
	c, err := payment.OpenOf(db, orderID)
	if errors.Is(err, payment.ErrNotFound) { // paid or given up meanwhile
		err = ErrState
	}
	return c, err
}

// Capture takes in a gateway's word that a charge was paid. It pays the order that
// waits for it; if that was given up, or paid before, the money goes back by itself.
// The same notice again changes nothing.
func (lc Lifecycle) Capture(tx *storage.Tx, by audit.Actor, n payment.Notice) (orderID id.ID, err error) {
	charge, err := payment.Get(tx.DB, n.ChargeID)
	if err != nil {
		return 0, err
	}
	o, err := lock(tx, charge.OrderID, 0)
	if err != nil {
		return 0, err
	}
	if o.isDue(tx.Now()) && n.PaidAt > *o.PayBy { // too late, and the timer was not here yet
		if err := lc.expireLocked(tx, o); err != nil {
			return 0, err
		}
	}
	return o.ID, lc.capture(tx, by, o, n)
}

// Transferred pays an order by bank. It fails with payment.ErrClosed or payment.ErrAmount,
// and then changes nothing, where its charge does not wait for just this payment.
func (lc Lifecycle) Transferred(tx *storage.Tx, by audit.Actor, n payment.Notice) error {
	charge, err := payment.Get(tx.DB, n.ChargeID)
	if err != nil {
		return err
	}
	o, err := lock(tx, charge.OrderID, 0)
	if err != nil {
		return err
	}
	if o.Status != AwaitingPayment || n.PaidAt > *o.PayBy {
		return payment.ErrClosed
	}
	return lc.capture(tx, by, o, n)
}

// capture records a payment of the locked order.
func (lc Lifecycle) capture(tx *storage.Tx, by audit.Actor, o *Order, n payment.Notice) error {
	c, again, err := payment.Record(tx, n)
	if err != nil || again {
		return err
	}
	if c.Outcome == payment.PaysCharge {
		err = lc.paid(tx, o)
	}
	if err != nil {
		return err
	}
	return audit.Write(tx, by.About(o.OrgID), audit.Change{Action: "payment.captured", Subject: "order", SubjectID: o.ID,
		After: map[string]any{"gateway": c.Gateway, "reference": c.Reference, "amount_fen": c.AmountFen, "outcome": c.Outcome, "status": o.Status}})
}

// paid moves an order on whose last tender has paid, and posts the sale.
func (lc Lifecycle) paid(tx *storage.Tx, o *Order) error {
	now := tx.Now()
	for i := range o.SubOrders {
		if err := o.SubOrders[i].move(pay, now); err != nil {
			return err
		}
	}
	o.PaidAt, o.PayBy = &now, nil
	for i := range o.Payments {
		o.Payments[i].Status = Captured
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.ShareFen = share.Target(l.NetFen, 0, l.RateBp)
	}
	if err := lc.save(tx, o); err != nil {
		return err
	}
	posted, err := ledger.Post(tx, []ledger.Posting{paymentPosting(o)})
	if err != nil {
		return err
	}
	return share.Record(tx, sharesOf(o, posted[0]))
}

// abandon gives up an order that waits for payment: units go back to the stock, held
// money to its cards. A payment that comes afterwards goes back by itself.
func (lc Lifecycle) abandon(tx *storage.Tx, o *Order) error {
	now := tx.Now()
	var movements []catalog.Movement
	for i := range o.SubOrders {
		s := &o.SubOrders[i]
		if err := s.move(cancel, now); err != nil {
			return err
		}
		for _, l := range o.linesOf(s.ID) {
			l.CancelledQuantity, l.RestockedQuantity = l.Quantity, l.Quantity
			movements = append(movements, catalog.Movement{SKUID: l.SKUID, Kind: catalog.Released, Delta: l.Quantity, ReferenceID: l.ID})
		}
	}
	if err := catalog.Move(tx, movements); err != nil {
		return err
	}
	held := o.held()
	if err := aidcard.GiveBack(tx, held); err != nil {
		return err
	}
	for i := range o.Payments {
		o.Payments[i].Status = Released
	}
	o.PayBy = nil
	if err := payment.Close(tx, o.ID); err != nil {
		return err
	}
	if err := lc.save(tx, o); err != nil || len(held) == 0 {
		return err
	}
	_, err := ledger.Post(tx, []ledger.Posting{heldPosting(o, ReleasePosting, 1)})
	return err
}

// held is what is taken from cards for an order that waits for the rest.
func (o *Order) held() map[id.ID]money.Fen {
	sums := map[id.ID]money.Fen{}
	for _, p := range o.Payments {
		if p.Status == Held {
			sums[p.CardID] += p.AmountFen
		}
	}
	return sums
}

// isDue tells whether the order's time to pay is over.
func (o *Order) isDue(now clock.Millis) bool {
	return o.Status == AwaitingPayment && o.PayBy != nil && *o.PayBy <= now
}

func (lc Lifecycle) expire(tx *storage.Tx, orderID id.ID) error {
	o, err := lock(tx, orderID, 0)
	if err != nil || !o.isDue(tx.Now()) {
		return err
	}
	return lc.expireLocked(tx, o)
}

func (lc Lifecycle) expireLocked(tx *storage.Tx, o *Order) error {
	if err := lc.abandon(tx, o); err != nil {
		return err
	}
	return audit.Write(tx, audit.System, audit.Change{Action: "order.expired", Subject: "order", SubjectID: o.ID,
		Before: map[string]string{"status": AwaitingPayment}, After: map[string]string{"status": o.Status}})
}
