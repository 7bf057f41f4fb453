package order

import (
	"fmt"
	"slices"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/payment"
	"zique/internal/share"
	"zique/internal/storage"
)

// giving gathers what goes back on a locked order.
type giving struct {
	order    *Order
	refund   *Refund
	freight  map[id.ID]money.Fen // by sub-order
	cameBack map[id.ID]int64     // units that can be sold again, by line
}

// gather checks what is asked against what is left, in sub-orders of the statuses.
func gather(o *Order, ask RefundAsk, statuses []string) (*giving, error) {
	if err := ask.fits(o); err != nil {
		return nil, err
	}
	g := &giving{order: o, refund: &Refund{OrderID: o.ID, Reason: ask.Reason}, freight: map[id.ID]money.Fen{}}
	for i, l := range ask.Lines {
		if err := g.addLine(i, l, statuses); err != nil {
			return nil, err
		}
	}
	return g, g.addFreight(ask, statuses)
}

func (g *giving) addLine(i int, ask RefundLine, statuses []string) error {
	l := g.order.line(ask.LineID)
	if !slices.Contains(statuses, g.order.sub(l.SubOrderID).Status) {
		return ErrState
	}
	if ask.Quantity > l.leftUnits() {
		return ErrRefundExceeds.With(fmt.Sprintf("lines[%d].quantity", i), "refund_exceeds", "fewer units are left")
	}
	amount := l.paidFor(ask.Quantity)
	if ask.AmountFen != nil {
		if *ask.AmountFen > amount {
			return ErrRefundExceeds.With(fmt.Sprintf("lines[%d].amount_fen", i), "refund_exceeds", "less was paid for these units")
		}
		amount = *ask.AmountFen
	}
	g.add(l, ask.Quantity, amount)
	return nil
}

// paidFor is what units that are left go back for: their part of the fen that are left, so
// that the last take all of them, in whatever order others were asked, given and let go;
// but, where others went back for less, no more than units cost. What then stays when all
// units are gone goes back for none.
func (l Line) paidFor(units int64) money.Fen {
	if l.leftUnits() == 0 {
		return l.leftFen()
	}
	dearest := (l.NetFen + money.Fen(l.Quantity) - 1) / money.Fen(l.Quantity)
	return min(money.ProRata(l.leftFen(), units, l.leftUnits()), dearest*money.Fen(units))
}

func (g *giving) add(l *Line, quantity int64, amount money.Fen) {
	g.refund.GoodsFen += amount
	g.refund.Lines = append(g.refund.Lines, RefundedLine{LineID: l.ID, Quantity: quantity, AmountFen: amount})
}

// addFreight takes the freight asked for from the sub-order that is named. Where none is,
// from those whose goods go back, or from all when no goods do, unless goods are still to be
// sent. Unasked, it goes back with the last goods of a sub-order of which nothing was sent.
func (g *giving) addFreight(ask RefundAsk, statuses []string) error {
	if ask.FreightFen == nil {
		for _, s := range g.order.SubOrders {
			if g.touches(s.ID) && g.sendsNothing(&s) {
				g.freight[s.ID] = s.leftFreight()
			}
		}
		return nil
	}
	left := *ask.FreightFen
	for _, s := range g.order.SubOrders {
		named := s.ID == ask.SubOrderID
		unnamed := ask.SubOrderID == 0 && (len(ask.Lines) == 0 || g.touches(s.ID)) && (s.Status != Paid || g.sendsNothing(&s))
		if slices.Contains(statuses, s.Status) && (named || unnamed) {
			g.freight[s.ID] = min(left, s.leftFreight())
			left -= g.freight[s.ID]
		}
	}
	if left > 0 {
		return ErrRefundExceeds.With("freight_fen", "refund_exceeds", "less freight is left, or goods are still to be sent: their freight goes back with the last of them")
	}
	return nil
}

func (g *giving) touches(subID id.ID) bool {
	return slices.ContainsFunc(g.refund.Lines, func(r RefundedLine) bool { return g.order.line(r.LineID).SubOrderID == subID })
}

// sendsNothing tells whether with this refund nothing of a sub-order was or will be sent.
func (g *giving) sendsNothing(s *SubOrder) bool {
	now := map[id.ID]int64{}
	for _, r := range g.refund.Lines {
		now[r.LineID] = r.Quantity
	}
	return s.isBeforeDispatch() && !slices.ContainsFunc(g.order.linesOf(s.ID), func(l *Line) bool { return l.unshipped() > now[l.ID] })
}

// isBeforeDispatch tells whether all that goes back was not sent yet.
func (g *giving) isBeforeDispatch() bool {
	for _, r := range g.refund.Lines {
		l := g.order.line(r.LineID)
		if r.Quantity > l.unshipped() || r.Quantity == 0 && l.CancelledQuantity < l.Quantity {
			return false
		}
	}
	for subID, fen := range g.freight {
		if fen > 0 && !g.order.sub(subID).isBeforeDispatch() {
			return false
		}
	}
	return true
}

// ofOneSubOrder finds the one cooperative that a request is for.
func (g *giving) ofOneSubOrder() error {
	for i, r := range g.refund.Lines {
		subID := g.order.line(r.LineID).SubOrderID
		if g.refund.SubOrderID != 0 && g.refund.SubOrderID != subID {
			return fault.InvalidField(fmt.Sprintf("lines[%d].line_id", i), "another_sub_order", "goods that were sent are asked back from one cooperative at a time")
		}
		g.refund.SubOrderID = subID
	}
	for subID, fen := range g.freight {
		if fen == 0 {
			continue
		}
		if g.refund.SubOrderID != 0 && g.refund.SubOrderID != subID {
			return fault.InvalidField("freight_fen", "another_sub_order", "freight is asked back from one cooperative at a time")
		}
		g.refund.SubOrderID = subID
	}
	return nil
}

// hold holds back what the refund asks for. Of shares that the buyer bore it asks for what
// will go back when the refunds that are open before it are granted.
func (g *giving) hold() {
	for _, asked := range g.refund.Lines {
		l := g.order.line(asked.LineID)
		if l.ShareBearer == share.BearerBuyer {
			gone := l.RefundedFen + l.ReservedFen
			g.refund.OnTopFen += share.Target(l.NetFen, gone, l.RateBp) - share.Target(l.NetFen, gone+asked.AmountFen, l.RateBp)
		}
		l.ReservedQuantity += asked.Quantity
		l.ReservedFen += asked.AmountFen
	}
	g.order.sub(g.refund.SubOrderID).ReservedFreightFen += g.refund.FreightFen
}

// release lets go of what the refund held back.
func (g *giving) release() {
	for _, asked := range g.refund.Lines {
		l := g.order.line(asked.LineID)
		l.ReservedQuantity -= asked.Quantity
		l.ReservedFen -= asked.AmountFen
	}
	g.order.sub(g.refund.SubOrderID).ReservedFreightFen -= g.refund.FreightFen
}

func (g *giving) deed(action string) audit.Change {
	r := g.refund
	return audit.Change{Action: action, Subject: "order", SubjectID: r.OrderID, Reason: r.Reason,
		After: map[string]any{"refund_id": r.ID.String(), "status": r.Status, "amount_fen": r.AmountFen, "share_reversed_fen": r.ShareReversedFen}}
}

// carryOut gives back: money to the tenders that paid, the last first; units that were
// not sent to the stock; the villages' share by what its target fell. It posts all of
// it as one transaction.
func (lc Lifecycle) carryOut(tx *storage.Tx, g *giving) error {
	r := g.refund
	isNew := r.ID == 0
	if isNew {
		r.ID, r.Status, r.CreatedAt, r.ChangedAt = tx.NewID(), Refunded, tx.Now(), tx.Now()
		r.identifyLines(tx)
	}
	if err := catalog.Move(tx, g.toStock()); err != nil { // SKUs before cards: the one order of locks
		return err
	}
	posting := ledger.Posting{Kind: RefundPosting, Reference: r.ID.String()}
	shares := g.takeBack(&posting)
	r.AmountFen = r.GoodsFen + r.FreightFen + r.OnTopFen
	if err := g.toTenders(tx, &posting); err != nil {
		return err
	}
	write := saveRefund
	if isNew {
		write = createRefund
		g.order.Refunds = append(g.order.Refunds, *r)
	}
	if err := write(tx, r); err != nil {
		return err
	}
	return lc.settle(tx, g, posting, shares)
}

// settle writes the refund's money and posts it. A refund of nothing posts nothing.
func (lc Lifecycle) settle(tx *storage.Tx, g *giving, posting ledger.Posting, shares []share.Entry) error {
	if len(g.refund.Payments) > 0 {
		if err := tx.Create(&g.refund.Payments).Error; err != nil {
			return err
		}
	}
	if err := g.endSubOrders(tx); err != nil {
		return err
	}
	if err := lc.save(tx, g.order); err != nil {
		return err
	}
	if isEmpty(posting) {
		return nil
	}
	posted, err := ledger.Post(tx, []ledger.Posting{posting})
	if err != nil {
		return err
	}
	for i := range shares {
		shares[i].TxID = posted[0]
	}
	return share.Record(tx, shares)
}

// takeBack moves each line's share to its new target and takes the rest of the goods'
// money, and the freight, from the cooperatives.
func (g *giving) takeBack(posting *ledger.Posting) []share.Entry {
	r := g.refund
	r.OnTopFen = 0
	var shares []share.Entry
	for _, back := range r.Lines {
		l := g.order.line(back.LineID)
		s := g.order.sub(l.SubOrderID)
		l.RefundedQuantity += back.Quantity
		l.RefundedFen += back.AmountFen
		delta := share.Target(l.NetFen, l.RefundedFen, l.RateBp) - l.ShareFen
		l.ShareFen += delta
		r.ShareReversedFen -= delta
		if l.ShareBearer == share.BearerBuyer {
			r.OnTopFen -= delta
		}
		shares = append(shares, shareEntry(l, s.stage(), delta, 0))
		posting.Entries = append(posting.Entries, goodsEntries(s, l, -back.AmountFen, delta)...)
	}
	r.FreightFen = 0
	for subID, fen := range g.freight {
		s := g.order.sub(subID)
		s.RefundedFreightFen += fen
		r.FreightFen += fen
		posting.Entries = append(posting.Entries, freightEntry(s, -fen))
	}
	return shares
}

// toTenders gives the amount back to the payments, the last first, each capped by
// what it paid.
func (g *giving) toTenders(tx *storage.Tx, posting *ledger.Posting) error {
	r, left := g.refund, g.refund.AmountFen
	back := map[id.ID]money.Fen{}
	for i := len(g.order.Payments) - 1; i >= 0 && left > 0; i-- {
		p := &g.order.Payments[i]
		part := min(left, p.AmountFen-p.RefundedFen)
		if part == 0 {
			continue
		}
		left -= part
		p.RefundedFen += part
		given := RefundPayment{ID: tx.NewID(), RefundID: r.ID, PaymentID: p.ID, Tender: p.Tender, CardID: p.CardID, AmountFen: part, CardNumber: p.CardNumber}
		r.Payments = append(r.Payments, given)
		account := payment.RefundsAccount(p.Tender)
		if p.Tender == TenderAidCard {
			account = aidcard.Account(p.CardID)
			back[p.CardID] += part
		} else if err := payment.GiveBack(tx, p.ChargeID, given.ID, part); err != nil {
			return err
		}
		posting.Entries = append(posting.Entries, ledger.Entry{Account: account, Amount: part})
	}
	if left > 0 {
		return fmt.Errorf("order %d: %d fen to refund exceed what was paid", g.order.ID, left)
	}
	return aidcard.GiveBack(tx, back)
}

// toStock is what goes into the stock: units that were not sent, which come off first, and
// what came back of the others.
func (g *giving) toStock() []catalog.Movement {
	var movements []catalog.Movement
	for _, back := range g.refund.Lines {
		l := g.order.line(back.LineID)
		unsent := l.unsentOf(back.Quantity)
		l.CancelledQuantity += unsent
		for _, units := range []int64{unsent, g.cameBack[l.ID]} {
			l.RestockedQuantity += units
			movements = append(movements, catalog.Movement{SKUID: l.SKUID, Kind: catalog.Returned, Delta: units, ReferenceID: l.ID})
		}
	}
	return movements
}

// unsentOf are those of units given back that were not sent.
func (l Line) unsentOf(units int64) int64 { return min(units, l.unshipped()) }

// endSubOrders moves on the sub-orders of which nothing is left to be sent.
func (g *giving) endSubOrders(tx *storage.Tx) error {
	for i := range g.order.SubOrders {
		s := &g.order.SubOrders[i]
		lines := g.order.linesOf(s.ID)
		if !s.isBeforeDispatch() && s.Status != PartlyShipped || slices.ContainsFunc(lines, func(l *Line) bool { return l.unshipped() > 0 }) {
			continue
		}
		e := waive
		switch {
		case s.Status == PartlyShipped:
			e = shipRest
		case !slices.ContainsFunc(lines, func(l *Line) bool { return l.RefundedFen < l.NetFen }) && s.leftFreight() == 0:
			e = cancel
		case s.Status == ReceivedByBuyer: // waived before
			continue
		}
		if err := s.move(e, tx.Now()); err != nil {
			return err
		}
	}
	return nil
}
