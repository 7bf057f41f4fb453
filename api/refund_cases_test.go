package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// queueOf answers how much waits in a queue of the desk, and since when.
func (p *program) queueOf(t *testing.T, token, name string) (count int64, oldest string) {
	t.Helper()
	queues := p.ok(t, http.StatusOK, token, "GET", "/ops/queues", nil)
	items, _ := queues.at("items").([]any)
	for i := range items {
		if at := fmt.Sprintf("items.%d.", i); queues.text(at+"queue") == name {
			return queues.fen(at + "count"), queues.text(at + "oldest_at")
		}
	}
	t.Fatalf("there is no queue %s: %s", name, queues.raw)
	return 0, ""
}

// waits fails unless so many wait in the queue, and since when is told if any do.
func (p *program) waits(t *testing.T, token, name string, want int64) {
	t.Helper()
	if count, oldest := p.queueOf(t, token, name); count != want || (oldest == "") != (want == 0) {
		t.Errorf("%s: %d since %q, want %d", name, count, oldest, want)
	}
}

func TestTheDeskSeesTheRefundsOfAllCooperatives(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, operator, auditor := p.basket(t), p.signIn(t, "13900000004"), p.signIn(t, demoAuditor)
		owner, placed := p.ofDemoCooperative(t, b, 4)
		orderID, subID, lineID := placed.text("id"), placed.text("sub_orders.0.id"), placed.text("lines.0.id")
		cooperative := placed.text("sub_orders.0.cooperative.id")
		lines := func(quantity int64) []any { return []any{map[string]any{"line_id": lineID, "quantity": quantity}} }
		early := p.refund(t, b, orderID, map[string]any{"reason": "请打 13912345678", "lines": lines(1)}).text("id")
		p.call(t, owner, "POST", "/coop/orders/"+subID+"/shipments", parcelBody(), "Idempotency-Key", p.key()).made(t)
		first := p.refund(t, b, orderID, map[string]any{"reason": "坏果", "lines": lines(1)}).text("id")
		second := p.refund(t, b, orderID, map[string]any{"reason": "破袋", "lines": lines(1)}).text("id")
		p.waits(t, auditor, "refunds_requested", 2)

		all := p.ok(t, http.StatusOK, operator, "GET", "/ops/refunds", nil)
		if all.text("items.0.id") != second || all.text("items.2.id") != early {
			t.Errorf("the newest first: %s", all.raw)
		}
		if all.text("items.2.reason") == "" || all.text("items.2.sub_orders.0.id") != subID || all.text("items.2.sub_orders.0.cooperative.name") == "" ||
			all.text("items.2.order_id") != orderID || all.text("items.2.lines.0.title") == "" || all.fen("items.2.share_reversed_fen") == 0 ||
			all.text("items.2.payments.0.tender") != "aid_card" {
			t.Errorf("a refund: %s", all.raw)
		}
		p.seal(t)
		posted := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/transactions/"+all.text("items.2.transaction_id"), nil)
		if posted.text("kind") != "refund" || posted.text("reference") != early || all.text("items.0.transaction_id") != "" {
			t.Errorf("from the refund to the ledger: %s", posted.raw)
		}

		page := p.ok(t, http.StatusOK, operator, "GET", "/ops/refunds?status=open&limit=1&cooperative_id="+cooperative, nil)
		next := p.ok(t, http.StatusOK, operator, "GET", "/ops/refunds?status=open&limit=1&cooperative_id="+cooperative+"&cursor="+page.text("next_cursor"), nil)
		if page.text("items.0.id") != first || next.text("items.0.id") != second || next.text("next_cursor") != "" {
			t.Errorf("of those that wait the oldest first: %s %s", page.raw, next.raw)
		}
		if none := p.ok(t, http.StatusOK, operator, "GET", "/ops/refunds?cooperative_id="+orderID, nil); none.text("items.0.id") != "" {
			t.Errorf("of nobody's cooperative: %s", none.raw)
		}
		p.call(t, operator, "GET", "/ops/refunds?status=odd", nil).wants(t, http.StatusBadRequest, "invalid_field")
		bad := p.call(t, operator, "GET", "/ops/refunds?cooperative_id=x&cursor=y", nil)
		if bad.wants(t, http.StatusBadRequest, "invalid_field"); bad.text("errors.1.field") == "" {
			t.Errorf("both are wrong: %s", bad.raw)
		}
		if seen := p.ok(t, http.StatusOK, auditor, "GET", "/ops/refunds", nil); strings.Contains(string(seen.raw), "13912345678") || seen.text("items.0.reason") != "" {
			t.Errorf("an auditor reads what people wrote: %s", seen.raw)
		}

		p.ok(t, http.StatusOK, owner, "POST", "/coop/refunds/"+first+"/approve", map[string]any{"goods_come_back": true})
		p.waits(t, auditor, "refunds_requested", 1)
		p.ok(t, http.StatusOK, b.token, "POST", "/refunds/"+first+"/return", parcelBody())
		p.waits(t, auditor, "refunds_returned", 1)
		p.ok(t, http.StatusOK, owner, "POST", "/coop/refunds/"+first+"/accept", nil)
		p.waits(t, auditor, "refunds_returned", 0)
	})
}

func TestARefundBeforeDispatchIsAboutEachCooperativeOfTheOrder(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, operator := p.basket(t), p.signIn(t, "13900000004")
		placed := p.twoParts(t, b)
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
		for i := range 2 {
			at := fmt.Sprintf("sub_orders.%d.", i)
			found := p.ok(t, http.StatusOK, operator, "GET", "/ops/refunds?cooperative_id="+placed.text(at+"cooperative.id"), nil)
			if found.text("items.0.order_id") != placed.text("id") || found.text("items.0."+at+"id") != placed.text(at+"id") || found.text("items.0.sub_orders.1.id") == "" {
				t.Errorf("of cooperative %d: %s", i, found.raw)
			}
		}
	})
}

// What another cooperative gave back is not its business, and its own sums agree.
func TestACooperativeSeesItsOwnPartOfARefundOfSeveral(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, owner := p.basket(t), p.signIn(t, demoCooperative)
		placed := p.twoParts(t, b)
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
		for i := range 2 {
			at := fmt.Sprintf("sub_orders.%d.", i)
			p.sql(t, "UPDATE memberships SET org_id = ? WHERE user_id = ?", placed.text(at+"cooperative.id"), p.ok(t, http.StatusOK, owner, "GET", "/me", nil).text("user.id"))
			part := p.ok(t, http.StatusOK, owner, "GET", "/coop/orders/"+placed.text(at+"id"), nil)
			goods, freight := part.fen("lines.0.refunded_fen"), part.fen("refunded_freight_fen")
			if part.fen("refunds.0.amount_fen") != goods+freight || part.fen("refunds.0.freight_fen") != freight || freight == 0 ||
				part.fen("refunds.0.share_reversed_fen") != (goods*500+5000)/10000 || part.at("refunds.0.lines.1") != nil {
				t.Errorf("of cooperative %d: %s", i, part.raw)
			}
		}
	})
}

func TestARefundThatItsGatewayKeepsRefusingIsShownToTheDesk(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, auditor, number := p.basket(t), p.signIn(t, demoAuditor), p.counter(t)
		placed, charge := p.unpaid(t, b, 1)
		p.pays(t, charge, "once", http.StatusOK)
		p.sql(t, "UPDATE localpay_keys SET refunds_to_fail = 3")
		p.waits(t, auditor, "gateway_refunds_failing", 0)
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
		for tries := range int64(3) {
			eventually(t, func() bool {
				return number("SELECT COUNT(*) FROM gateway_refunds WHERE tries = ?", tries+1) == 1 && number("SELECT refunds_to_fail FROM localpay_keys") == 2-tries
			})
			if tries < 2 {
				p.sql(t, "UPDATE gateway_refunds SET try_at = 1") // the time has come
			}
		}
		p.waits(t, auditor, "gateway_refunds_failing", 1)
		failing := p.ok(t, http.StatusOK, auditor, "GET", "/ops/gateway-refunds?failing=true", nil)
		if failing.text("items.0.order_id") != placed.text("id") || failing.fen("items.0.tries") != 3 || failing.text("items.0.next_try_at") == "" || failing.text("items.0.refund_id") == "" {
			t.Errorf("failing: %s", failing.raw)
		}
		p.sql(t, "UPDATE gateway_refunds SET try_at = 1")
		p.givenBackBecomes(t, charge, placed.fen("total_fen"))
		p.waits(t, auditor, "gateway_refunds_failing", 0)
		if done := p.ok(t, http.StatusOK, auditor, "GET", "/ops/gateway-refunds", nil); done.text("items.0.status") != "done" || done.text("items.0.reference") == "" {
			t.Errorf("done at last: %s", done.raw)
		}
	})
}
