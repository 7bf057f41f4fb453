package order_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/freight"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/identity"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/order/ordertest"
	"zique/internal/org"
	"zique/internal/promotion"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/village"
)

// market is a small county with two cooperatives, open for orders.
type market struct{ *ordertest.Market }

const buyer = id.ID(77)

var lifecycle = order.Lifecycle{Timing: order.DefaultTiming}

func open(t *testing.T, db *storage.DB, stock int64) *market {
	t.Helper()
	return &market{ordertest.Open(t, db, stock, quick.Timing)}
}

func (m *market) buy(holder id.ID, key string, cards []id.ID, items ...order.Item) (idempotency.Answer, *order.Order, error) {
	return m.Buy(holder, key, cards, "", items...)
}

func one(sku catalog.SKU, quantity int64) order.Item { return ordertest.One(sku, quantity) }

func TestAnOrderOverTwoCooperativesIsPaidAndSharedToTheFen(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		cards := m.Cards(t, buyer, 5000, 3)
		answer, o, err := m.buy(buyer, "k", cards, one(m.SKUs[0], 2), one(m.SKUs[2], 3))
		if err != nil || answer.Status != http.StatusCreated {
			t.Fatalf("%v %s", err, answer.Body)
		}
		// 2 × 1990 + 3 × 1991 + 800 freight; 5 % of 3980 is 199, of 5973 is 298.65 → 299.
		if o.TotalFen != 10753 || o.ShareFen() != 199+299 || len(o.SubOrders) != 2 || len(o.Payments) != 3 || o.Payments[2].AmountFen != 753 {
			t.Errorf("got %+v", o)
		}
		balances, err := ledger.Balances(db.Read(context.Background()), []string{
			village.PendingAccount(o.Lines[0].VillageID), org.PendingAccount(o.SubOrders[0].CooperativeID), org.FreightAccount(o.SubOrders[0].CooperativeID)})
		if err != nil || balances[village.PendingAccount(o.Lines[0].VillageID)] != 199 ||
			balances[org.PendingAccount(o.SubOrders[0].CooperativeID)] != 3980-199 || balances[org.FreightAccount(o.SubOrders[0].CooperativeID)] != 800 {
			t.Errorf("balances %v, %v", balances, err)
		}
		again, _, err := m.buy(buyer, "k", cards, one(m.SKUs[0], 2), one(m.SKUs[2], 3))
		if err != nil || !again.Replayed || string(again.Body) != string(answer.Body) {
			t.Errorf("repeated: %+v, %v", again, err)
		}
	})
}

func TestFiftyBuyersOfTheLastUnitMakeOneOrder(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 1)
		var cards [50][]id.ID
		for i := range cards {
			cards[i] = m.Cards(t, id.ID(100+i), 5000, 1)
		}
		var sold, outOfStock atomic.Int64
		var wg sync.WaitGroup
		for i := range cards {
			wg.Go(func() {
				answer, _, err := m.buy(id.ID(100+i), "k", cards[i], one(m.SKUs[0], 1))
				switch {
				case err == nil && answer.Status == http.StatusCreated:
					sold.Add(1)
				case err == nil && string(answer.Body) == "out_of_stock":
					outOfStock.Add(1)
				default:
					t.Errorf("%v %s", err, answer.Body)
				}
			})
		}
		wg.Wait()
		if sold.Load() != 1 || outOfStock.Load() != 49 {
			t.Errorf("%d sold, %d refused, want 1 and 49", sold.Load(), outOfStock.Load())
		}
	})
}

func TestFiftyPaymentsWithOneCardNeverOverdrawIt(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 1000)
		card := m.Cards(t, buyer, 20_000, 1) // seven orders of 2790
		var paid, refused atomic.Int64
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				answer, _, err := m.buy(buyer, fmt.Sprint("k", i), card, one(m.SKUs[0], 1))
				switch {
				case err == nil && answer.Status == http.StatusCreated:
					paid.Add(1)
				case err == nil && string(answer.Body) == "insufficient_balance":
					refused.Add(1)
				default:
					t.Errorf("%v %s", err, answer.Body)
				}
			})
		}
		wg.Wait()
		if paid.Load() != 7 || refused.Load() != 43 {
			t.Errorf("%d paid, %d refused, want 7 and 43", paid.Load(), refused.Load())
		}
	})
}

// Ten keys, each sent ten times at once, to two programs.
func TestOneKeyAtOnceMakesOneOrder(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		first := open(t, db, 1000)
		replicas := []*market{first, {first.Replica(t, quick.Timing)}}
		cards := first.Cards(t, buyer, 50_000, 10)
		var orders sync.Map
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				key := i % 10
				answer, _, err := replicas[i/10%2].buy(buyer, fmt.Sprint("k", key), cards[key:key+1], one(first.SKUs[key%4], 1))
				if err != nil || answer.Status != http.StatusCreated {
					t.Errorf("key %d: %d %s %v", key, answer.Status, answer.Body, err)
				}
				if earlier, twin := orders.LoadOrStore(key, string(answer.Body)); twin && earlier != string(answer.Body) {
					t.Errorf("key %d made two orders", key)
				}
			})
		}
		wg.Wait()
		var made int64
		if err := db.Read(t.Context()).Model(&order.Order{}).Count(&made).Error; err != nil || made != 10 {
			t.Errorf("%d orders of 10 keys, %v", made, err)
		}
	})
}

// A card that somebody holds for long costs nobody else their order, and its own is told to
// try again. SQLite has one lock for everything.
func TestAHeldCardCostsNobodyElseTheirOrder(t *testing.T) {
	db, err := storage.Open(t.Context(), storage.Config{MySQLDSN: storagetest.MySQL(t)}, clock.At(storagetest.Start))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	t.Run("mysql", func(t *testing.T) {
		m := open(t, db, 10)
		held, free := m.Cards(t, buyer, 50_000, 1), m.Cards(t, buyer+1, 50_000, 1)
		buy := func(holder id.ID, cards []id.ID, sku int) chan error {
			done := make(chan error, 1)
			go func() {
				answer, _, err := m.buy(holder, "k", cards, one(m.SKUs[sku], 1))
				if err == nil && answer.Status != http.StatusCreated {
					err = fmt.Errorf("%d %s", answer.Status, answer.Body)
				}
				done <- err
			}()
			return done
		}
		var waits chan error
		err := m.InTx(func(tx *storage.Tx) error {
			if _, err := aidcard.Lock(tx, held); err != nil {
				return err
			}
			waits = buy(buyer, held, 0)
			return <-buy(buyer+1, free, 2)
		})
		if err != nil {
			t.Errorf("beside it: %v", err)
		}
		if err := <-waits; err != nil && !fault.IsKind(err, fault.Unavailable) {
			t.Errorf("who waited: %v", err)
		}
	})
}

// Somebody holds the row of a SKU: who needs it waits once, together, and who comes after is
// told at once; nobody else's order waits for theirs.
func TestWhoNeedsAHeldRowIsToldSoTogether(t *testing.T) {
	db, err := storage.Open(t.Context(), storage.Config{MySQLDSN: storagetest.MySQL(t)}, clock.At(storagetest.Start))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	t.Run("mysql", func(t *testing.T) {
		const crowd = 40
		m := open(t, db, 100)
		cards := m.Cards(t, buyer, 5_000, 2*crowd+2)
		buy := func(n, sku int) error {
			answer, _, err := m.buy(buyer, fmt.Sprint("k", n), cards[n:n+1], one(m.SKUs[sku], 1))
			if err == nil && answer.Status != http.StatusCreated {
				err = fmt.Errorf("%d %s", answer.Status, answer.Body)
			}
			return err
		}
		buyHeld := func(first int) {
			var wg sync.WaitGroup
			for i := range crowd {
				wg.Go(func() {
					if err := buy(first+i, 0); !fault.IsKind(err, fault.Unavailable) || errors.Is(err, storage.ErrOutcomeUnknown) {
						t.Errorf("who needs it: %v", err)
					}
				})
			}
			wg.Wait()
		}
		err := m.InTx(func(tx *storage.Tx) error {
			var held []catalog.SKU
			if err := tx.LockByID(&held, []id.ID{m.SKUs[0].ID}); err != nil {
				return err
			}
			beside := make(chan error, 1)
			go func() { beside <- buy(2*crowd, 2) }()
			buyHeld(0)
			buyHeld(crowd)
			return <-beside
		})
		if err != nil {
			t.Errorf("beside it: %v", err)
		}
		if err := buy(2*crowd+1, 0); err != nil {
			t.Errorf("when the row is free again: %v", err)
		}
	})
}

// A checkout whose caller gave up while it was in the queue happens neither now nor later.
func TestACheckoutThatOnlyWaitedHasNotHappened(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		idle := *open(t, db, 10).Market
		idle.Checks = order.NewCommitter(db, rand.Reader, quick.Timing) // nobody works for it yet
		m := market{&idle}
		ctx, giveUp := context.WithCancel(t.Context())
		giveUp()
		_, err := m.Checks.Checkout(ctx, order.Checkout{Key: idempotency.Key{Caller: buyer, Route: "place-order", Key: "k"}, By: audit.Actor{UserID: buyer},
			Items: []order.Item{one(m.SKUs[0], 1)}, Tender: "local"})
		if !fault.IsKind(err, fault.Unavailable) || errors.Is(err, storage.ErrOutcomeUnknown) {
			t.Errorf("given up while it waited: %v", err)
		}
		working, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { m.Checks.Run(working) })
		if answer, _, err := m.buy(buyer, "k", m.Cards(t, buyer, 5_000, 1), one(m.SKUs[0], 1)); err != nil || answer.Status != http.StatusCreated {
			t.Errorf("the next: %v %s", err, answer.Body)
		}
		stop()
		running.Wait()
		var made int64
		if err := db.Read(t.Context()).Model(&order.Order{}).Count(&made).Error; err != nil || made != 1 {
			t.Errorf("%d orders were made, %v", made, err)
		}
	})
}

// An account is deleted while an order of its waits: the order is nobody's.
func TestWhoIsDeletedMeanwhileOrdersNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		card := m.Cards(t, buyer, 50_000, 1)
		err := m.InTx(func(tx *storage.Tx) error {
			return tx.Create(&identity.User{ID: buyer, Name: "离人", Status: "active", PhoneCipher: []byte{}}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		var ordered error
		done := make(chan struct{})
		err = m.InTx(func(tx *storage.Tx) error {
			if err := tx.Model(&identity.User{}).Where("id = ?", buyer).Update("status", "deleted").Error; err != nil {
				return err
			}
			go func() {
				defer close(done)
				_, _, ordered = m.buy(buyer, "beside", card, one(m.SKUs[0], 1))
			}()
			select {
			case <-done:
				t.Error("the order did not wait for the deletion")
			case <-time.After(100 * time.Millisecond):
			}
			return nil
		})
		<-done
		if err != nil || ordered != identity.ErrUnauthenticated {
			t.Errorf("deleted: %v, ordered: %v", err, ordered)
		}
	})
}

// Discounts are spread over lines to the fen, shares come from what is paid, and giving
// a line back in parts gives back what was paid for it.
func TestADiscountIsSpreadOverItsLines(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		first, err := m.cooperative(t, m.SKUs[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, off := range []money.Fen{300, 1000} { // the better one counts
			err := m.InTx(func(tx *storage.Tx) error {
				_, err := promotion.Add(tx, audit.Actor{OrgID: first}, promotion.Promotion{ThresholdFen: 7323, OffFen: off, ValidFrom: tx.Now(), ValidUntil: tx.Now().Add(time.Hour)})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		_, o, err := m.buy(buyer, "k", m.Cards(t, buyer, 90_000, 1), one(m.SKUs[0], 1), one(m.SKUs[1], 1), one(m.SKUs[2], 1))
		if err != nil {
			t.Fatal(err)
		}
		// 1990 + 5333 = 7323; 1000 × 1990/7323 = 271.7 → 272, 728.3 → 728.
		if o.DiscountFen != 1000 || o.Lines[0].DiscountFen != 272 || o.Lines[1].NetFen != 4605 || o.Lines[2].DiscountFen != 0 ||
			o.TotalFen != 7323-1000+1991+800 || o.Lines[0].ShareFen != 86 {
			t.Errorf("got %+v", o)
		}
		_, o, err = m.buy(buyer+1, "k", m.Cards(t, buyer+1, 90_000, 1), one(m.SKUs[0], 1), one(m.SKUs[2], 1))
		if err != nil || o.DiscountFen != 0 {
			t.Errorf("below the threshold: %+v %v", o, err)
		}
	})
}

// cooperative finds whose SKU it is.
func (m *market) cooperative(t *testing.T, sku catalog.SKU) (id.ID, error) {
	t.Helper()
	offers, err := catalog.Offers(m.DB.Read(context.Background()), []id.ID{sku.ID})
	return offers[sku.ID].Product.CooperativeID, err
}

func TestFreightGoesByTheAddress(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 10)
		first, err := m.cooperative(t, m.SKUs[0])
		if err != nil {
			t.Fatal(err)
		}
		err = m.InTx(func(tx *storage.Tx) error {
			template := freight.Flat(first, 0)
			template.Zones = []freight.Zone{{Provinces: "湖南", FirstUnits: 1, FirstFen: 500, StepUnits: 1, StepFen: 200}, {Provinces: "西藏", Undeliverable: true}, {FirstUnits: 1, FirstFen: 1500, StepUnits: 1}}
			_, err := freight.Put(tx, audit.System, template)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		quote := func(province string) (*order.Order, error) {
			return order.Quote(db.Read(context.Background()), db.Now(), order.Checkout{By: audit.Actor{UserID: buyer}, Province: province, Items: []order.Item{one(m.SKUs[0], 2), one(m.SKUs[1], 1), one(m.SKUs[2], 1)}})
		}
		for province, want := range map[string]money.Fen{"湖南省": 900, "广东省": 1500} {
			if o, err := quote(province); err != nil || o.FreightFen != want || o.Payments[0].Tender != order.Later || o.Payments[0].AmountFen != o.TotalFen {
				t.Errorf("%s: %+v %v, want %d", province, o, err, want)
			}
		}
		_, err = quote("西藏自治区")
		if f, ok := fault.As(err); !ok || f.Code != "undeliverable" || len(f.Fields) != 2 {
			t.Errorf("undeliverable: %v", err)
		}
	})
}

// Whatever is bought, given back in parts and cancelled, the invariants hold: open
// checks them at the end.
func TestRefundsNeverExceedWhatWasPaid(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m := open(t, db, 1_000_000)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			holder := id.ID(1000 + n)
			cards := m.Cards(t, holder, money.Fen(rapid.Int64Range(20_000, 90_000).Draw(rt, "face")), 2)
			answer, o, err := m.buy(holder, "k", cards, one(m.SKUs[0], rapid.Int64Range(1, 4).Draw(rt, "a")), one(m.SKUs[3], rapid.Int64Range(1, 4).Draw(rt, "b")))
			if err != nil {
				rt.Fatal(err)
			}
			if answer.Status != http.StatusCreated {
				return
			}
			for range rapid.IntRange(0, 4).Draw(rt, "refunds") {
				line := o.Lines[rapid.IntRange(0, 1).Draw(rt, "line")]
				ask := order.RefundAsk{Reason: "test", Lines: []order.RefundLine{{LineID: line.ID, Quantity: rapid.Int64Range(1, 3).Draw(rt, "units")}}}
				if rapid.Bool().Draw(rt, "less") {
					less := money.Fen(rapid.Int64Range(1, 1500).Draw(rt, "amount"))
					ask.Lines[0].AmountFen = &less
				}
				refuseOnly(rt, m.InTx(func(tx *storage.Tx) error {
					_, err := lifecycle.AskRefund(tx, audit.Actor{UserID: holder}, o.ID, ask)
					return err
				}))
			}
			if rapid.Bool().Draw(rt, "cancel") {
				refuseOnly(rt, m.InTx(func(tx *storage.Tx) error { return lifecycle.Cancel(tx, audit.Actor{UserID: holder}, o.ID, nil) }))
				now, err := order.Get(db.Read(context.Background()), holder, o.ID)
				if err != nil || now.Status != order.Cancelled || now.RefundedFen() != now.TotalFen || now.ShareFen() != 0 {
					rt.Fatalf("cancelled: %+v %v", now, err)
				}
			}
		})
	})
}

func refuseOnly(t *rapid.T, err error) {
	if err != nil && !fault.IsKind(err, fault.Conflict) {
		t.Fatal(err)
	}
}
