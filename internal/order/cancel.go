package order

import (
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Cancel ends an order, or one of its sub-orders, before dispatch and gives back all
// that is left of it. Repeated, it changes nothing.
func (lc Lifecycle) Cancel(tx *storage.Tx, by audit.Actor, orderID id.ID, subOrderID *id.ID) error {
	o, err := lock(tx, orderID, by.UserID)
	if err != nil {
		return err
	}
	if o.Status == AwaitingPayment {
		return lc.giveUp(tx, by, o, subOrderID)
	}
	g := &giving{order: o, refund: &Refund{OrderID: o.ID, Reason: "cancelled", AskedBy: by.UserID}, freight: map[id.ID]money.Fen{}}
	before := o.Status
	named, ended := false, []string{}
	for i := range o.SubOrders {
		s := &o.SubOrders[i]
		if subOrderID != nil && s.ID != *subOrderID {
			continue
		}
		named = true
		if s.Status == Cancelled {
			continue
		}
		if !s.isBeforeDispatch() {
			return ErrState
		}
		g.addWhole(s)
		ended = append(ended, s.ID.String())
	}
	if !named {
		return errNoPart
	}
	if len(ended) == 0 {
		return nil
	}
	if err := lc.carryOut(tx, g); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "order.cancelled", Subject: "order", SubjectID: o.ID,
		Before: map[string]any{"status": before}, After: map[string]any{"status": o.Status, "sub_orders": ended, "amount_fen": g.refund.AmountFen}})
}

// giveUp cancels an order that waits for payment: whole, since its payment is.
func (lc Lifecycle) giveUp(tx *storage.Tx, by audit.Actor, o *Order, subOrderID *id.ID) error {
	if subOrderID != nil {
		if o.sub(*subOrderID) == nil {
			return errNoPart
		}
		if len(o.SubOrders) > 1 {
			return ErrState
		}
	}
	if err := lc.abandon(tx, o); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "order.cancelled", Subject: "order", SubjectID: o.ID,
		Before: map[string]any{"status": AwaitingPayment}, After: map[string]any{"status": o.Status}})
}

func (g *giving) addWhole(s *SubOrder) {
	for _, l := range g.order.linesOf(s.ID) {
		if l.leftUnits() > 0 || l.leftFen() > 0 {
			g.add(l, l.leftUnits(), l.leftFen())
		}
	}
	g.freight[s.ID] = s.leftFreight()
}
