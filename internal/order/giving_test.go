package order

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zique/internal/fault"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/share"
)

// Whatever order units are asked back, let go, given back, sent and taken into the stock
// again: fen and units never exceed what was paid and bought, and go back together.
func TestUnitsAndFenOfALineGoBackTogether(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		for range 20 {
			units := rapid.Int64Range(1, 7).Draw(rt, "units")
			net := money.Fen(rapid.Int64Range(0, 7000).Draw(rt, "net"))
			o := &Order{SubOrders: []SubOrder{{ID: 1, Status: Paid}}, Lines: []Line{
				{ID: 2, SubOrderID: 1, Quantity: units, NetFen: net, RateBp: 500, ShareFen: share.Target(net, 0, 500), ShareBearer: share.BearerSeller}}}
			less := rapid.Bool().Draw(rt, "some for less")
			var open []*giving
			for range 30 {
				open = o.giveOrTake(rt, open, less)
				o.Lines[0].check(rt, less)
			}
		}
	})
}

// giveOrTake does one thing to the order's line; what is asked and not decided stays open.
func (o *Order) giveOrTake(rt *rapid.T, open []*giving, less bool) []*giving {
	l := &o.Lines[0]
	switch rapid.SampledFrom([]string{"ship", "ask", "ask", "decide", "decide"}).Draw(rt, "step") {
	case "ship":
		l.ShippedQuantity += rapid.Int64Range(0, l.unshipped()).Draw(rt, "sent")
	case "ask":
		ask := RefundLine{LineID: l.ID, Quantity: rapid.Int64Range(1, l.Quantity).Draw(rt, "asked")}
		if less && rapid.Bool().Draw(rt, "for less") {
			if l.leftUnits() == 0 { // the rest, of no units
				ask.Quantity = 0
			}
			amount := money.Fen(rapid.Int64Range(1, 2000).Draw(rt, "amount"))
			ask.AmountFen = &amount
		}
		g, err := gather(o, RefundAsk{Lines: []RefundLine{ask}}, []string{Paid})
		if fault.IsKind(err, fault.Conflict) {
			return open
		}
		if err != nil {
			rt.Fatal(err)
		}
		g.refund.SubOrderID = 1
		g.hold()
		return append(open, g)
	case "decide":
		if len(open) == 0 {
			return open
		}
		at := rapid.IntRange(0, len(open)-1).Draw(rt, "which")
		g := open[at]
		g.release()
		if rapid.Bool().Draw(rt, "granted") {
			if g.takeIn([]CameBack{{l.ID, rapid.Int64Range(0, l.Quantity).Draw(rt, "came back")}}) != nil {
				g.cameBack = nil
			}
			g.toStock()
			g.takeBack(&ledger.Posting{})
		}
		return slices.Delete(open, at, at+1)
	}
	return open
}

func (l Line) check(rt *rapid.T, less bool) {
	if l.leftUnits() < 0 || l.leftFen() < 0 || l.RestockedQuantity > l.RefundedQuantity || l.CancelledQuantity+l.ShippedQuantity > l.Quantity {
		rt.Fatalf("more than there was: %+v", l)
	}
	if !less && l.leftUnits() == 0 && l.leftFen() != 0 {
		rt.Fatalf("all units are gone and %d fen are left: %+v", l.leftFen(), l)
	}
	if l.ShareFen != share.Target(l.NetFen, l.RefundedFen, l.RateBp) {
		rt.Fatalf("the share is %d: %+v", l.ShareFen, l)
	}
}
