package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

const cooperativePhone = "13900000002"

// draftOf asks the demo's cooperative for dry grains of two of its villages.
func (p *program) draftOf(t *testing.T) map[string]any {
	t.Helper()
	owner := p.signIn(t, cooperativePhone)
	served := p.ok(t, http.StatusOK, owner, "GET", "/coop/villages", nil)
	line := func(village, title string, quantity int64) map[string]any {
		return map[string]any{"village_id": village, "title": title, "unit": "公斤", "quantity": quantity, "wanted_fen": 900}
	}
	return map[string]any{"cooperative_id": p.ok(t, http.StatusOK, owner, "GET", "/me", nil).text("memberships.0.org_id"), "terms_days": 30,
		"contact_name": "李四", "contact_phone": "13912345678", "address": "湖南省长沙市岳麓区 1 号",
		"lines": []any{line(served.text("items.0.id"), "旱杂粮·荞麦", 1000), line(served.text("items.0.id"), "旱杂粮·红豆", 33)}}
}

func (p *program) drafted(t *testing.T) reply {
	t.Helper()
	placed := p.call(t, p.signIn(t, secretaryPhone), "POST", "/ent/purchase-orders", p.draftOf(t), "Idempotency-Key", p.key())
	placed.made(t)
	return placed
}

func quoteOf(placed reply, prices ...int64) map[string]any {
	var lines []any
	for i, price := range prices {
		lines = append(lines, map[string]any{"line_id": placed.text(fmt.Sprintf("lines.%d.id", i)), "price_fen": price})
	}
	return map[string]any{"deliver_by": "2027-06-30", "lines": lines}
}

func formOf(placed reply, accepted ...int64) map[string]any {
	var lines []any
	for i, quantity := range accepted {
		lines = append(lines, map[string]any{"line_id": placed.text(fmt.Sprintf("lines.%d.id", i)), "accepted_quantity": quantity, "reason": "受潮"})
	}
	return map[string]any{"lines": lines}
}

// deliveredPurchase is approved by the finance officer, and on its way.
func (p *program) deliveredPurchase(t *testing.T) reply {
	t.Helper()
	placed := p.drafted(t)
	owner, at := p.signIn(t, cooperativePhone), "/purchase-orders/"+placed.text("id")
	p.ok(t, http.StatusOK, owner, "POST", "/coop"+at+"/quote", quoteOf(placed, 850, 1233))
	p.ok(t, http.StatusOK, p.signIn(t, financePhone), "POST", "/ent"+at+"/approve", nil)
	return p.ok(t, http.StatusOK, owner, "POST", "/coop"+at+"/deliver", map[string]any{"carrier": "自送", "delivery_note": "SH-1"})
}

// acceptedPurchase owes 850.00 × 990 … and its share.
func (p *program) acceptedPurchase(t *testing.T) reply {
	t.Helper()
	placed := p.deliveredPurchase(t)
	return p.ok(t, http.StatusOK, p.signIn(t, secretaryPhone), "POST", "/ent/purchase-orders/"+placed.text("id")+"/accept", formOf(placed, 990, 33))
}

// paidPurchase is paid by a row of a bank statement.
func (p *program) paidPurchase(t *testing.T, reference string) reply {
	t.Helper()
	due := p.acceptedPurchase(t)
	done := p.importBank(t, p.signIn(t, countyPhone), false, statementFile(statement{reference, theDayBefore, due.text("transfer.remittance_code"), due.fen("due_fen")}))
	if done.fen("matched") != 1 {
		t.Fatalf("paid: %s", done.raw)
	}
	return p.ok(t, http.StatusOK, p.signIn(t, secretaryPhone), "GET", "/ent/purchase-orders/"+due.text("id"), nil)
}

func TestAPurchaseOrderGoesFromQuoteToPaymentByDifferentPeople(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, finance, owner := p.signIn(t, secretaryPhone), p.signIn(t, financePhone), p.signIn(t, cooperativePhone)
		placed := p.drafted(t)
		ent, coop := "/ent/purchase-orders/"+placed.text("id"), "/coop/purchase-orders/"+placed.text("id")
		if placed.text("status") != "requested" || placed.text("address") != "" {
			t.Errorf("drafted: %s", placed.raw)
		}
		p.call(t, finance, "POST", ent+"/approve", nil).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, owner, "POST", coop+"/deliver", map[string]any{"carrier": "x", "delivery_note": "x"}).wants(t, http.StatusConflict, "state_conflict")
		for range 2 {
			quoted := p.ok(t, http.StatusOK, owner, "POST", coop+"/quote", quoteOf(placed, 850, 1233))
			if quoted.text("status") != "quoted" || quoted.fen("quoted_fen") != 850_000+40_689 || quoted.fen("expected_share_fen") != 42_500+2_034 || quoted.text("address") == "" {
				t.Errorf("quoted: %s", quoted.raw)
			}
		}
		p.call(t, owner, "POST", coop+"/decline", reasoned{"无货"}).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, secretary, "POST", ent+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusOK, finance, "POST", ent+"/approve", nil)
		p.call(t, secretary, "GET", ent+"/acceptance-form", nil).wants(t, http.StatusConflict, "state_conflict")
		p.ok(t, http.StatusOK, owner, "POST", coop+"/deliver", map[string]any{"carrier": "自送", "delivery_note": "SH-1"})
		p.call(t, secretary, "POST", ent+"/cancel", reasoned{"不要了"}).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, finance, "POST", ent+"/accept", formOf(placed, 990, 33)).wants(t, http.StatusForbidden, "own_request")
		due := p.ok(t, http.StatusOK, secretary, "POST", ent+"/accept", formOf(placed, 990, 33))
		// 990 × 8.50 + 33 × 12.33, and 5 % of each line, half up, on top.
		if due.text("status") != "accepted" || due.fen("goods_fen") != 841_500+40_689 || due.fen("share_fen") != 42_075+2_034 || due.fen("due_fen") != 926_298 ||
			due.fen("transfer.amount_fen") != 926_298 || due.text("lines.0.rejected_reason") != "受潮" || due.text("lines.1.rejected_reason") != "" || due.at("overdue") != false {
			t.Errorf("accepted: %s", due.raw)
		}
		if seen := p.ok(t, http.StatusOK, owner, "GET", coop, nil); seen.at("transfer") != nil {
			t.Errorf("the cooperative sees how to pay: %s", seen.raw)
		}
		if form := p.saved(t, owner, coop+"/acceptance-form"); !strings.HasPrefix(string(form.raw), "%PDF") {
			t.Errorf("form: %.20s", form.raw)
		}
		p.sql(t, "UPDATE purchase_orders SET due_day = '2026-01-01'")
		if late := p.ok(t, http.StatusOK, secretary, "GET", ent, nil); late.at("overdue") != true {
			t.Errorf("overdue: %s", late.raw)
		}
		if seen := p.ok(t, http.StatusOK, p.signIn(t, demoAuditor), "GET", "/ops/purchase-orders/"+placed.text("id"), nil); seen.text("contact_name") != "李**" || seen.text("contact_phone") == "13912345678" || seen.text("address") != "" {
			t.Errorf("an auditor sees: %s", seen.raw)
		}
		p.purchaseIsPaid(t, due)
	})
}

// purchaseIsPaid: other money is a difference; the right one is the cooperative's and the
// village's at once, on their statements, down to the line.
func (p *program) purchaseIsPaid(t *testing.T, due reply) {
	t.Helper()
	county, owner := p.signIn(t, countyPhone), p.signIn(t, cooperativePhone)
	code, amount := due.text("transfer.remittance_code"), due.fen("due_fen")
	stranger := strings.Replace(string(statementFile(statement{"P2", yesterday, code, amount})), "演示企业", "别的公司", 1)
	before := p.ok(t, http.StatusOK, "", "GET", "/public/board", nil)
	p.importBank(t, county, false, statementFile(statement{"P1", yesterday, code, amount - 1}))
	p.importBank(t, county, false, []byte(stranger))
	why, rows := p.differences(t, county)
	if why["P1"] != "wrong_amount" || why["P2"] != "wrong_payer" {
		t.Errorf("differences: %v", why)
	}
	match := map[string]any{"purchase_order_id": due.text("id"), "reason": "集团代付"}
	p.call(t, county, "POST", "/ops/bank-rows/"+rows["P1"]+"/match", match).wants(t, http.StatusConflict, "amount_differs")
	asked := p.ok(t, http.StatusAccepted, county, "POST", "/ops/bank-rows/"+rows["P2"]+"/match", match)
	p.ok(t, http.StatusOK, p.signIn(t, federationPhone), "POST", "/approvals/"+asked.text("id")+"/approve", nil)
	if paid := p.ok(t, http.StatusOK, owner, "GET", "/coop/purchase-orders/"+due.text("id"), nil); paid.text("status") != "paid" {
		t.Errorf("paid: %s", paid.raw)
	}
	p.importBank(t, county, false, statementFile(statement{"P3", yesterday, code, amount}))
	if why, _ := p.differences(t, county); why["P3"] != "not_awaited" {
		t.Errorf("paid twice: %v", why)
	}
	after := p.ok(t, http.StatusOK, "", "GET", "/public/board", nil)
	if grown := after.fen("consumption.goods_fen") - before.fen("consumption.goods_fen"); grown != due.fen("goods_fen") {
		t.Errorf("the board grew by %d", grown)
	}
	p.settled(t, county)
	statement := p.ok(t, http.StatusOK, owner, "GET", "/coop/statements/"+p.ok(t, http.StatusOK, owner, "GET", "/coop/statements", nil).text("items.0.id"), nil)
	if statement.fen("closing_fen") != due.fen("goods_fen") || statement.text("items.0.lines.0.purchase_order_id") != due.text("id") || statement.fen("items.0.lines.1.amount_fen") != 40_689 || statement.fen("items.0.freight_fen") != 0 {
		t.Errorf("the cooperative's statement: %s", statement.raw)
	}
	village := due.text("lines.0.village.id")
	shares := p.ok(t, http.StatusOK, county, "GET", "/ops/villages/"+village+"/shares", nil)
	if got := []int64{shares.fen("items.0.amount_fen"), shares.fen("items.1.amount_fen")}; !slices.Contains(got, 42_075) || !slices.Contains(got, 2_034) || shares.text("items.0.bearer") != "buyer" {
		t.Errorf("the village's shares: %s", shares.raw)
	}
	villages := p.ok(t, http.StatusOK, county, "GET", "/ops/statements?kind=village_collective", nil)
	if villages.fen("items.0.closing_fen") != due.fen("share_fen") {
		t.Errorf("the collective's statement: %s", villages.raw)
	}
	drilled := p.ok(t, http.StatusOK, county, "GET", "/ops/statements/"+villages.text("items.0.id"), nil)
	if drilled.fen("items.0.lines.0.amount_fen")+drilled.fen("items.0.lines.1.amount_fen") != due.fen("share_fen") {
		t.Errorf("the collective's lines: %s", drilled.raw)
	}
	if money := p.ok(t, http.StatusOK, owner, "GET", "/coop/money", nil); money.fen("available_fen") != due.fen("goods_fen") || money.fen("shares_fen") != due.fen("share_fen") {
		t.Errorf("the cooperative's money: %s", money.raw)
	}
}

func TestAPurchaseOrderNamesEveryWrongField(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, owner := p.signIn(t, secretaryPhone), p.signIn(t, cooperativePhone)
		wrong := func(token, path string, body any, key string, fields ...string) {
			t.Helper()
			r := p.call(t, token, "POST", path, body, "Idempotency-Key", key)
			var found []string
			for i := range 9 {
				if field := r.text(fmt.Sprintf("errors.%d.field", i)); field != "" {
					found = append(found, field+" "+r.text(fmt.Sprintf("errors.%d.code", i)))
				}
			}
			if r.status != http.StatusBadRequest || !slices.Equal(found, fields) {
				t.Errorf("%s: %d %v", path, r.status, found)
			}
		}
		draft := func(change func(map[string]any)) map[string]any {
			body := p.draftOf(t)
			change(body)
			return body
		}
		for _, c := range []struct {
			change func(map[string]any)
			fields []string
		}{
			{func(b map[string]any) { b["terms_days"], b["contact_phone"], b["address"] = 181, "1", "a\nb" }, []string{"contact_phone invalid", "address invalid", "terms_days invalid"}},
			{func(b map[string]any) { b["lines"] = []any{} }, []string{"lines invalid"}},
			{func(b map[string]any) { b["cooperative_id"] = "5" }, []string{"cooperative_id unknown"}},
			{func(b map[string]any) {
				b["lines"].([]any)[1] = map[string]any{"village_id": "5", "title": "x", "unit": "公斤", "quantity": 0, "wanted_fen": -1}
			}, []string{"lines[1].quantity invalid", "lines[1].wanted_fen invalid", "lines[1].village_id not_served"}},
			{func(b map[string]any) {
				b["lines"].([]any)[0] = map[string]any{"product_id": "5", "unit": "公斤", "quantity": int64(1) << 60}
			}, []string{"lines[0].quantity invalid", "lines[0].product_id unknown"}},
			{func(b map[string]any) {
				b["lines"].([]any)[0] = map[string]any{"title": "x", "unit": "公斤", "quantity": 1}
			}, []string{"lines[0].village_id not_an_id"}},
		} {
			wrong(secretary, "/ent/purchase-orders", draft(c.change), p.key(), c.fields...)
		}
		placed := p.drafted(t)
		ent, coop := "/ent/purchase-orders/"+placed.text("id"), "/coop/purchase-orders/"+placed.text("id")
		wrong(owner, coop+"/quote", map[string]any{"deliver_by": "2026-02-30", "lines": []any{}}, "", "deliver_by invalid", "lines[0].price_fen invalid", "lines[1].price_fen invalid")
		p.ok(t, http.StatusOK, owner, "POST", coop+"/quote", quoteOf(placed, 1, 1))
		p.ok(t, http.StatusOK, p.signIn(t, financePhone), "POST", ent+"/approve", nil)
		wrong(owner, coop+"/deliver", map[string]any{"carrier": "", "delivery_note": "a\nb"}, "", "carrier required", "delivery_note invalid")
		p.ok(t, http.StatusOK, owner, "POST", coop+"/deliver", map[string]any{"carrier": "自送", "delivery_note": "SH-1"})
		wrong(secretary, ent+"/accept", formOf(placed, 1001), "", "lines incomplete", "lines[0].accepted_quantity invalid", "lines[1].line_id required")
		if none := p.ok(t, http.StatusOK, secretary, "POST", ent+"/accept", formOf(placed, 0, 0)); none.text("status") != "rejected" || none.fen("due_fen") != 0 || none.at("transfer") != nil {
			t.Errorf("nothing was accepted: %s", none.raw)
		}
		declined := p.drafted(t)
		for range 2 {
			p.ok(t, http.StatusOK, owner, "POST", "/coop/purchase-orders/"+declined.text("id")+"/decline", reasoned{"无货"})
		}
		p.call(t, p.signIn(t, demoBuyer), "GET", ent, nil).wants(t, http.StatusForbidden, "forbidden")
	})
}

// TestAPurchaseOrderIsPaidAndAcceptedOnce: everybody at once changes it once.
func TestAPurchaseOrderIsPaidAndAcceptedOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		placed := p.deliveredPurchase(t)
		secretary, at := p.signIn(t, secretaryPhone), "/ent/purchase-orders/"+placed.text("id")
		p.signIn(t, countyPhone)
		third := p.colleague(t, secretary, placed.text("enterprise.id"), "buyer")
		var all sync.WaitGroup
		for i, who := range []string{secretary, third, secretary, third} {
			all.Go(func() { p.call(t, who, "POST", at+"/accept", formOf(placed, 900+int64(i), 33)) })
		}
		all.Wait()
		due := p.ok(t, http.StatusOK, secretary, "GET", at, nil)
		if due.text("status") != "accepted" || due.fen("goods_fen") != due.fen("lines.0.goods_fen")+due.fen("lines.1.goods_fen") {
			t.Fatalf("accepted: %s", due.raw)
		}
		county, federation := p.signIn(t, countyPhone), p.signIn(t, federationPhone)
		for i, who := range []string{county, federation} {
			all.Go(func() {
				p.importBank(t, who, false, statementFile(statement{fmt.Sprint("R", i), yesterday, due.text("transfer.remittance_code"), due.fen("due_fen")}))
			})
		}
		all.Wait()
		if why, _ := p.differences(t, county); len(why) != 1 {
			t.Errorf("differences: %v", why)
		}
		if n := p.counter(t)("SELECT COUNT(*) FROM ledger_transactions WHERE kind = 'purchase_payment'"); n != 1 {
			t.Errorf("posted %d times", n)
		}
	})
}

// TestWhoCancelsAPurchaseOrderEndsIt: nobody goes on with it, and nobody acts for both sides.
func TestWhoCancelsAPurchaseOrderEndsIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, owner := p.signIn(t, secretaryPhone), p.signIn(t, cooperativePhone)
		both := p.drafted(t)
		at := "/purchase-orders/" + both.text("id")
		double := p.colleague(t, secretary, both.text("enterprise.id"), "buyer")
		p.sql(t, "INSERT INTO memberships (org_id, user_id, role, role_since, created_at) VALUES ("+both.text("cooperative.id")+", "+
			p.ok(t, http.StatusOK, double, "GET", "/me", nil).text("user.id")+", 'accountant', 0, 1)")
		p.call(t, double, "POST", "/coop"+at+"/quote", quoteOf(both, 850, 1233)).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusOK, owner, "POST", "/coop"+at+"/quote", quoteOf(both, 850, 1233))
		p.call(t, double, "POST", "/ent"+at+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusOK, p.signIn(t, financePhone), "POST", "/ent"+at+"/approve", nil)
		for range 2 {
			if gone := p.ok(t, http.StatusOK, secretary, "POST", "/ent"+at+"/cancel", reasoned{"改期"}); gone.text("status") != "cancelled" || gone.text("reason") != "改期" {
				t.Errorf("cancelled: %s", gone.raw)
			}
		}
		p.call(t, owner, "POST", "/coop"+at+"/deliver", map[string]any{"carrier": "自送", "delivery_note": "SH-1"}).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, p.signIn(t, financePhone), "POST", "/ent"+at+"/cancel", reasoned{"改期"}).wants(t, http.StatusConflict, "state_conflict")
		if told := p.inbox(t, owner, "purchase_cancelled"); told.text("items.0.id") == "" {
			t.Errorf("the cooperative is not told: %s", told.raw)
		}
	})
}

// TestWhoIsGoneReceivesNoGoods: the contact of a purchase order goes with their account.
func TestWhoIsGoneReceivesNoGoods(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		token, phone, _ := p.person(t, "王五")
		body := p.draftOf(t)
		body["contact_name"], body["contact_phone"] = "王五", phone
		secretary := p.signIn(t, secretaryPhone)
		placed := p.call(t, secretary, "POST", "/ent/purchase-orders", body, "Idempotency-Key", p.key())
		placed.made(t)
		at := "/ent/purchase-orders/" + placed.text("id")
		if seen := p.ok(t, http.StatusOK, secretary, "GET", at, nil); seen.text("contact_phone") != phone {
			t.Errorf("before: %s", seen.raw)
		}
		p.ok(t, http.StatusNoContent, token, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		if seen := p.ok(t, http.StatusOK, secretary, "GET", at, nil); seen.text("contact_phone") != "" || seen.text("contact_name") != "" || seen.text("address") == "" {
			t.Errorf("after: %s", seen.raw)
		}
	})
}
