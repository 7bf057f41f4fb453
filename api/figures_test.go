//go:build figures

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zique/internal/aidcard"
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// rich gives the demo buyer cards that hold enough, and every SKU enough units: through
// a batch and a movement, like any other.
func (p *program) rich(t *testing.T, b *basket) {
	t.Helper()
	me := p.call(t, b.token, "GET", "/me", nil).text("user.id")
	holder, err := id.Parse(me)
	if err != nil {
		t.Fatal(err)
	}
	b.cards = nil
	p.inDatabase(t, func(tx *storage.Tx) error {
		var program aidcard.Program
		if err := tx.First(&program).Error; err != nil {
			return err
		}
		_, cards, err := aidcard.Issue(tx, aidcard.Issuing{ProgramID: program.ID, EnterpriseID: 2, FaceFen: 500_000_00, Count: 50})
		if err != nil {
			return err
		}
		b.cards = nil
		for _, c := range cards {
			if err := aidcard.Assign(tx, c.ID, holder); err != nil {
				return err
			}
			b.cards = append(b.cards, c.ID.String())
		}
		var skus []catalog.SKU
		if err := tx.Find(&skus).Error; err != nil {
			return err
		}
		var received []catalog.Movement
		for _, s := range skus {
			received = append(received, catalog.Movement{SKUID: s.ID, Kind: catalog.Received, Delta: 1_000_000, ReferenceID: s.ProductID})
		}
		return catalog.Move(tx, received)
	})
}

// try sends an order and answers the status (0: no answer) and the body; it never fails the test.
func (p *program) try(b basket, key string, body any) (int, string) {
	raw, _ := json.Marshal(body)
	request, _ := http.NewRequest("POST", p.base+"/api/v1/orders", bytes.NewReader(raw))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+b.token)
	request.Header.Set("Idempotency-Key", key)
	client := http.Client{Timeout: 30 * time.Second}
	response, err := client.Do(request)
	if err != nil {
		return 0, ""
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, ""
	}
	return response.StatusCode, string(answer)
}

func (p *program) countOrders(t *testing.T) (n int64) {
	t.Helper()
	p.inDatabase(t, func(tx *storage.Tx) error { return tx.Table("orders").Count(&n).Error })
	return n
}

func TestFigure2000KeysThreeTimesEach(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		p.rich(t, &b)
		before := p.countOrders(t)
		const keys = 2000
		jobs := make(chan int, 3*keys)
		for i := range 3 * keys {
			jobs <- i / 3 // the three of a key are sent at once
		}
		close(jobs)
		var answers [keys]sync.Map
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() {
				for i := range jobs {
					order := b.order(1 + i%3)
					order["card_ids"] = []string{b.cards[i%len(b.cards)]}
					for {
						status, body := p.try(b, fmt.Sprint("figure-", i), order)
						if status == http.StatusServiceUnavailable {
							continue
						}
						if status != http.StatusCreated {
							t.Errorf("key %d: %d %s", i, status, body)
						}
						answers[i].Store(body, true)
						break
					}
				}
			})
		}
		wg.Wait()
		for i := range answers {
			different := 0
			answers[i].Range(func(_, _ any) bool { different++; return true })
			if different != 1 {
				t.Errorf("key %d: %d different answers", i, different)
			}
		}
		if made := p.countOrders(t) - before; made != keys {
			t.Errorf("%d orders of %d keys", made, keys)
		}
		t.Logf("%d keys, 3 sends each: %d orders", keys, p.countOrders(t)-before)
	})
}

func TestFigure20RefundsOfOneOrder(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.place(t, b, b.order(3))
		var done, refused atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				r := p.refund(t, b, placed.text("id"), map[string]any{"reason": "x", "lines": []any{map[string]any{"line_id": placed.text("lines.0.id"), "quantity": 3}}})
				switch {
				case r.status == http.StatusCreated:
					done.Add(1)
				case r.status == http.StatusConflict:
					refused.Add(1)
				default:
					t.Errorf("%d %s", r.status, r.raw)
				}
			})
		}
		wg.Wait()
		now := p.call(t, b.token, "GET", "/orders/"+placed.text("id"), nil)
		if done.Load() != 1 || refused.Load() != 19 || now.fen("share_fen") != 0 || now.fen("refunded_fen") != now.fen("total_fen") {
			t.Errorf("%d done, %d refused: %s", done.Load(), refused.Load(), now.raw)
		}
		t.Logf("20 at once: %d refunded, %d refused, share left %d", done.Load(), refused.Load(), now.fen("share_fen"))
	})
}

func TestFigure64WorkersInOppositeOrder(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		p.rich(t, &b)
		var skus []any
		p.inDatabase(t, func(tx *storage.Tx) error {
			var found []catalog.SKU
			err := tx.Order("id").Limit(20).Find(&found).Error
			skus = nil
			for _, sku := range found {
				skus = append(skus, map[string]any{"sku_id": sku.ID.String(), "quantity": 1, "price_fen": sku.PriceFen})
			}
			return err
		})
		backwards := slices.Clone(skus)
		slices.Reverse(backwards)
		var made atomic.Int64
		var wg sync.WaitGroup
		for w := range 64 {
			wg.Go(func() {
				for i := range 10 {
					items, cards := skus, []string{b.cards[w%50], b.cards[(w+1)%50]}
					if w%2 == 1 {
						items, cards = backwards, []string{b.cards[(w+1)%50], b.cards[w%50]}
					}
					status, body := p.try(b, fmt.Sprint("opposite-", w, "-", i), map[string]any{"items": items, "address_id": b.address, "card_ids": cards})
					if status != http.StatusCreated && status != http.StatusServiceUnavailable {
						t.Errorf("%d %s", status, body)
					}
					if status == http.StatusCreated {
						made.Add(1)
					}
				}
			})
		}
		wg.Wait()
		if made.Load() != 640 {
			t.Errorf("%d of 640 orders", made.Load())
		}
		t.Logf("64 workers, 20 SKUs up and down: %d of 640 orders, no deadlock reached a caller", made.Load())
	})
}

// TestFigure200000LinesInRandomParts sells and gives back 200,000 lines in random parts
// until nothing is left, and looks for a fen that stayed.
func TestFigure200000LinesInRandomParts(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const orders, perOrder = 1000, 200
		lifecycle := order.Lifecycle{Timing: order.DefaultTiming}
		m := newFigureMarket(t, db, perOrder)
		var residue, lines int64
		for range orders {
			o := m.buy(t, db)
			lines += int64(len(o.Lines))
			left := map[id.ID]int64{}
			for _, l := range o.Lines {
				left[l.ID] = l.Quantity
			}
			for len(left) > 0 {
				ask := order.RefundAsk{Reason: "part"}
				for lineID, units := range left {
					if rand.IntN(2) == 0 && len(left) > 1 {
						continue
					}
					part := 1 + rand.Int64N(units)
					ask.Lines = append(ask.Lines, order.RefundLine{LineID: lineID, Quantity: part})
					if left[lineID] -= part; left[lineID] == 0 {
						delete(left, lineID)
					}
				}
				if len(ask.Lines) == 0 {
					continue
				}
				err := db.InTx(context.Background(), func(tx *storage.Tx) error {
					_, err := lifecycle.AskRefund(tx, audit.Actor{UserID: figureBuyer}, o.ID, ask)
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		err := db.Read(context.Background()).Model(&order.Line{}).Where("share_fen <> 0 OR refunded_fen <> net_fen OR refunded_quantity <> quantity").Count(&residue).Error
		if err != nil || residue != 0 {
			t.Errorf("%d lines keep something: %v", residue, err)
		}
		var shares money.Fen
		if err := db.Read(context.Background()).Table("share_entries").Select("COALESCE(SUM(amount_fen), 0)").Scan(&shares).Error; err != nil || shares != 0 {
			t.Errorf("%d fen of shares are left: %v", shares, err)
		}
		t.Logf("%d lines given back in random parts: residue %d", lines, residue)
	})
}

// TestFigureKilled50Times kills the program under 64 concurrent checkouts, again and
// again: no acknowledged order is lost, and the books balance each time.
func TestFigureKilled50Times(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"sqlite": {},
		"mysql":  {"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo"},
	} {
		t.Run(name, func(t *testing.T) { killed(t, env, 1) })
	}
}

// TestFigureOneOfTwoReplicasKilled is the same with two programs on one database, of
// which one is killed and comes back.
func TestFigureOneOfTwoReplicasKilled(t *testing.T) {
	killed(t, map[string]string{"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo"}, 2)
}

func killed(t *testing.T, env map[string]string, replicas int) {
	env["ZIQUE_DATA"], env["ZIQUE_ADDR"] = t.TempDir(), "127.0.0.1:0"
	first := spawn(t, env)
	b := first.basket(t)
	first.rich(t, &b)
	first.kill()
	acknowledged := map[string]string{}
	rounds := 50
	for round := range rounds {
		running := make([]*child, replicas)
		for i := range running {
			running[i] = spawn(t, env)
		}
		b.token = running[0].signIn(t, demoBuyer)
		until := time.Now().Add(time.Duration(200+rand.IntN(600)) * time.Millisecond)
		var mu sync.Mutex
		var wg sync.WaitGroup
		for w := range 64 {
			wg.Go(func() {
				for i := 0; time.Now().Before(until.Add(100 * time.Millisecond)); i++ {
					key := fmt.Sprintf("killed-%d-%d-%d", round, w, i)
					order := b.order(1)
					order["card_ids"] = []string{b.cards[w%len(b.cards)]}
					status, body := running[w%replicas].try(b, key, order)
					if status == http.StatusCreated {
						mu.Lock()
						acknowledged[key] = body
						mu.Unlock()
					}
					if status == 0 {
						return // dead
					}
				}
			})
		}
		time.Sleep(time.Until(until))
		running[0].kill()
		wg.Wait()
		for _, other := range running[1:] {
			other.kill()
		}
		var report bytes.Buffer
		if err := run(context.Background(), []string{"verify"}, first.getenv, &report); err != nil {
			t.Fatalf("verify after kill %d: %v\n%s", round+1, err, report.String())
		}
	}
	db, err := storage.Open(context.Background(), storage.Config{MySQLDSN: env["ZIQUE_MYSQL_DSN"], Folder: env["ZIQUE_DATA"]}, clock.System())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lost := 0
	for key, body := range acknowledged {
		_, rest, _ := strings.Cut(body, `"id":"`)
		orderID, _, _ := strings.Cut(rest, `"`)
		var n int64
		if err := db.Read(context.Background()).Table("orders").Where("id = ? AND status = 'paid'", orderID).Count(&n).Error; err != nil || n != 1 {
			lost++
			t.Errorf("key %s was acknowledged as order %s: %v", key, orderID, err)
		}
	}
	t.Logf("killed %d times, %d replicas: %d orders acknowledged, %d lost, verify clean each time", rounds, replicas, len(acknowledged), lost)
}
