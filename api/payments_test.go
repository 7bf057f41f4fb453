package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/clock"
	"zique/internal/payment/localpay"
	"zique/internal/storage"
)

// unpaid places an order that the demo's gateway is to pay, and answers the order and its charge.
func (p *program) unpaid(t *testing.T, b basket, quantity int64, cards ...string) (placed reply, charge string) {
	t.Helper()
	ask := b.order(quantity)
	ask["card_ids"], ask["tender"] = cards, "local"
	if cards == nil {
		delete(ask, "card_ids")
	}
	placed = p.place(t, b, ask)
	placed.made(t)
	pay := p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/pay", nil)
	charge = strings.TrimPrefix(pay.text("pay_url"), "/pay/")
	if shown := p.ok(t, http.StatusOK, "", "GET", "/demo/pay/"+charge, nil); shown.fen("amount_fen") != pay.fen("amount_fen") || shown.at("paid") != false {
		t.Fatalf("%s %s", pay.raw, shown.raw)
	}
	return placed, charge
}

// pays lets the demo's gateway behave, and wants the notices answered so.
func (p *program) pays(t *testing.T, charge, behaviour string, statuses ...int) {
	t.Helper()
	r := p.ok(t, http.StatusOK, "", "POST", "/demo/pay/"+charge, map[string]any{"behaviour": behaviour})
	if got, want := fmt.Sprint(r.at("notices")), fmt.Sprint(statuses); got != want {
		t.Errorf("%s: the notices were answered %s, want %s", behaviour, got, want)
	}
}

// counter answers numbers that stand in the program's database.
func (p *program) counter(t *testing.T) func(query string, values ...any) int64 {
	db := p.database(t)
	return func(query string, values ...any) (n int64) {
		t.Helper()
		if err := db.Read(t.Context()).Raw(query, values...).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		return n
	}
}

// statusBecomes waits for an order to get a status by itself.
func (p *program) statusBecomes(t *testing.T, b basket, orderID, status string) {
	t.Helper()
	eventually(t, func() bool { return p.call(t, b.token, "GET", "/orders/"+orderID, nil).text("status") == status })
}

const givenBack = "SELECT COALESCE(SUM(r.amount_fen), 0) FROM localpay_refunds r JOIN localpay_payments p ON p.id = r.payment_id WHERE p.charge_id = ?"

// givenBackBecomes waits until the gateway has given so much back, and the books say so.
func (p *program) givenBackBecomes(t *testing.T, charge string, fen int64) {
	t.Helper()
	number := p.counter(t)
	eventually(t, func() bool { return number(givenBack, charge) == fen })
	eventually(t, func() bool { return number("SELECT COUNT(*) FROM gateway_refunds WHERE status <> 'done'") == 0 })
}

func TestCardsPayFirstAndAGatewayTheRest(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		if tenders := p.ok(t, http.StatusOK, "", "GET", "/tenders", nil); tenders.text("items.0.tender") != "local" {
			t.Errorf("tenders: %s", tenders.raw)
		}
		balance := p.call(t, b.token, "GET", "/cards/"+b.cards[0], nil).fen("balance_fen")
		placed, charge := p.unpaid(t, b, balance/b.price+1, b.cards[0])
		orderID, rest := placed.text("id"), placed.fen("total_fen")-balance
		if placed.text("payments.0.status") != "held" || placed.text("payments.1.tender") != "local" || placed.fen("payments.1.amount_fen") != rest {
			t.Fatalf("waiting: %s", placed.raw)
		}
		again := p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+orderID+"/pay", nil)
		if again.text("pay_url") != "/pay/"+charge || again.fen("amount_fen") != rest || again.text("expires_at") != placed.text("pay_by") {
			t.Errorf("asked again: %s", again.raw)
		}
		p.call(t, p.signIn(t, "13900000006"), "POST", "/orders/"+orderID+"/pay", nil).wants(t, http.StatusNotFound, "not_found")
		p.pays(t, charge, "twice", http.StatusOK, http.StatusOK)
		paid := p.call(t, b.token, "GET", "/orders/"+orderID, nil)
		if paid.text("status") != "paid" || paid.text("payments.1.status") != "captured" || paid.fen("share_fen") == 0 {
			t.Errorf("paid: %s", paid.raw)
		}
		p.call(t, b.token, "POST", "/orders/"+orderID+"/pay", nil).wants(t, http.StatusConflict, "state_conflict")
		// What goes back, goes back in reverse order: through the gateway first.
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+orderID+"/cancel", nil)
		p.givenBackBecomes(t, charge, rest)
		if got := p.call(t, b.token, "GET", "/cards/"+b.cards[0], nil).fen("balance_fen"); got != balance {
			t.Errorf("the card holds %d, want %d", got, balance)
		}
		unpaid, _ := p.unpaid(t, b, balance/b.price+1, b.cards[0])
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+unpaid.text("id")+"/cancel", nil)
		entries := p.ok(t, http.StatusOK, b.token, "GET", "/cards/"+b.cards[0]+"/entries", nil)
		for i, want := range [][2]string{{"release", unpaid.text("id")}, {"hold", unpaid.text("id")}, {"refund", orderID}, {"hold", orderID}} {
			if at := fmt.Sprintf("items.%d.", i); entries.text(at+"kind") != want[0] || entries.text(at+"order_id") != want[1] {
				t.Errorf("entry %d is not the %s of its order: %s", i, want[0], entries.raw)
			}
		}
	})
}

func TestALatePaymentGoesBackByItself(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed, charge := p.unpaid(t, b, 1)
		p.pays(t, charge, "late")
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
		p.givenBackBecomes(t, charge, placed.fen("total_fen"))
		p.statusBecomes(t, b, placed.text("id"), "cancelled")

		placed, charge = p.unpaid(t, b, 1) // and paid twice by mistake
		p.pays(t, charge, "once", http.StatusOK)
		p.pays(t, charge, "once", http.StatusOK)
		p.givenBackBecomes(t, charge, placed.fen("total_fen"))
		p.statusBecomes(t, b, placed.text("id"), "paid")
	})
}

func TestAnUnpaidOrderIsGivenUpAtItsDeadline(t *testing.T) {
	p := start(t, map[string]string{"ZIQUE_PAY_WITHIN": "1s"})
	b := p.basket(t)
	placed, charge := p.unpaid(t, b, 1)
	p.pays(t, charge, "late")
	p.statusBecomes(t, b, placed.text("id"), "cancelled")
	p.givenBackBecomes(t, charge, placed.fen("total_fen"))
}

func TestALostNoticeIsFoundByAsking(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed, charge := p.unpaid(t, b, 1)
		p.pays(t, charge, "lost")
		p.sql(t, "UPDATE charges SET ask_at = 1 WHERE id = ?", charge) // the time has come
		p.statusBecomes(t, b, placed.text("id"), "paid")
	})
}

// Paid twice by mistake, and the second notice is lost: the money goes back all the same.
func TestALostNoticeOfASecondPaymentIsFoundByAsking(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, number := p.basket(t), p.counter(t)
		placed, charge := p.unpaid(t, b, 1)
		p.pays(t, charge, "once", http.StatusOK)
		p.pays(t, charge, "lost")
		p.sql(t, "UPDATE charges SET ask_at = 1 WHERE id = ?", charge) // the time has come
		p.givenBackBecomes(t, charge, placed.fen("total_fen"))
		p.statusBecomes(t, b, placed.text("id"), "paid")
		if number("SELECT COUNT(*) FROM charges WHERE ask_at > created_at + 600000") != 1 {
			t.Error("it is not asked about again, or soon")
		}
		p.sql(t, "UPDATE charges SET ask_at = 1, expires_at = 1") // a day later
		eventually(t, func() bool { return number("SELECT COUNT(*) FROM charges WHERE ask_at IS NOT NULL") == 0 })
	})
}

func TestARefundThatTheGatewayRefusesThreeTimesIsDoneAtLast(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, number := p.basket(t), p.counter(t)
		placed, charge := p.unpaid(t, b, 1)
		p.pays(t, charge, "once", http.StatusOK)
		p.sql(t, "UPDATE localpay_keys SET refunds_to_fail = 3")
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
		for tries := range int64(3) {
			eventually(t, func() bool {
				return number("SELECT COUNT(*) FROM gateway_refunds WHERE status = 'queued' AND tries = ?", tries+1) == 1 &&
					number("SELECT refunds_to_fail FROM localpay_keys") == 2-tries
			})
			if number("SELECT COUNT(*) FROM gateway_refunds WHERE try_at > created_at + 4000") != 1 {
				t.Error("the next try is not put off")
			}
			p.sql(t, "UPDATE gateway_refunds SET try_at = 1") // the time has come
		}
		p.givenBackBecomes(t, charge, placed.fen("total_fen"))
	})
}

// stranger signs as somebody who is not the gateway.
var _, stranger, _ = ed25519.GenerateKey(nil)

// told is a notice on its way.
type told struct {
	body   []byte
	header http.Header
}

func (p *program) gatewayKey(t *testing.T) ed25519.PrivateKey {
	t.Helper()
	var key []byte
	if err := p.database(t).Read(t.Context()).Raw("SELECT private_key FROM localpay_keys").Row().Scan(&key); err != nil {
		t.Fatal(err)
	}
	return key
}

// signNotice signs as the service does.
func signNotice(key ed25519.PrivateKey, now clock.Millis, body []byte) http.Header {
	timestamp := strconv.FormatInt(now.Time().Unix(), 10)
	return http.Header{"Content-Type": {"application/json"}, localpay.TimestampHeader: {timestamp}, localpay.NonceHeader: {"n"},
		localpay.SignatureHeader: {base64.StdEncoding.EncodeToString(ed25519.Sign(key, fmt.Appendf(nil, "%s\n%s\n%s\n", timestamp, "n", body)))}}
}

func noticeBody(charge any, reference string, fen int64) []byte {
	body, _ := json.Marshal(map[string]any{"charge_id": fmt.Sprint(charge), "reference": reference, "amount_fen": fen, "paid_at_ms": 1})
	return body
}

func (p *program) tell(n told) (int, error) {
	request, err := http.NewRequestWithContext(context.Background(), "POST", p.base+"/api/v1/payments/notices/local", bytes.NewReader(n.body))
	if err != nil {
		return 0, err
	}
	request.Header = n.header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	p.note("POST", "/payments/notices/local", reply{status: response.StatusCode, header: response.Header})
	return response.StatusCode, response.Body.Close()
}

func TestForgedNoticesChangeNothingAndAreSoonRefusedUnread(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, number := p.basket(t), p.counter(t)
		placed, charge := p.unpaid(t, b, 1)
		total, key := placed.fen("total_fen"), p.gatewayKey(t)
		now := p.database(t).Now()
		body := noticeBody(charge, "local-1", total)
		wants := func(what string, n told, want int) {
			t.Helper()
			if got, err := p.tell(n); err != nil || got != want {
				t.Errorf("%s: %d %v, want %d", what, got, err, want)
			}
		}
		p.pays(t, charge, "forged", http.StatusUnauthorized)
		wants("another key", told{body, signNotice(stranger, now, body)}, http.StatusUnauthorized)
		wants("no signature", told{body, http.Header{}}, http.StatusUnauthorized)
		wants("other content", told{noticeBody(charge, "local-2", total), signNotice(key, now, body)}, http.StatusUnauthorized)
		wants("an old one", told{body, signNotice(key, now.Add(-6*time.Minute), body)}, http.StatusUnauthorized)
		wants("one of tomorrow", told{body, signNotice(key, now.Add(6*time.Minute), body)}, http.StatusUnauthorized)
		wants("no notice at all", told{[]byte("[]"), signNotice(key, now, []byte("[]"))}, http.StatusUnauthorized)
		unknown := noticeBody(7, "local-1", total)
		wants("an unknown charge", told{unknown, signNotice(key, now, unknown)}, http.StatusNotFound)
		large := bytes.Repeat([]byte(" "), 70<<10)
		wants("a large one", told{large, signNotice(key, now, large)}, http.StatusRequestEntityTooLarge)
		p.call(t, "", "POST", "/payments/notices/paynow", map[string]any{}).wants(t, http.StatusNotFound, "not_found")
		for range 30 {
			if _, err := p.tell(told{body, http.Header{}}); err != nil {
				t.Fatal(err)
			}
		}
		wants("one too many", told{body, http.Header{}}, http.StatusTooManyRequests)
		if seen := p.call(t, b.token, "GET", "/orders/"+placed.text("id"), nil); seen.text("status") != "awaiting_payment" ||
			number("SELECT COUNT(*) FROM captures") != 0 {
			t.Errorf("something was paid: %s", seen.raw)
		}
		p.pays(t, charge, "once", http.StatusOK) // forgers hold nobody up
		p.statusBecomes(t, b, placed.text("id"), "paid")
	})
}

// paidOther lets the demo's gateway take another amount than was asked for an order, and
// answers its charge, a notice of it, and the reference. Nobody was told yet.
func (p *program) paidOther(t *testing.T, charge string, fen int64) (told, string) {
	t.Helper()
	p.pays(t, charge, "lost")
	p.sql(t, "UPDATE localpay_payments SET amount_fen = ? WHERE charge_id = ?", fen, charge)
	reference := fmt.Sprint("local-", p.counter(t)("SELECT MAX(id) FROM localpay_payments WHERE charge_id = ?", charge))
	body := noticeBody(charge, reference, fen)
	return told{body, signNotice(p.gatewayKey(t), p.database(t).Now(), body)}, reference
}

// The gateway took money, so the books know it, whatever was asked; what becomes of it two people say.
func TestAPaymentOfAnotherAmountIsADifferenceThatTwoPeopleSendBack(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, number, operator := p.basket(t), p.counter(t), p.signIn(t, "13900000004")
		placed, charge := p.unpaid(t, b, 1)
		orderID, total := placed.text("id"), placed.fen("total_fen")
		notice, reference := p.paidOther(t, charge, total-1)
		tells := func(n told, want int) {
			t.Helper()
			if got, err := p.tell(n); err != nil || got != want {
				t.Errorf("%s: %d %v, want %d", n.body, got, err, want)
			}
		}
		other := noticeBody(charge, reference, total)
		now := p.database(t).Now()
		tells(notice, http.StatusOK)
		tells(notice, http.StatusOK)
		tells(told{other, signNotice(p.gatewayKey(t), now, other)}, http.StatusConflict) // the same payment, and now it says something else
		tells(told{other, signNotice(stranger, now, other)}, http.StatusUnauthorized)
		p.statusBecomes(t, b, orderID, "awaiting_payment")
		p.waits(t, operator, "payment_differences", 1)
		p.pays(t, charge, "once", http.StatusOK) // the right amount, after the wrong one
		tells(notice, http.StatusOK)
		p.statusBecomes(t, b, orderID, "paid")

		shown := p.ok(t, http.StatusOK, p.signIn(t, demoAuditor), "GET", "/ops/payment-differences?open=true", nil)
		if shown.text("items.0.order_id") != orderID || shown.fen("items.0.asked_fen") != total || shown.fen("items.0.paid_fen") != total-1 || shown.text("items.0.gateway") != "local" ||
			shown.text("items.0.reference") != reference || shown.text("items.0.status") != "open" || shown.at("items.1") != nil {
			t.Fatalf("differences: %s", shown.raw)
		}
		back := "/ops/payment-differences/" + shown.text("items.0.id") + "/give-back"
		p.madeOperator(t, p.ok(t, http.StatusOK, b.token, "GET", "/me", nil).text("user.id"))
		p.call(t, b.token, "POST", back, reasoned{"我的"}).wants(t, http.StatusForbidden, "own_request")
		p.call(t, operator, "POST", "/ops/payment-differences/7/give-back", reasoned{"x"}).wants(t, http.StatusNotFound, "not_found")
		asked := p.ok(t, http.StatusAccepted, operator, "POST", back, reasoned{"与支付机构核对过"})
		p.call(t, operator, "POST", back, reasoned{"再来"}).wants(t, http.StatusConflict, "approval_pending")
		approve := "/approvals/" + asked.text("id") + "/approve"
		p.call(t, operator, "POST", approve, nil).wants(t, http.StatusForbidden, "own_request")
		p.call(t, b.token, "POST", approve, nil).wants(t, http.StatusForbidden, "own_request")
		p.isOwn(t, b.token, asked.text("id"))
		if number("SELECT COUNT(*) FROM gateway_refunds") != 0 {
			t.Error("it goes back before two people said so")
		}
		p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", approve, nil)
		p.givenBackBecomes(t, charge, total-1)
		p.call(t, operator, "POST", back, reasoned{"再来"}).wants(t, http.StatusConflict, "state_conflict")
		tells(notice, http.StatusOK)
		p.waits(t, operator, "payment_differences", 0)
		if all := p.ok(t, http.StatusOK, operator, "GET", "/ops/payment-differences", nil); all.text("items.0.status") != "given_back" {
			t.Errorf("sent back: %s", all.raw)
		}
		p.statusBecomes(t, b, orderID, "paid")
	})
}

// The figure: of 100 orders, each paid twice at the gateway by mistake, 1,000 notices come
// in any order, repeated, forged, tampered with and old, while buyers cancel. Each order is
// paid once or not at all; all other money goes back.
func TestAThousandNoticesPayEachOrderOnceOrNotAtAll(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		const orders = 100
		b, number := p.basket(t), p.counter(t)
		p.sql(t, "INSERT INTO stock_movements (id, sku_id, kind, delta, reference_id, created_at) SELECT id, id, 'received', 1000, product_id, 0 FROM skus WHERE id = ?", b.sku)
		p.sql(t, "UPDATE skus SET stock = stock + 1000 WHERE id = ?", b.sku)
		key, now := p.gatewayKey(t), p.database(t).Now()
		var placed []string
		var notices []told
		for range orders {
			o, charge := p.unpaid(t, b, 1)
			placed = append(placed, o.text("id"))
			p.pays(t, charge, "lost")
			p.pays(t, charge, "lost")
			notices = append(notices, p.noticesOf(t, charge, key, now)...)
		}
		rand.Shuffle(len(notices), func(a, b int) { notices[a], notices[b] = notices[b], notices[a] })
		answers := make(chan int, len(notices))
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < len(notices); i += 8 {
					status, err := p.tell(notices[i])
					if err != nil {
						t.Error(err)
					}
					answers <- status
					if i%70 == 0 {
						p.call(t, b.token, "POST", "/orders/"+placed[i/10]+"/cancel", nil)
					}
				}
			})
		}
		wg.Wait()
		close(answers)
		counted := map[int]int{}
		for status := range answers {
			counted[status]++
		}
		if len(notices) != 1000 || counted[http.StatusOK] != 600 || counted[http.StatusUnauthorized]+counted[http.StatusTooManyRequests] != 400 {
			t.Errorf("%d notices were answered %v", len(notices), counted)
		}
		eventually(t, func() bool { return number("SELECT COUNT(*) FROM gateway_refunds WHERE status <> 'done'") == 0 })
		if n := number("SELECT COUNT(*) FROM captures"); n != 2*orders {
			t.Errorf("%d payments were taken in, want %d", n, 2*orders)
		}
		twice := number("SELECT COUNT(*) FROM (SELECT charge_id FROM captures WHERE outcome = 'pays_charge' GROUP BY charge_id HAVING COUNT(*) > 1) x")
		kept := number("SELECT COALESCE(SUM(amount_fen), 0) FROM captures") - number("SELECT COALESCE(SUM(amount_fen), 0) FROM localpay_refunds")
		owed := number("SELECT SUM(p.amount_fen - p.refunded_fen) FROM order_payments p WHERE p.tender = 'local' AND p.status = 'captured'")
		if twice != 0 || kept != owed {
			t.Errorf("%d orders are paid twice; %d fen were kept for sales of %d", twice, kept, owed)
		}
		t.Logf("1,000 notices answered %v; %d fen kept, all else given back", counted, kept)
	})
}

// noticesOf are ten notices of a charge that was paid twice: six of the gateway's, four not.
func (p *program) noticesOf(t *testing.T, charge string, key ed25519.PrivateKey, now clock.Millis) []told {
	t.Helper()
	var paid []struct {
		ID        int64
		AmountFen int64
	}
	p.inDatabase(t, func(tx *storage.Tx) error {
		return tx.Raw("SELECT id, amount_fen FROM localpay_payments WHERE charge_id = ?", charge).Scan(&paid).Error
	})
	var all []told
	for _, one := range paid {
		body := noticeBody(charge, fmt.Sprint("local-", one.ID), one.AmountFen)
		for range 3 {
			all = append(all, told{body, signNotice(key, now, body)})
		}
	}
	forged := noticeBody(charge, "forged", paid[0].AmountFen)
	good := all[0]
	return append(all, told{forged, signNotice(stranger, now, forged)}, told{forged, http.Header{}},
		told{forged, good.header}, told{good.body, signNotice(key, now.Add(-time.Hour), good.body)})
}
