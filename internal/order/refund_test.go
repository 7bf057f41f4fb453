package order_test

import (
	"testing"
	"time"

	"zique/internal/audit"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/promotion"
	"zique/internal/share"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// promote makes each cooperative take some fen off, so that what is paid for a line does
// not divide by its units.
func (m *market) promote(t testing.TB, off money.Fen) {
	t.Helper()
	err := m.InTx(func(tx *storage.Tx) error {
		for _, cooperative := range m.Cooperatives {
			_, err := promotion.Add(tx, audit.Actor{UserID: 5, OrgID: cooperative},
				promotion.Promotion{ThresholdFen: 1990, OffFen: off, ValidFrom: tx.Now(), ValidUntil: tx.Now().Add(time.Hour)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s sold) withdraw(r *order.Refund) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error { _, err := quick.Withdraw(tx, s.buyer, r.ID); return err }
}

func (s sold) approve(r *order.Refund) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error { _, err := quick.Approve(tx, s.coop, r.ID, false); return err }
}

// Which units came first does not matter: all of them take all fen, no fen twice.
func TestUnitsAskedAgainAfterAWithdrawalTakeAllThatIsLeft(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		for i, off := range []money.Fen{34, 35} { // 3 × 1991 less 34 is 3k+1, less 35 is 3k
			m.promote(t, off)
			s := m.sell(t, buyer+id.ID(i), one(m.SKUs[2], 3))
			s.do(s.ship())
			var first, second, third, again order.Refund
			s.do(s.ask(&first, 0, 1))
			s.do(s.ask(&second, 0, 1))
			s.do(s.withdraw(&first))
			s.do(s.ask(&third, 0, 1))
			s.do(s.ask(&again, 0, 1))
			for _, r := range []*order.Refund{&second, &third, &again} {
				s.do(s.approve(r))
			}
			if got := s.now(); got.Lines[0].RefundedFen != got.Lines[0].NetFen || got.ShareFen() != 0 {
				t.Errorf("%d of %d fen went back, the share is %d", got.Lines[0].RefundedFen, got.Lines[0].NetFen, got.ShareFen())
			}
		}
	})
}

// A unit that went back for less does not make the others dearer.
func TestUnitsNeverGoBackForMoreThanTheyCost(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		s := m.sell(t, buyer, one(m.SKUs[2], 2))
		s.do(s.ship())
		bruised := money.Fen(500)
		s.do(s.give(1, &bruised))
		var r order.Refund
		s.do(s.ask(&r, 0, 1))
		if r.AmountFen != 1991 {
			t.Errorf("the other unit is asked back for %d, it cost 1991", r.AmountFen)
		}
	})
}

// Of units asked back that were never sent none can come back: they go to the stock by themselves.
func TestOnlyWhatWasSentComesBackIntoTheStock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		s := m.sell(t, buyer, one(m.SKUs[2], 3))
		line := s.order.Lines[0].ID
		s.do(s.ship(order.ShippedLine{LineID: line, Quantity: 1}))
		var r order.Refund
		s.do(s.ask(&r, 0, 3))
		s.do(func(tx *storage.Tx) error { _, err := quick.Approve(tx, s.coop, r.ID, true); return err })
		s.do(func(tx *storage.Tx) error { _, err := quick.SendBack(tx, s.buyer, r.ID, parcel); return err })
		accept := func(units int64) func(tx *storage.Tx) error {
			return func(tx *storage.Tx) error {
				_, err := quick.Accept(tx, s.coop, r.ID, []order.CameBack{{LineID: line, Quantity: units}})
				return err
			}
		}
		s.refused("invalid_field", accept(2))
		s.do(accept(1))
		if got := s.now().Lines[0]; got.RestockedQuantity != 3 || got.CancelledQuantity != 2 {
			t.Errorf("%d of 3 units are in stock again, %d of 2 were never sent", got.RestockedQuantity, got.CancelledQuantity)
		}
	})
}

// give is the cooperative's own refund of units of the first line, or of an amount alone.
func (s sold) give(units int64, amount *money.Fen) func(tx *storage.Tx) error {
	return func(tx *storage.Tx) error {
		_, err := quick.GiveBack(tx, s.coop, s.order.SubOrders[0].ID, order.RefundAsk{Reason: "磕伤",
			Lines: []order.RefundLine{{LineID: s.order.Lines[0].ID, Quantity: units, AmountFen: amount}}})
		return err
	}
}

// What stays of a line when all its units went back for less can still go back.
func TestTheRestOfALineGoesBackWithoutUnits(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		s := m.sell(t, buyer, one(m.SKUs[2], 2))
		s.do(s.ship())
		bruised, rest, more := money.Fen(500), money.Fen(1491), money.Fen(1492)
		s.do(s.give(1, &bruised))
		s.refused("refund_exceeds", s.give(0, &rest)) // a unit is left
		s.do(s.give(1, nil))
		s.refused("refund_exceeds", s.give(0, &more))
		ask := func(tx *storage.Tx) error {
			r, err := quick.AskRefund(tx, s.buyer, s.order.ID, order.RefundAsk{Reason: "坏果", Lines: []order.RefundLine{{LineID: s.order.Lines[0].ID, AmountFen: &rest}}})
			if err == nil && r.Status != order.Requested {
				t.Errorf("what was sent goes back undecided: %s", r.Status)
			}
			return err
		}
		s.do(ask)
		r := s.now().Refunds[2]
		s.do(s.approve(&r))
		if got := s.now(); got.RefundedFen() != got.TotalFen || got.ShareFen() != 0 {
			t.Errorf("%d of %d went back", got.RefundedFen(), got.TotalFen)
		}
	})
}

func TestTheFreightOfASentPartIsAskedBackWhileAnotherWaits(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		err := m.InTx(func(tx *storage.Tx) error {
			_, err := freight.Put(tx, audit.System, freight.Flat(m.Cooperatives[1], 600))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		s := m.sell(t, buyer, one(m.SKUs[0], 1), one(m.SKUs[2], 1))
		sent := s.order.SubOrders[1]
		s.coop.OrgID = sent.CooperativeID
		s.do(func(tx *storage.Tx) error { _, err := quick.Ship(tx, s.coop, sent.ID, parcel, nil); return err })
		ask := func(of id.ID) func(tx *storage.Tx) error {
			return func(tx *storage.Tx) error {
				r, err := quick.AskRefund(tx, s.buyer, s.order.ID, order.RefundAsk{Reason: "迟到", FreightFen: &sent.FreightFen, SubOrderID: of})
				if err != nil {
					return err
				}
				if r.SubOrderID != sent.ID || r.Status != order.Requested {
					t.Errorf("asked: %+v", r)
				}
				_, err = quick.Withdraw(tx, s.buyer, r.ID)
				return err
			}
		}
		s.do(ask(0)) // only this one's can go back
		s.do(ask(sent.ID))
		s.refused("refund_exceeds", ask(s.order.SubOrders[0].ID))
		s.refused("not_found", ask(7))
	})
}

// A share on top goes back with what bore it, and the request says so.
func TestARequestNamesTheShareThatTheBuyerBore(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		err := m.InTx(func(tx *storage.Tx) error {
			return tx.Create(&share.Rule{ID: tx.NewID(), Name: "加付", RateBp: 500, Bearer: share.BearerBuyer, Eligible: true, VillageID: m.Villages[1], ValidFrom: 1}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		s := m.sell(t, buyer, one(m.SKUs[2], 3))
		s.do(s.ship())
		var asked money.Fen
		for range 3 {
			var r order.Refund
			s.do(s.ask(&r, 0, 1))
			asked += r.AmountFen
			s.do(s.approve(&r))
		}
		if got := s.now(); asked != got.TotalFen || got.RefundedFen() != asked {
			t.Errorf("asked for %d, %d of %d went back", asked, got.RefundedFen(), got.TotalFen)
		}
	})
}
