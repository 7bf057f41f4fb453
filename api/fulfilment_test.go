package main

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

const demoCooperative = "13900000002"

// ofDemoCooperative orders units of a product of the cooperative whose owner it answers.
func (p *program) ofDemoCooperative(t *testing.T, b basket, quantity int64) (owner string, placed reply) {
	t.Helper()
	owner = p.signIn(t, demoCooperative)
	cooperative := p.call(t, owner, "GET", "/me", nil).text("memberships.0.org_id")
	product := p.call(t, "", "GET", "/products?cooperative_id="+cooperative, nil).text("items.0.id")
	shown := p.call(t, "", "GET", "/products/"+product, nil)
	b.sku, b.price = shown.text("skus.0.id"), shown.fen("skus.0.price_fen")
	placed = p.place(t, b, b.order(quantity))
	placed.made(t)
	return owner, placed
}

// made fails unless something was created.
func (r reply) made(t *testing.T) {
	t.Helper()
	if r.status != http.StatusCreated {
		t.Fatalf("got %d: %s", r.status, r.raw)
	}
}

func parcelBody(lines ...any) map[string]any {
	body := map[string]any{"carrier": "邮政", "tracking_no": "EMS-1"}
	if len(lines) > 0 {
		body["lines"] = lines
	}
	return body
}

func TestAnOrderIsShippedReceivedAndClosed(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		owner, placed := p.ofDemoCooperative(t, b, 2)
		orderID, subID, lineID := placed.text("id"), placed.text("sub_orders.0.id"), placed.text("lines.0.id")
		seen := p.ok(t, http.StatusOK, owner, "GET", "/coop/orders/"+subID, nil)
		if seen.text("address.detail") == "" || strings.Contains(seen.text("address.phone"), "*") || seen.text("status") != "paid" || seen.text("payments") != "" {
			t.Errorf("the cooperative sees %s", seen.raw)
		}
		p.call(t, b.token, "POST", "/orders/"+orderID+"/receipt", nil).wants(t, http.StatusConflict, "state_conflict")
		at := "/coop/orders/" + subID + "/shipments"
		bad := p.call(t, owner, "POST", at, map[string]any{"carrier": " ", "tracking_no": "中文"}, "Idempotency-Key", p.key())
		bad.wants(t, http.StatusBadRequest, "invalid_field")
		if bad.text("errors.0.field") != "carrier" || bad.text("errors.1.field") != "tracking_no" {
			t.Errorf("both fields are wrong: %s", bad.raw)
		}
		tooMany := p.call(t, owner, "POST", at, parcelBody(map[string]any{"line_id": lineID, "quantity": 3}), "Idempotency-Key", p.key())
		tooMany.wants(t, http.StatusConflict, "shipment_exceeds") // a colleague may have sent some meanwhile
		if tooMany.text("errors.0.field") != "lines[0].quantity" {
			t.Errorf("which line has fewer left: %s", tooMany.raw)
		}
		p.call(t, owner, "POST", at, parcelBody(map[string]any{"line_id": lineID, "quantity": 0}), "Idempotency-Key", p.key()).wants(t, http.StatusBadRequest, "invalid_field")
		key := p.key()
		part := parcelBody(map[string]any{"line_id": lineID, "quantity": 1})
		first := p.call(t, owner, "POST", at, part, "Idempotency-Key", key)
		again := p.call(t, owner, "POST", at, part, "Idempotency-Key", key)
		if first.status != http.StatusCreated || again.header.Get("Idempotency-Replayed") != "true" || string(again.raw) != string(first.raw) {
			t.Fatalf("one parcel, twice: %s %s", first.raw, again.raw)
		}
		if got := p.call(t, b.token, "GET", "/orders/"+orderID, nil); got.text("status") != "partly_shipped" || got.text("sub_orders.0.shipments.0.tracking_no") != "EMS-1" {
			t.Errorf("after one unit of two: %s", got.raw)
		}
		p.call(t, owner, "POST", at, parcelBody(), "Idempotency-Key", p.key()).made(t)
		p.call(t, owner, "POST", at, parcelBody(), "Idempotency-Key", p.key()).wants(t, http.StatusConflict, "state_conflict")
		if got := p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+orderID+"/receipt", map[string]any{"sub_order_id": subID}); got.text("status") != "received" ||
			got.text("sub_orders.0.close_by") == "" || got.text("sub_orders.0.receive_by") != "" {
			t.Errorf("received: %s", got.raw)
		}
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+orderID+"/receipt", nil) // repeated
		if got := p.ok(t, http.StatusOK, owner, "GET", "/coop/orders/"+subID, nil); got.text("address.detail") != "" || got.text("due_at") == "" {
			t.Errorf("the goods have arrived, so the address is masked: %s", got.raw)
		}
		p.ok(t, http.StatusOK, owner, "GET", "/coop/orders?status=received", nil)
	})
}

func TestARefundAfterDispatchIsDecidedByItsCooperative(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		owner, placed := p.ofDemoCooperative(t, b, 4)
		orderID, subID, lineID := placed.text("id"), placed.text("sub_orders.0.id"), placed.text("lines.0.id")
		p.call(t, owner, "POST", "/coop/orders/"+subID+"/shipments", parcelBody(), "Idempotency-Key", p.key()).made(t)
		ask := func(quantity int64) reply {
			r := p.refund(t, b, orderID, map[string]any{"reason": "坏果", "lines": []any{map[string]any{"line_id": lineID, "quantity": quantity}}})
			r.made(t)
			if r.text("status") != "requested" || r.fen("share_reversed_fen") != 0 {
				t.Fatalf("asked: %s", r.raw)
			}
			return r
		}
		if got := p.call(t, b.token, "GET", "/orders/"+orderID, nil); got.text("sub_orders.0.receive_by") == "" {
			t.Errorf("nobody knows when it counts as received: %s", got.raw)
		}
		one, two, three := ask(1).text("id"), ask(1).text("id"), ask(1).text("id")
		if got := p.call(t, b.token, "GET", "/orders/"+orderID, nil); got.text("sub_orders.0.receive_by") != "" {
			t.Errorf("an open refund stops the clock: %s", got.raw)
		}
		queue := p.ok(t, http.StatusOK, owner, "GET", "/coop/orders?open_refund=true", nil)
		if queue.text("items.0.id") != subID {
			t.Errorf("the queue of refunds: %s", queue.raw)
		}

		p.call(t, owner, "POST", "/coop/refunds/"+one+"/reject", map[string]any{"reason": " "}).wants(t, http.StatusBadRequest, "invalid_field")
		p.ok(t, http.StatusOK, owner, "POST", "/coop/refunds/"+one+"/reject", map[string]any{"reason": "照片里是好的"})
		p.ok(t, http.StatusOK, b.token, "POST", "/refunds/"+two+"/withdraw", nil)
		approved := p.ok(t, http.StatusOK, owner, "POST", "/coop/refunds/"+three+"/approve", map[string]any{"goods_come_back": true})
		p.call(t, owner, "POST", "/coop/refunds/"+three+"/accept", nil).wants(t, http.StatusConflict, "state_conflict")
		p.ok(t, http.StatusOK, b.token, "POST", "/refunds/"+three+"/return", parcelBody())
		for field, lines := range map[string][]any{
			"restock[0].line_id":  {map[string]any{"line_id": "7", "quantity": 0}},
			"restock[1].line_id":  {map[string]any{"line_id": lineID, "quantity": 1}, map[string]any{"line_id": lineID, "quantity": 1}},
			"restock[0].quantity": {map[string]any{"line_id": lineID, "quantity": 2}},
		} {
			if bad := p.call(t, owner, "POST", "/coop/refunds/"+three+"/accept", map[string]any{"restock": lines}); bad.text("code") != "invalid_field" || bad.text("errors.0.field") != field {
				t.Errorf("%s: %s", field, bad.raw)
			}
		}
		done := p.ok(t, http.StatusOK, owner, "POST", "/coop/refunds/"+three+"/accept", map[string]any{"restock": []any{map[string]any{"line_id": lineID, "quantity": 1}}})
		if approved.text("status") != "approved" || done.text("status") != "refunded" || done.fen("share_reversed_fen") == 0 || done.text("payments.0.card_id") == "" {
			t.Errorf("%s %s", approved.raw, done.raw)
		}

		four := ask(2).text("id")
		p.ok(t, http.StatusOK, owner, "POST", "/coop/refunds/"+four+"/approve", nil)
		gift := p.call(t, owner, "POST", "/coop/orders/"+subID+"/refunds", map[string]any{"reason": "好意", "lines": []any{map[string]any{"line_id": lineID, "quantity": 1}}}, "Idempotency-Key", p.key())
		gift.made(t)
		if got := p.call(t, b.token, "GET", "/orders/"+orderID, nil); got.fen("lines.0.refunded_fen") != got.fen("lines.0.net_fen") || got.fen("share_fen") != 0 {
			t.Errorf("all four units went back: %s", got.raw)
		}
	})
}

// Nobody waits the after-sale window out and then refuses.
func TestARefundStopsTheClockAndLeavesTheTimeThatWasLeft(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		owner, placed := p.ofDemoCooperative(t, b, 2)
		orderID, subID := placed.text("id"), placed.text("sub_orders.0.id")
		p.call(t, owner, "POST", "/coop/orders/"+subID+"/shipments", parcelBody(), "Idempotency-Key", p.key()).made(t)
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+orderID+"/receipt", nil)
		const day = 24 * time.Hour
		before := func(column, table string, d time.Duration, named string) {
			p.sql(t, "UPDATE "+table+" SET "+column+" = "+column+" - ? WHERE id = ?", d.Milliseconds(), named)
		}
		ask := func() string {
			t.Helper()
			r := p.refund(t, b, orderID, map[string]any{"reason": "坏果", "lines": []any{map[string]any{"line_id": placed.text("lines.0.id"), "quantity": 1}}})
			r.made(t)
			if stopped := p.call(t, b.token, "GET", "/orders/"+orderID, nil); stopped.text("sub_orders.0.close_by") != "" {
				t.Errorf("the clock goes on: %s", stopped.raw)
			}
			return r.text("id")
		}
		leaves := func(want time.Duration) {
			t.Helper()
			shown := p.call(t, b.token, "GET", "/orders/"+orderID, nil)
			by, err := time.Parse(time.RFC3339, shown.text("sub_orders.0.close_by"))
			if left := by.Sub(p.database(t).Now().Time()); err != nil || left > want || left < want-10*time.Minute {
				t.Errorf("left: %v, want %v, %v: %s", left, want, err, shown.raw)
			}
		}
		before("received_at", "sub_orders", 2*day, subID)
		first := ask()
		before("received_at", "sub_orders", 6*day, subID) // it was asked two days after receipt, and six days passed
		before("created_at", "refunds", 6*day, first)
		p.ok(t, http.StatusOK, b.token, "POST", "/refunds/"+first+"/withdraw", nil)
		leaves(5 * day)
		before("received_at", "sub_orders", 4*day, subID) // four of the five go by
		before("created_at", "refunds", 4*day, first)
		before("changed_at", "refunds", 4*day, first)
		p.ok(t, http.StatusOK, owner, "POST", "/coop/refunds/"+ask()+"/reject", map[string]any{"reason": "照片里是好的"})
		leaves(2 * day)
		ask()
	})
}

func TestACooperativeSetsFreightAndPromotionsAndTheQuoteShowsThem(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		owner, placed := p.ofDemoCooperative(t, b, 1)
		order := b.order(3)
		order["items"] = []any{map[string]any{"sku_id": placed.text("lines.0.sku_id"), "quantity": 3, "price_fen": placed.fen("lines.0.price_fen")}}
		goods := 3 * placed.fen("lines.0.price_fen")

		bad := p.call(t, owner, "POST", "/coop/freight-templates", map[string]any{"name": "x", "unit": "piece", "zones": []any{map[string]any{"provinces": []any{"火星"}, "first_units": 1, "step_units": 1}}})
		bad.wants(t, http.StatusBadRequest, "invalid_field")
		template := map[string]any{"name": "按件", "unit": "piece", "default": true, "zones": []any{
			map[string]any{"provinces": []any{"湖南"}, "first_units": 1, "first_fen": 500, "step_units": 1, "step_fen": 100},
			map[string]any{"provinces": []any{}, "first_units": 1, "first_fen": 1500, "step_units": 1, "step_fen": 300}}}
		made := p.ok(t, http.StatusCreated, owner, "POST", "/coop/freight-templates", template)
		template["name"] = "按件计费"
		p.ok(t, http.StatusOK, owner, "PUT", "/coop/freight-templates/"+made.text("id"), template)
		list := p.ok(t, http.StatusOK, owner, "GET", "/coop/freight-templates", nil)
		p.call(t, owner, "DELETE", "/coop/freight-templates/"+made.text("id"), nil).wants(t, http.StatusConflict, "state_conflict")
		p.ok(t, http.StatusNoContent, owner, "DELETE", "/coop/freight-templates/"+list.text("items.1.id"), nil)

		p.call(t, owner, "POST", "/coop/promotions", map[string]any{"threshold_fen": 100, "off_fen": 100, "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2020-01-01T00:00:00Z"}).wants(t, http.StatusBadRequest, "invalid_field")
		promotion := p.ok(t, http.StatusCreated, owner, "POST", "/coop/promotions", map[string]any{"threshold_fen": goods, "off_fen": 301, "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-12-31T00:00:00Z"})

		quote := p.ok(t, http.StatusOK, b.token, "POST", "/orders/quote", order)
		if quote.fen("discount_fen") != 301 || quote.fen("freight_fen") != 700 || quote.fen("total_fen") != goods+700-301 || quote.fen("due_fen") != 0 {
			t.Errorf("quote: %s", quote.raw)
		}
		bought := p.place(t, b, order)
		bought.made(t)
		if bought.fen("total_fen") != quote.fen("total_fen") || bought.fen("share_fen") != quote.fen("share_fen") || bought.fen("lines.0.net_fen") != goods-301 {
			t.Errorf("quoted %s, bought %s", quote.raw, bought.raw)
		}
		p.ok(t, http.StatusOK, owner, "GET", "/coop/promotions", nil)
		p.ok(t, http.StatusNoContent, owner, "DELETE", "/coop/promotions/"+promotion.text("id"), nil)
		if quote := p.ok(t, http.StatusOK, b.token, "POST", "/orders/quote", order); quote.fen("discount_fen") != 0 {
			t.Errorf("the promotion is over: %s", quote.raw)
		}
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+bought.text("id")+"/cancel", nil)
	})
}
