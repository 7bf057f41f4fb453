package order

import (
	"fmt"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// RefundAsk is what is asked back: of one sub-order, if it is named. Without AmountFen a
// line gives back what was paid for its units. Without FreightFen the freight of a
// sub-order goes back with the last of its goods, before dispatch.
type RefundAsk struct {
	SubOrderID id.ID // 0: of any
	Lines      []RefundLine
	FreightFen *money.Fen
	Reason     string
}

// RefundLine is some units of one line, or, once all went back and some of them for less,
// an amount of what is left of it and no units.
type RefundLine struct {
	LineID    id.ID
	Quantity  int64
	AmountFen *money.Fen
}

func (a *RefundAsk) check() error {
	var wrong fault.Problems
	if len(a.Lines) == 0 && a.FreightFen == nil {
		wrong.Add("lines", "required", "name at least one line, or the freight")
	}
	a.Reason = wrong.Reason(a.Reason, true)
	if a.FreightFen != nil && (*a.FreightFen < 0 || *a.FreightFen == 0 && len(a.Lines) == 0) {
		wrong.Add("freight_fen", "range", "the freight is not negative, and positive when it is all that is asked for")
	}
	seen := map[id.ID]bool{}
	for i, l := range a.Lines {
		if l.Quantity < 0 || l.Quantity == 0 && l.AmountFen == nil {
			wrong.Add(fmt.Sprintf("lines[%d].quantity", i), "range", "the quantity is a whole number from 1, or 0 with an amount")
		}
		if l.AmountFen != nil && *l.AmountFen < 1 {
			wrong.Add(fmt.Sprintf("lines[%d].amount_fen", i), "range", "the amount is positive")
		}
		if seen[l.LineID] {
			wrong.Add(fmt.Sprintf("lines[%d].line_id", i), "duplicate", "this line stands in the refund already")
		}
		seen[l.LineID] = true
	}
	return wrong.Err()
}

// fits checks that the order has what is named.
func (a RefundAsk) fits(o *Order) error {
	if a.SubOrderID != 0 && o.sub(a.SubOrderID) == nil {
		return errNoPart
	}
	for i, asked := range a.Lines {
		if l := o.line(asked.LineID); l == nil || a.SubOrderID != 0 && l.SubOrderID != a.SubOrderID {
			return fault.InvalidField(fmt.Sprintf("lines[%d].line_id", i), "unknown", "the order has no such line")
		}
	}
	return nil
}

// AskRefund is the buyer's. Of units that are not sent yet the refund is carried out at
// once; of others it is asked of the one cooperative that sent them, and what it asks
// for is held back until that is decided.
func (lc Lifecycle) AskRefund(tx *storage.Tx, by audit.Actor, orderID id.ID, ask RefundAsk) (*Refund, error) {
	if err := ask.check(); err != nil {
		return nil, err
	}
	o, err := lock(tx, orderID, by.UserID)
	if err != nil {
		return nil, err
	}
	g, err := gather(o, ask, []string{Paid, PartlyShipped, Shipped, ReceivedByBuyer})
	if err != nil {
		return nil, err
	}
	g.refund.AskedBy = by.UserID
	if g.isBeforeDispatch() {
		if err := g.keepsFreightOwed(); err != nil {
			return nil, err
		}
		if err := lc.carryOut(tx, g); err != nil {
			return nil, err
		}
		return g.refund, audit.Write(tx, by, g.deed("order.refunded"))
	}
	if err := g.ofOneSubOrder(); err != nil {
		return nil, err
	}
	if err := lc.request(tx, g); err != nil {
		return nil, err
	}
	return g.refund, audit.Write(tx, by, g.deed("refund.requested"))
}

// keepsFreightOwed refuses freight of goods that must still be sent: it goes back with
// the last of them.
func (g *giving) keepsFreightOwed() error {
	for subID, fen := range g.freight {
		if fen > 0 && !g.sendsNothing(g.order.sub(subID)) {
			return ErrRefundExceeds.With("freight_fen", "refund_exceeds", "goods are still to be sent: their freight goes back with the last of them")
		}
	}
	return nil
}

// GiveBack is the cooperative's own refund of what it sold, at any time, also after the
// sub-order was closed and paid out: it is carried out at once.
func (lc Lifecycle) GiveBack(tx *storage.Tx, by audit.Actor, subOrderID id.ID, ask RefundAsk) (*Refund, error) {
	if err := ask.check(); err != nil {
		return nil, err
	}
	o, err := lockOfCooperative(tx, subOrderID, by.OrgID)
	if err != nil {
		return nil, err
	}
	ask.SubOrderID = subOrderID
	g, err := gather(o, ask, []string{Paid, PartlyShipped, Shipped, ReceivedByBuyer, Closed})
	if err != nil {
		return nil, err
	}
	g.refund.AskedBy, g.refund.SubOrderID = by.UserID, subOrderID
	if err := lc.carryOut(tx, g); err != nil {
		return nil, err
	}
	return g.refund, audit.Write(tx, by, g.deed("order.refunded"))
}

// request holds back what the refund asks for.
func (lc Lifecycle) request(tx *storage.Tx, g *giving) error {
	r := g.refund
	r.ID, r.Status, r.CreatedAt, r.ChangedAt = tx.NewID(), Requested, tx.Now(), tx.Now()
	r.identifyLines(tx)
	r.FreightFen = g.freight[r.SubOrderID]
	g.hold()
	r.AmountFen = r.GoodsFen + r.FreightFen + r.OnTopFen
	g.order.Refunds = append(g.order.Refunds, *r)
	if err := createRefund(tx, r); err != nil {
		return err
	}
	return lc.save(tx, g.order)
}

func (r *Refund) identifyLines(tx *storage.Tx) {
	for i := range r.Lines {
		r.Lines[i].ID, r.Lines[i].RefundID = tx.NewID(), r.ID
	}
}

func createRefund(tx *storage.Tx, r *Refund) error {
	if err := tx.Create(r).Error; err != nil || len(r.Lines) == 0 {
		return err
	}
	return tx.Create(&r.Lines).Error
}

// saveRefund writes all of a refund but its lines, which never change.
func saveRefund(tx *storage.Tx, r *Refund) error { return tx.Select("*").Updates(r).Error }
