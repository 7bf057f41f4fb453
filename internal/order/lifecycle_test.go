package order_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/payment"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/village"
)

// quick is a lifecycle whose timers a test can wait for by moving the clock a little.
var quick = order.Lifecycle{Timing: order.Timing{Pay: 50 * time.Millisecond, Receive: 100 * time.Millisecond, Close: 50 * time.Millisecond}}

var parcel = order.Parcel{Carrier: "邮政", TrackingNo: "EMS-1"}

// sold is an order that was paid, with its buyer and its first cooperative.
type sold struct {
	*market
	t     testing.TB
	order *order.Order
	buyer audit.Actor
	coop  audit.Actor
}

func (m *market) sell(t testing.TB, holder id.ID, items ...order.Item) sold {
	t.Helper()
	answer, o, err := m.buy(holder, "k", m.Cards(t, holder, 90_000, 2), items...)
	if err != nil || answer.Status != http.StatusCreated {
		t.Fatalf("%v %s", err, answer.Body)
	}
	return sold{m, t, o, audit.Actor{UserID: holder}, audit.Actor{UserID: 5, OrgID: o.SubOrders[0].CooperativeID}}
}

// do runs a step that must succeed.
func (s sold) do(step func(tx *storage.Tx) error) {
	s.t.Helper()
	if err := s.InTx(step); err != nil {
		s.t.Fatal(err)
	}
}

// refused runs a step that must be refused with the code.
func (s sold) refused(code string, step func(tx *storage.Tx) error) {
	s.t.Helper()
	err := s.InTx(step)
	if f, ok := fault.As(err); !ok || f.Code != code {
		s.t.Fatalf("got %v, want %s", err, code)
	}
}

func (s sold) ship(lines ...order.ShippedLine) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error {
		_, err := quick.Ship(tx, s.coop, s.order.SubOrders[0].ID, parcel, lines)
		return err
	}
}

func (s sold) ask(into *order.Refund, line int, quantity int64) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error {
		r, err := quick.AskRefund(tx, s.buyer, s.order.ID, order.RefundAsk{Reason: "坏果", Lines: []order.RefundLine{{LineID: s.order.Lines[line].ID, Quantity: quantity}}})
		if err == nil {
			*into = *r
		}
		return err
	}
}

// later moves the clock past every timer and lets them act.
func (s sold) later() {
	s.t.Helper()
	for range 2 {
		s.DB.Clock().Advance(quick.Timing.Receive + time.Millisecond)
		if err := quick.Advance(context.Background(), s.DB); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s sold) now() order.Order {
	s.t.Helper()
	o, err := order.Get(s.DB.Read(context.Background()), s.buyer.UserID, s.order.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func (s sold) balance(code string) money.Fen {
	s.t.Helper()
	found, err := ledger.Balances(s.DB.Read(context.Background()), []string{code})
	if err != nil {
		s.t.Fatal(err)
	}
	return found[code]
}

func TestASaleIsSentInPartsAndBecomesAvailableWhenItsWindowIsOver(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		s := m.sell(t, buyer, one(m.SKUs[0], 2), one(m.SKUs[2], 1))
		village0, coop := s.order.Lines[0].VillageID, s.coop.OrgID
		receipt := func(tx *storage.Tx) error { return quick.Receive(tx, s.buyer, s.order.ID, &s.order.SubOrders[0].ID) }

		s.refused("state_conflict", receipt) // nothing was sent yet
		s.do(s.ship(order.ShippedLine{LineID: s.order.Lines[0].ID, Quantity: 1}))
		if got := s.now(); got.SubOrders[0].Status != order.PartlyShipped || got.Status != order.Paid || len(got.SubOrders[0].Shipments) != 1 {
			t.Fatalf("after one of two units: %s %s", got.SubOrders[0].Status, got.Status)
		}
		s.refused("state_conflict", receipt)
		s.refused("shipment_exceeds", s.ship(order.ShippedLine{LineID: s.order.Lines[0].ID, Quantity: 2}))
		s.refused("invalid_field", s.ship(order.ShippedLine{LineID: s.order.Lines[1].ID, Quantity: 1})) // another's line
		s.refused("state_conflict", func(tx *storage.Tx) error { return quick.Cancel(tx, s.buyer, s.order.ID, &s.order.SubOrders[0].ID) })
		s.do(s.ship())
		s.refused("state_conflict", s.ship())
		s.do(receipt)
		s.do(receipt) // repeated: nothing changes
		if s.balance(village.AvailableAccount(village0)) != 0 || s.balance(village.PendingAccount(village0)) != 199 {
			t.Error("the share is available before the window is over")
		}
		s.later()
		got := s.now()
		if got.SubOrders[0].Status != order.Closed || got.SubOrders[1].Status != order.Paid || got.Status != order.Paid {
			t.Errorf("after the window: %s %s %s", got.SubOrders[0].Status, got.SubOrders[1].Status, got.Status)
		}
		for code, want := range map[string]money.Fen{
			village.AvailableAccount(village0): 199, village.PendingAccount(village0): 0,
			org.AvailableAccount(coop): 3980 - 199 + 800, org.PendingAccount(coop): 0, org.FreightAccount(coop): 0,
		} {
			if got := s.balance(code); got != want {
				t.Errorf("%s holds %d, want %d", code, got, want)
			}
		}
	})
}

func TestAnOpenRefundHoldsBackAndStopsTheClock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		s := m.sell(t, buyer, one(m.SKUs[0], 3))
		s.do(s.ship())
		var r, none order.Refund
		s.do(s.ask(&r, 0, 2))
		if r.Status != order.Requested || r.AmountFen != 3980 || r.ShareReversedFen != 0 || s.now().RefundedFen() != 0 {
			t.Fatalf("asked: %+v", r)
		}
		s.refused("refund_exceeds", s.ask(&none, 0, 2))
		s.later()
		if got := s.now().Status; got != order.Shipped {
			t.Errorf("the timer moved an order with an open refund: %s", got)
		}
		stranger := s
		stranger.coop.OrgID = 999
		approve := func(by audit.Actor, back bool) func(tx *storage.Tx) error {
			return func(tx *storage.Tx) error { _, err := quick.Approve(tx, by, r.ID, back); return err }
		}
		s.refused("not_found", approve(stranger.coop, false))
		s.do(approve(s.coop, true))
		s.do(approve(s.coop, true)) // repeated
		accept := func(tx *storage.Tx) error {
			_, err := quick.Accept(tx, s.coop, r.ID, []order.CameBack{{LineID: s.order.Lines[0].ID, Quantity: 1}})
			return err
		}
		s.refused("state_conflict", accept) // the goods are not on their way
		s.refused("not_found", func(tx *storage.Tx) error {
			_, err := quick.SendBack(tx, audit.Actor{UserID: 1}, r.ID, parcel)
			return err
		})
		s.do(func(tx *storage.Tx) error { _, err := quick.SendBack(tx, s.buyer, r.ID, parcel); return err })
		s.refused("state_conflict", func(tx *storage.Tx) error { _, err := quick.Withdraw(tx, s.buyer, r.ID); return err })
		s.do(accept)
		got := s.now()
		if got.RefundedFen() != 3980 || got.Lines[0].ShareFen != 100 || got.Lines[0].RestockedQuantity != 1 || got.Refunds[0].ShareReversedFen != 199 {
			t.Errorf("refunded: %+v", got.Lines[0])
		}
		s.later()
		if got := s.now().Status; got != order.Closed {
			t.Errorf("the clock did not go on: %s", got)
		}
	})
}

func TestFreightOfWhatIsStillSentStays(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		s := m.sell(t, buyer, one(m.SKUs[0], 2))
		freight := s.order.FreightFen
		ask := func(units int64, wanted *money.Fen) func(tx *storage.Tx) error {
			return func(tx *storage.Tx) error {
				a := order.RefundAsk{Reason: "不要了", FreightFen: wanted}
				if units > 0 {
					a.Lines = []order.RefundLine{{LineID: s.order.Lines[0].ID, Quantity: units}}
				}
				_, err := quick.AskRefund(tx, s.buyer, s.order.ID, a)
				return err
			}
		}
		s.refused("refund_exceeds", ask(0, &freight))
		s.refused("refund_exceeds", ask(1, &freight))
		s.do(ask(1, nil))
		if got := s.now(); got.SubOrders[0].RefundedFreightFen != 0 || got.SubOrders[0].Status != order.Paid {
			t.Errorf("one of two units: %+v", got.SubOrders[0])
		}
		s.do(ask(1, &freight))
		if got := s.now(); got.SubOrders[0].RefundedFreightFen != freight || got.Status != order.Cancelled {
			t.Errorf("the last unit: %s %+v", got.Status, got.SubOrders[0])
		}
	})
}

func TestARefundAfterClosingTakesBackWhatWasAvailable(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		s := m.sell(t, buyer, one(m.SKUs[0], 2))
		s.do(s.ship())
		s.later()
		var none order.Refund
		s.refused("state_conflict", s.ask(&none, 0, 1)) // the buyer's time is over
		give := func(tx *storage.Tx) error {
			freight := money.Fen(800)
			_, err := quick.GiveBack(tx, s.coop, s.order.SubOrders[0].ID, order.RefundAsk{Reason: "好意", FreightFen: &freight,
				Lines: []order.RefundLine{{LineID: s.order.Lines[0].ID, Quantity: 2}}})
			return err
		}
		s.do(give)
		s.refused("refund_exceeds", give)
		for _, code := range []string{village.AvailableAccount(s.order.Lines[0].VillageID), org.AvailableAccount(s.coop.OrgID), org.PendingAccount(s.coop.OrgID)} {
			if got := s.balance(code); got != 0 {
				t.Errorf("%s holds %d", code, got)
			}
		}
		if got := s.now(); got.RefundedFen() != got.TotalFen || got.ShareFen() != 0 || got.Status != order.Closed {
			t.Errorf("%+v", got)
		}
	})
}

// await places an order of which a gateway pays what the card does not.
func (m *market) await(t testing.TB, holder id.ID, face money.Fen, items ...order.Item) (sold, payment.Notice) {
	t.Helper()
	answer, o, err := m.Buy(holder, "k", m.Cards(t, holder, face, 1), "local", items...)
	if err != nil || answer.Status != http.StatusCreated || o.Status != order.AwaitingPayment {
		t.Fatalf("%v %s %+v", err, answer.Body, o)
	}
	rest := o.Payments[len(o.Payments)-1]
	return sold{m, t, o, audit.Actor{UserID: holder}, audit.Actor{UserID: 5, OrgID: o.SubOrders[0].CooperativeID}},
		payment.Notice{Gateway: "local", ChargeID: rest.ChargeID, Reference: fmt.Sprint("r", rest.ChargeID), AmountFen: rest.AmountFen}
}

func (s sold) notify(n payment.Notice) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error { _, err := quick.Capture(tx, audit.System, n); return err }
}

func TestAGatewayPaysTheRestAndLatePaymentsGoBack(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 5)
		s, n := m.await(t, buyer, 1000, one(m.SKUs[0], 2))
		if s.balance(order.HeldAccount(s.order.ID)) != 1000 || s.balance(village.PendingAccount(s.order.Lines[0].VillageID)) != 0 {
			t.Error("the card's part is not held, or a share is posted before the sale is paid")
		}
		s.refused("state_conflict", s.ship())
		wrong := n
		wrong.AmountFen--
		s.do(s.notify(n))
		s.do(s.notify(n))                            // told twice
		s.refused("amount_differs", s.notify(wrong)) // the same payment, and now it says something else
		second := n
		second.Reference = "paid twice by mistake"
		s.do(s.notify(second))
		if got := s.now(); got.Status != order.Paid || got.ShareFen() != 199 || got.Payments[1].Status != order.Captured {
			t.Errorf("paid: %+v", got)
		}
		if due := s.balance(payment.RefundsAccount("local")); due != n.AmountFen {
			t.Errorf("%d fen of the second payment go back, want %d", due, n.AmountFen)
		}
		s.do(func(tx *storage.Tx) error { return quick.Cancel(tx, s.buyer, s.order.ID, nil) })
		if due := s.balance(payment.RefundsAccount("local")); due != 2*n.AmountFen || s.balance(payment.Account("local")) != -2*n.AmountFen {
			t.Errorf("%d fen go back after cancelling", due)
		}

		late, notice := m.await(t, buyer+1, 1000, one(m.SKUs[0], 5))
		late.later() // nobody paid in time
		if got := late.now(); got.Status != order.Cancelled || got.PaidAt != nil {
			t.Fatalf("unpaid: %+v", got)
		}
		late.do(late.notify(notice))
		if due := late.balance(payment.RefundsAccount("local")); due != 2*n.AmountFen+notice.AmountFen {
			t.Errorf("%d fen go back", due)
		}
		again, _ := m.await(t, buyer+2, 1000, one(m.SKUs[0], 5)) // the units are back
		again.do(func(tx *storage.Tx) error { return quick.Cancel(tx, again.buyer, again.order.ID, nil) })
	})
}

// A thousand notices, told twice, late and out of order, race with timers and buyers who
// cancel: each order is paid once or not at all.
func TestNoticesInAnyOrderPayOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 1_000_000)
		const orders = 100
		var notices []payment.Notice
		var sales []sold
		for i := range orders {
			s, n := m.await(t, id.ID(9000+i), 500, one(m.SKUs[0], 1))
			sales = append(sales, s)
			for range 4 {
				notices = append(notices, n)
			}
			other := n
			other.Reference += "-again"
			notices = append(notices, other, other)
		}
		rand.Shuffle(len(notices), func(a, b int) { notices[a], notices[b] = notices[b], notices[a] })
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < len(notices); i += 8 {
					if err := m.InTx(sales[0].notify(notices[i])); err != nil {
						t.Error(err)
					}
					if i%7 == 0 {
						s := sales[i%orders]
						err := m.InTx(func(tx *storage.Tx) error { return quick.Cancel(tx, s.buyer, s.order.ID, nil) })
						if err != nil && !fault.IsKind(err, fault.Conflict) {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
	})
}

// Whatever buyer, cooperative and timers do in whatever order, the invariants hold: open
// checks them at the end.
func TestAnyOrderOfStepsKeepsTheBooks(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 1_000_000)
		m.promote(t, 37)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			s := m.sell(t, id.ID(5000+n), one(m.SKUs[0], rapid.Int64Range(1, 4).Draw(rt, "a")), one(m.SKUs[1], rapid.Int64Range(1, 3).Draw(rt, "b")),
				one(m.SKUs[3], rapid.Int64Range(1, 3).Draw(rt, "c")))
			s.sendSome(rt)
			less := rapid.Bool().Draw(rt, "some for less")
			for range rapid.IntRange(1, 14).Draw(rt, "steps") {
				s.step(rt, less)
			}
			for _, l := range s.now().Lines {
				if l.RefundedFen+l.ReservedFen > l.NetFen || !less && (l.RefundedQuantity == l.Quantity) != (l.RefundedFen == l.NetFen) {
					rt.Fatalf("all units and all fen of a line do not go back together: %+v", l)
				}
			}
			if rapid.Bool().Draw(rt, "to the end") {
				s.later()
			}
		})
	})
}

// sendSome sends a parcel with some units of each line of a cooperative's.
func (s sold) sendSome(rt *rapid.T) {
	var sent []order.ShippedLine
	for _, l := range s.order.Lines {
		if units := rapid.Int64Range(0, l.Quantity).Draw(rt, "sent"); units > 0 && l.SubOrderID == s.order.SubOrders[0].ID {
			sent = append(sent, order.ShippedLine{LineID: l.ID, Quantity: units})
		}
	}
	if len(sent) > 0 {
		s.do(s.ship(sent...))
	}
}

// fitting are the steps that lead a refund on.
var fitting = map[string][]string{
	order.Requested: {"return", "return", "promise", "approve", "reject", "withdraw", "withdraw"}, order.Approved: {"send back", "withdraw"}, order.Returned: {"accept", "reject"},
}

// step does something that somebody could try; refusals are fine.
func (s sold) step(rt *rapid.T, less bool) {
	line := rapid.SampledFrom(s.order.Lines).Draw(rt, "line")
	sub := s.order.SubOrders[slices.IndexFunc(s.order.SubOrders, func(sub order.SubOrder) bool { return sub.ID == line.SubOrderID })]
	var refund id.ID
	status := "" // of a refund that waits
	for _, r := range s.now().Refunds {
		if refund == 0 || r.IsOpen() && r.SubOrderID == sub.ID && rapid.Bool().Draw(rt, "this refund") {
			refund = r.ID
			if r.IsOpen() {
				status = r.Status
			}
		}
	}
	coop := audit.Actor{UserID: 5, OrgID: sub.CooperativeID}
	ask := order.RefundAsk{Reason: "r", Lines: []order.RefundLine{{LineID: line.ID, Quantity: rapid.Int64Range(1, 4).Draw(rt, "units")}}}
	if less && rapid.IntRange(0, 3).Draw(rt, "less") == 0 {
		amount := money.Fen(rapid.Int64Range(1, 1500).Draw(rt, "amount"))
		ask.Lines[0].AmountFen = &amount
		if rapid.Bool().Draw(rt, "of no units") {
			ask.Lines[0].Quantity = 0
		}
	}
	if rapid.IntRange(0, 3).Draw(rt, "freight too") == 0 {
		freight := money.Fen(rapid.Int64Range(0, 900).Draw(rt, "freight"))
		ask.FreightFen = &freight
		if rapid.Bool().Draw(rt, "freight alone") {
			ask.Lines, ask.SubOrderID = nil, sub.ID
		}
	}
	back := rapid.Int64Range(0, 3).Draw(rt, "came back")
	steps := map[string]func(tx *storage.Tx) error{
		"ship all": func(tx *storage.Tx) error { _, err := quick.Ship(tx, coop, sub.ID, parcel, nil); return err },
		"ship some": func(tx *storage.Tx) error {
			_, err := quick.Ship(tx, coop, sub.ID, parcel, []order.ShippedLine{{LineID: line.ID, Quantity: 1}})
			return err
		},
		"receive":   func(tx *storage.Tx) error { return quick.Receive(tx, s.buyer, s.order.ID, nil) },
		"cancel":    func(tx *storage.Tx) error { return quick.Cancel(tx, s.buyer, s.order.ID, &sub.ID) },
		"ask":       func(tx *storage.Tx) error { _, err := quick.AskRefund(tx, s.buyer, s.order.ID, ask); return err },
		"give back": func(tx *storage.Tx) error { _, err := quick.GiveBack(tx, coop, sub.ID, ask); return err },
		"approve":   func(tx *storage.Tx) error { _, err := quick.Approve(tx, coop, refund, false); return err },
		"promise":   func(tx *storage.Tx) error { _, err := quick.Approve(tx, coop, refund, true); return err },
		"send back": func(tx *storage.Tx) error { _, err := quick.SendBack(tx, s.buyer, refund, parcel); return err },
		"accept": func(tx *storage.Tx) error {
			_, err := quick.Accept(tx, coop, refund, []order.CameBack{{LineID: line.ID, Quantity: back}})
			return err
		},
		"return": func(tx *storage.Tx) error {
			_, err := quick.Approve(tx, coop, refund, true)
			if err == nil {
				_, err = quick.SendBack(tx, s.buyer, refund, parcel)
			}
			if err == nil {
				_, err = quick.Accept(tx, coop, refund, []order.CameBack{{LineID: line.ID, Quantity: back}})
			}
			return err
		},
		"reject":   func(tx *storage.Tx) error { _, err := quick.Reject(tx, coop, refund, "r"); return err },
		"withdraw": func(tx *storage.Tx) error { _, err := quick.Withdraw(tx, s.buyer, refund); return err },
	}
	names := fitting[status]
	if len(names) == 0 || rapid.Bool().Draw(rt, "anything") {
		names = []string{"ship all", "ship some", "receive", "cancel", "ask", "ask", "ask", "ask", "give back", "approve", "promise", "send back", "accept", "reject", "withdraw", "later"}
	}
	name := rapid.SampledFrom(names).Draw(rt, "step")
	if name == "later" {
		s.DB.Clock().Advance(60 * time.Millisecond)
		if err := quick.Advance(context.Background(), s.DB); err != nil {
			rt.Fatal(err)
		}
		return
	}
	if err := s.InTx(steps[name]); err != nil {
		if _, known := fault.As(err); !known {
			rt.Fatal(fmt.Errorf("%s: %w", name, err))
		}
	}
}

// A card that holds its whole face already cannot take back what an order held of it.
func TestWhatCannotMoveHoldsUpNothingElse(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 100)
		cards := m.Cards(t, 401, 500, 1)
		_, stuck, err := m.Buy(401, "a", cards, "local", one(m.SKUs[0], 1))
		if err != nil {
			t.Fatal(err)
		}
		_, unpaid, err := m.Buy(402, "b", nil, "local", one(m.SKUs[0], 1))
		if err != nil {
			t.Fatal(err)
		}
		sent := m.sell(t, 403, one(m.SKUs[2], 1))
		sent.do(sent.ship())
		sent.do(func(tx *storage.Tx) error {
			return tx.Exec("UPDATE aid_cards SET balance_fen = face_fen WHERE id = ?", cards[0]).Error
		})
		db.Clock().Advance(time.Second)
		if err := quick.Advance(t.Context(), db); err == nil || !strings.Contains(err.Error(), stuck.ID.String()) {
			t.Errorf("nobody hears of the order that cannot move: %v", err)
		}
		if got, err := order.Get(db.Read(t.Context()), 402, unpaid.ID); err != nil || got.Status != order.Cancelled {
			t.Errorf("the order behind it is %s, %v", got.Status, err)
		}
		if got := sent.now(); got.SubOrders[0].Status != order.ReceivedByBuyer {
			t.Errorf("what was sent is %s", got.SubOrders[0].Status)
		}
		sent.do(func(tx *storage.Tx) error {
			return tx.Exec("UPDATE aid_cards SET balance_fen = 0 WHERE id = ?", cards[0]).Error
		})
	})
}
