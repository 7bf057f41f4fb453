package order_test

import (
	"testing"
	"time"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/promotion"
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
		s.do(func(tx *storage.Tx) error {
			_, err := quick.GiveBack(tx, s.coop, s.order.SubOrders[0].ID, order.RefundAsk{Reason: "磕伤",
				Lines: []order.RefundLine{{LineID: s.order.Lines[0].ID, Quantity: 1, AmountFen: &bruised}}})
			return err
		})
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
				_, err := quick.Accept(tx, s.coop, r.ID, map[id.ID]int64{line: units})
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
