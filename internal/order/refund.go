package order

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/share"
	"zique/internal/storage"
	"zique/internal/village"
)

// RefundAsk is what a buyer asks back before dispatch. Without AmountFen a line gives
// back what was paid for its units. Without FreightFen the freight of a sub-order goes
// back with the last of its goods.
type RefundAsk struct {
	Lines      []RefundLine
	FreightFen *money.Fen
	Reason     string
}

// RefundLine is some units of one line.
type RefundLine struct {
	LineID    id.ID
	Quantity  int64
	AmountFen *money.Fen
}

const longestReason = 200

func (a RefundAsk) check() error {
	var wrong fault.Problems
	if len(a.Lines) == 0 && a.FreightFen == nil {
		wrong.Add("lines", "required", "name at least one line, or the freight")
	}
	if n := utf8.RuneCountInString(a.Reason); n < 1 || n > longestReason {
		wrong.Add("reason", "length", fmt.Sprintf("give a reason of 1 to %d characters", longestReason))
	}
	if a.FreightFen != nil && (*a.FreightFen < 0 || *a.FreightFen == 0 && len(a.Lines) == 0) {
		wrong.Add("freight_fen", "range", "the freight is not negative, and positive when it is all that is asked for")
	}
	seen := map[id.ID]bool{}
	for i, l := range a.Lines {
		if l.Quantity < 1 {
			wrong.Add(fmt.Sprintf("lines[%d].quantity", i), "range", "the quantity is a whole number from 1")
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

// RefundBeforeDispatch carries out a refund at once: money to the tenders that paid,
// the last first; units to the stock; the villages' share by what its target fell.
func RefundBeforeDispatch(tx *storage.Tx, by audit.Actor, orderID id.ID, ask RefundAsk) (*Refund, error) {
	if err := ask.check(); err != nil {
		return nil, err
	}
	o, err := lock(tx, by.UserID, orderID)
	if err != nil {
		return nil, err
	}
	g := &givingBack{order: o, reason: ask.Reason}
	for i, l := range ask.Lines {
		if err := g.addLine(i, l); err != nil {
			return nil, err
		}
	}
	if err := g.addFreight(ask.FreightFen); err != nil {
		return nil, err
	}
	r, err := g.carryOut(tx)
	if err != nil {
		return nil, err
	}
	return r, audit.Write(tx, by, audit.Change{Action: "order.refunded", Subject: "order", SubjectID: o.ID,
		After: map[string]any{"refund_id": r.ID.String(), "amount_fen": r.AmountFen, "share_reversed_fen": r.ShareReversedFen}, Reason: ask.Reason})
}

// Cancel ends an order, or one of its sub-orders, before dispatch and gives back all
// that is left of it. Repeated, it changes nothing.
func Cancel(tx *storage.Tx, by audit.Actor, orderID id.ID, subOrderID *id.ID) error {
	o, err := lock(tx, by.UserID, orderID)
	if err != nil {
		return err
	}
	g := &givingBack{order: o, reason: "cancelled"}
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
		if s.Status != Paid {
			return ErrState
		}
		g.addWhole(s)
		ended = append(ended, s.ID.String())
	}
	if !named {
		return ErrNotFound
	}
	if len(ended) == 0 {
		return nil
	}
	r, err := g.carryOut(tx)
	if err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "order.cancelled", Subject: "order", SubjectID: o.ID,
		Before: map[string]any{"status": before}, After: map[string]any{"status": o.Status, "sub_orders": ended, "amount_fen": r.AmountFen}})
}

// givingBack gathers what goes back on an order whose rows are locked.
type givingBack struct {
	order   *Order
	reason  string
	lines   []refundLine
	goods   money.Fen
	freight map[id.ID]money.Fen // by sub-order
}

func (g *givingBack) addLine(i int, ask RefundLine) error {
	at := slices.IndexFunc(g.order.Lines, func(l Line) bool { return l.ID == ask.LineID })
	if at < 0 {
		return fault.InvalidField(fmt.Sprintf("lines[%d].line_id", i), "unknown", "the order has no such line")
	}
	l := &g.order.Lines[at]
	if g.order.sub(l.SubOrderID).Status != Paid {
		return ErrState
	}
	if ask.Quantity > l.Quantity-l.RefundedQuantity {
		return ErrRefundExceeds.With(fmt.Sprintf("lines[%d].quantity", i), "refund_exceeds", "fewer units are left")
	}
	amount := money.ProRata(l.NetFen, l.RefundedQuantity+ask.Quantity, l.Quantity) - money.ProRata(l.NetFen, l.RefundedQuantity, l.Quantity)
	if ask.AmountFen != nil {
		if *ask.AmountFen > amount {
			return ErrRefundExceeds.With(fmt.Sprintf("lines[%d].amount_fen", i), "refund_exceeds", "less was paid for these units")
		}
		amount = *ask.AmountFen
	}
	g.take(l, ask.Quantity, amount)
	return nil
}

func (g *givingBack) take(l *Line, quantity int64, amount money.Fen) {
	l.RefundedQuantity += quantity
	l.RefundedFen += amount
	g.goods += amount
	g.lines = append(g.lines, refundLine{LineID: l.ID, Quantity: quantity, AmountFen: amount})
}

// addFreight takes the freight asked for from the sub-orders whose goods go back, or
// from all when no goods do; unasked, it goes back with the last goods of a sub-order.
func (g *givingBack) addFreight(asked *money.Fen) error {
	g.freight = map[id.ID]money.Fen{}
	if asked == nil {
		for _, s := range g.order.SubOrders {
			if s.Status == Paid && g.touches(s.ID) && g.order.nothingLeft(s.ID) {
				g.freight[s.ID] = s.FreightFen - s.RefundedFreightFen
			}
		}
		return nil
	}
	left := *asked
	for _, s := range g.order.SubOrders {
		if s.Status == Paid && (len(g.lines) == 0 || g.touches(s.ID)) {
			g.freight[s.ID] = min(left, s.FreightFen-s.RefundedFreightFen)
			left -= g.freight[s.ID]
		}
	}
	if left > 0 {
		return ErrRefundExceeds.With("freight_fen", "refund_exceeds", "less freight is left")
	}
	return nil
}

func (g *givingBack) touches(subOrder id.ID) bool {
	return slices.ContainsFunc(g.lines, func(r refundLine) bool {
		return g.order.line(r.LineID).SubOrderID == subOrder
	})
}

func (g *givingBack) addWhole(s *SubOrder) {
	for i := range g.order.Lines {
		l := &g.order.Lines[i]
		if l.SubOrderID == s.ID && (l.RefundedQuantity < l.Quantity || l.RefundedFen < l.NetFen) {
			g.take(l, l.Quantity-l.RefundedQuantity, l.NetFen-l.RefundedFen)
		}
	}
	if g.freight == nil {
		g.freight = map[id.ID]money.Fen{}
	}
	g.freight[s.ID] = s.FreightFen - s.RefundedFreightFen
	s.Status = Cancelled
}

// carryOut writes the refund and everything that follows from it, and posts it as
// one transaction. Nothing to give back is nothing done.
func (g *givingBack) carryOut(tx *storage.Tx) (*Refund, error) {
	o := g.order
	r := &Refund{ID: tx.NewID(), OrderID: o.ID, Status: Refunded, GoodsFen: g.goods, Reason: g.reason, CreatedAt: tx.Now()}
	for _, fen := range g.freight {
		r.FreightFen += fen
	}
	r.AmountFen = r.GoodsFen + r.FreightFen
	if r.AmountFen == 0 {
		return r, g.writeOrder(tx)
	}
	posting := ledger.Posting{Kind: "refund", Reference: r.ID.String()}
	shares := g.reverseShares(r, &posting)
	for subID, fen := range g.freight {
		s := o.sub(subID)
		s.RefundedFreightFen += fen
		posting.Entries = append(posting.Entries, ledger.Entry{Account: org.FreightAccount(s.CooperativeID), Amount: -fen})
	}
	if err := g.toTenders(tx, r, &posting); err != nil {
		return nil, err
	}
	if err := tx.Create(r).Error; err != nil {
		return nil, err
	}
	if len(g.lines) > 0 {
		if err := tx.Create(&g.lines).Error; err != nil {
			return nil, err
		}
	}
	if err := tx.Create(&r.Payments).Error; err != nil {
		return nil, err
	}
	if err := g.writeOrder(tx); err != nil {
		return nil, err
	}
	posted, err := ledger.Post(tx, []ledger.Posting{posting})
	if err != nil {
		return nil, err
	}
	for i := range shares {
		shares[i].TxID = posted[0]
	}
	return r, share.Record(tx, shares)
}

// reverseShares moves each line's share to its new target and takes the rest of the
// goods' money from the cooperatives.
func (g *givingBack) reverseShares(r *Refund, posting *ledger.Posting) []share.Entry {
	var shares []share.Entry
	for i := range g.lines {
		l := g.order.line(g.lines[i].LineID)
		delta := share.Target(l.NetFen, l.RefundedFen, l.RateBp) - l.ShareFen
		l.ShareFen += delta
		r.ShareReversedFen -= delta
		shares = append(shares, share.Entry{LineID: l.ID, RuleID: l.RuleID, VillageID: l.VillageID, AmountFen: delta})
		posting.Entries = append(posting.Entries,
			ledger.Entry{Account: village.PendingAccount(l.VillageID), Amount: delta},
			ledger.Entry{Account: org.PendingAccount(g.order.sub(l.SubOrderID).CooperativeID), Amount: -g.lines[i].AmountFen - delta})
	}
	return shares
}

// toTenders gives the amount back to the payments, the last first, each capped by
// what it paid.
func (g *givingBack) toTenders(tx *storage.Tx, r *Refund, posting *ledger.Posting) error {
	left := r.AmountFen
	back := map[id.ID]money.Fen{}
	for i := len(g.order.Payments) - 1; i >= 0 && left > 0; i-- {
		p := &g.order.Payments[i]
		part := min(left, p.AmountFen-p.RefundedFen)
		if part == 0 {
			continue
		}
		left -= part
		p.RefundedFen += part
		back[p.CardID] += part
		r.Payments = append(r.Payments, RefundPayment{ID: tx.NewID(), RefundID: r.ID, PaymentID: p.ID, CardID: p.CardID, AmountFen: part, CardNumber: p.CardNumber})
		posting.Entries = append(posting.Entries, ledger.Entry{Account: aidcard.Account(p.CardID), Amount: part})
	}
	if left > 0 {
		return fmt.Errorf("order %d: %d fen to refund exceed what was paid", g.order.ID, left)
	}
	var movements []catalog.Movement
	for i := range g.lines {
		l := &g.lines[i]
		l.ID, l.RefundID = tx.NewID(), r.ID
		movements = append(movements, catalog.Movement{SKUID: g.order.line(l.LineID).SKUID, Kind: catalog.Returned, Delta: l.Quantity, ReferenceID: l.LineID})
	}
	if err := catalog.Move(tx, movements); err != nil { // SKUs before cards: the one order of locks
		return err
	}
	return aidcard.Move(tx, back)
}

// writeOrder saves what changed on the locked order.
func (g *givingBack) writeOrder(tx *storage.Tx) error {
	o := g.order
	for i := range o.SubOrders {
		s := &o.SubOrders[i]
		if s.Status == Paid && g.touches(s.ID) && o.nothingLeft(s.ID) && s.RefundedFreightFen == s.FreightFen {
			s.Status = Cancelled
		}
		if err := tx.Model(s).Select("Status", "RefundedFreightFen").Updates(s).Error; err != nil {
			return err
		}
	}
	for _, r := range g.lines {
		l := o.line(r.LineID)
		if err := tx.Model(l).Select("RefundedQuantity", "RefundedFen", "ShareFen").Updates(l).Error; err != nil {
			return err
		}
	}
	for i := range o.Payments {
		p := &o.Payments[i]
		if err := tx.Model(p).Select("RefundedFen").Updates(p).Error; err != nil {
			return err
		}
	}
	o.Status = o.statusOfParts()
	return tx.Model(o).Select("Status").Updates(o).Error
}

func (o *Order) sub(subID id.ID) *SubOrder {
	return &o.SubOrders[slices.IndexFunc(o.SubOrders, func(s SubOrder) bool { return s.ID == subID })]
}

func (o *Order) line(lineID id.ID) *Line {
	return &o.Lines[slices.IndexFunc(o.Lines, func(l Line) bool { return l.ID == lineID })]
}

// nothingLeft tells whether all goods of a sub-order were given back.
func (o *Order) nothingLeft(subID id.ID) bool {
	return !slices.ContainsFunc(o.Lines, func(l Line) bool {
		return l.SubOrderID == subID && (l.RefundedQuantity < l.Quantity || l.RefundedFen < l.NetFen)
	})
}
