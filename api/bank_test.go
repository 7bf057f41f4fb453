package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"zique/internal/clock"
	"zique/internal/storage"
)

// yesterday and theDayBefore are bank days that are over.
var (
	yesterday    = time.Now().In(clock.Shanghai).AddDate(0, 0, -1).Format(time.DateOnly)
	theDayBefore = time.Now().In(clock.Shanghai).AddDate(0, 0, -2).Format(time.DateOnly)
)

// byBank places an order of the demo's enterprise that is to be paid by bank.
func (p *program) byBank(t *testing.T, quantity int64) (b basket, placed reply) {
	t.Helper()
	return p.byBankOf(t, p.signIn(t, "13900000003"), quantity)
}

// byBankOf is byBank of a member of an enterprise.
func (p *program) byBankOf(t *testing.T, member string, quantity int64) (b basket, placed reply) {
	t.Helper()
	b = p.basket(t)
	b.token = member
	b.address = p.call(t, b.token, "POST", "/addresses", map[string]any{
		"name": "李四", "phone": "13912345678", "province": "湖南省", "city": "长沙市", "district": "岳麓区", "detail": "1 号"}).text("id")
	ask := b.order(quantity)
	delete(ask, "card_ids")
	ask["tender"] = "bank_transfer"
	placed = p.place(t, b, ask)
	placed.made(t)
	return b, placed
}

type statement struct {
	reference, day, memo string
	fen                  int64
}

// statementFile is a bank's file; its amounts are in yuan.
func statementFile(rows ...statement) []byte {
	file := "流水号,交易时间,付款户名,付款账号,金额（元）,附言\n"
	for _, r := range rows {
		file += fmt.Sprintf("%s,%s 10:00:00,演示企业,6222021234567890,%d.%02d,%s\n", r.reference, r.day, r.fen/100, r.fen%100, r.memo)
	}
	return []byte(file)
}

func (p *program) importBank(t *testing.T, token string, dryRun bool, file []byte) reply {
	t.Helper()
	started := p.ok(t, http.StatusAccepted, token, "POST", "/ops/bank-imports", map[string]any{"file_id": p.sheet(t, token, "流水.csv", file), "dry_run": dryRun})
	var r reply
	eventually(t, func() bool {
		r = p.ok(t, http.StatusOK, token, "GET", "/ops/bank-imports/"+started.text("id"), nil)
		return isOver(r)
	})
	return r
}

// differences are the open ones by bank reference: the reason, and the row's id.
func (p *program) differences(t *testing.T, token string) (why, ids map[string]string) {
	t.Helper()
	why, ids = map[string]string{}, map[string]string{}
	r := p.ok(t, http.StatusOK, token, "GET", "/ops/bank-rows?status=difference&limit=100", nil)
	items, _ := r.at("items").([]any)
	for i := range items {
		at := fmt.Sprintf("items.%d.", i)
		why[r.text(at+"bank_reference")], ids[r.text(at+"bank_reference")] = r.text(at+"why"), r.text(at+"id")
	}
	return why, ids
}

func TestAStatementImportedTwicePaysOnceAndTheRestWaitsForTwoPeople(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, first := p.byBank(t, 1)
		_, second := p.byBank(t, 2)
		_, third := p.byBank(t, 3)
		code := first.text("transfer.remittance_code")
		if first.text("status") != "awaiting_payment" || code == "" || first.text("transfer.number") == "" || first.fen("transfer.amount_fen") != first.fen("total_fen") {
			t.Fatalf("by bank: %s", first.raw)
		}
		if payBy, err := time.Parse(time.RFC3339, first.text("pay_by")); err != nil || time.Until(payBy) < 6*24*time.Hour {
			t.Errorf("to be paid by %s", first.text("pay_by"))
		}
		operator, other := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		total := first.fen("total_fen")
		rows := []statement{
			{"B1", yesterday, "货款 " + strings.ToLower(code[:6]) + " " + code[6:], total},
			{"B2", yesterday, second.text("transfer.remittance_code"), second.fen("total_fen") - 1},
			{"B3", yesterday, "谢谢", third.fen("total_fen")},
			{"B4", yesterday, "ZQ22222222", 100},
			{"B5", yesterday, code, total}, // paid a second time
			{"B6", yesterday, code + second.text("transfer.remittance_code"), 100},
			{"B1", yesterday, "货款 " + code, total}, // the same payment again
		}
		p.madeOperator(t, p.ok(t, http.StatusOK, b.token, "GET", "/me", nil).text("user.id"))
		if own := p.importBank(t, b.token, false, statementFile(rows[0])); own.text("status") != "failed" || own.fen("added") != 0 || own.text("errors.0.code") != "own_request" {
			t.Errorf("the buyer takes in what pays their order: %s", own.raw)
		}
		dry := p.importBank(t, operator, true, statementFile(rows...))
		if dry.text("status") != "done" || dry.fen("errors_total") != 0 || dry.fen("added") != 0 {
			t.Fatalf("dry: %s", dry.raw)
		}
		done := p.importBank(t, operator, false, statementFile(rows...))
		if done.fen("added") != 6 || done.fen("matched") != 1 || done.fen("repeated") != 1 {
			t.Errorf("imported: %s", done.raw)
		}
		again := p.importBank(t, other, false, statementFile(rows...))
		if again.fen("added") != 0 || again.fen("matched") != 0 || again.fen("repeated") != 7 {
			t.Errorf("imported again: %s", again.raw)
		}
		if paid := p.call(t, b.token, "GET", "/orders/"+first.text("id"), nil); paid.text("status") != "paid" || paid.at("transfer") != nil || paid.fen("share_fen") == 0 {
			t.Errorf("matched: %s", paid.raw)
		}
		why, ids := p.differences(t, operator)
		if fmt.Sprint(why) != "map[B2:wrong_amount B3:no_code B4:unknown_code B5:not_awaited B6:several_codes]" {
			t.Errorf("differences: %v", why)
		}

		match := func(row, order string) reply {
			return p.call(t, operator, "POST", "/ops/bank-rows/"+ids[row]+"/match", map[string]any{"order_id": order, "reason": "电话确认"})
		}
		match("B2", second.text("id")).wants(t, http.StatusConflict, "amount_differs")
		match("B5", first.text("id")).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, b.token, "POST", "/ops/bank-rows/"+ids["B3"]+"/match", map[string]any{"order_id": third.text("id"), "reason": "我的"}).wants(t, http.StatusForbidden, "own_request")
		p.call(t, b.token, "POST", "/ops/bank-rows/"+ids["B5"]+"/give-back", map[string]any{"bank_reference": "OUT0", "reason": "我的"}).wants(t, http.StatusForbidden, "own_request")
		p.decidedLongAgo(t)
		enterprise := p.ok(t, http.StatusOK, b.token, "GET", "/organisations", nil).text("items.0.id")
		asked := match("B3", third.text("id"))
		p.mayNotJoin(t, b.token, enterprise, "buyer", "13900000004", operator)
		p.call(t, b.token, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.isOwn(t, b.token, asked.text("id"))
		p.call(t, operator, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusOK, other, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
		p.mayNotJoin(t, b.token, enterprise, "buyer", "13900000005", other)
		if paid := p.call(t, b.token, "GET", "/orders/"+third.text("id"), nil); paid.text("status") != "paid" {
			t.Errorf("matched by hand: %s", paid.raw)
		}
		match("B3", second.text("id")).wants(t, http.StatusConflict, "state_conflict")

		back := func(row, reference string) reply {
			return p.call(t, operator, "POST", "/ops/bank-rows/"+ids[row]+"/give-back", map[string]any{"bank_reference": reference, "reason": "重复付款"})
		}
		back("B5", "B1").wants(t, http.StatusConflict, "bank_reference_used")
		back("B5", "").wants(t, http.StatusBadRequest, "invalid_field")
		asked = back("B5", "OUT1")
		p.ok(t, http.StatusOK, other, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
		why, _ = p.differences(t, operator)
		if len(why) != 3 {
			t.Errorf("differences that are left: %v", why)
		}
		p.waits(t, operator, "bank_differences", 3)
		p.closesTheDay(t, operator, rows)
		if open := p.ok(t, http.StatusOK, operator, "GET", "/ops/bank-rows?open=true", nil); open.text("items.0.id") != "" {
			t.Errorf("open, though carried over: %s", open.raw)
		}
	})
}

// isOwn wants a request to be shown to an operator as one that others decide.
func (p *program) isOwn(t *testing.T, operator, approvalID string) {
	t.Helper()
	list := p.ok(t, http.StatusOK, operator, "GET", "/approvals", nil)
	if list.text("items.0.id") != approvalID || list.at("items.0.may_decide") != false || list.at("items.0.is_own") != true {
		t.Errorf("what an operator may not decide: %s", list.raw)
	}
	p.call(t, operator, "POST", "/approvals/"+approvalID+"/reject", reasoned{"不要"}).wants(t, http.StatusForbidden, "own_request")
}

// bankPostingsName: who reads the books sees which order a bank's row paid, and which a refund gave back.
func (p *program) bankPostingsName(t *testing.T, operator, orderID string) {
	t.Helper()
	var rows []struct{ ID, Kind string }
	p.inDatabase(t, func(tx *storage.Tx) error {
		return tx.Raw("SELECT id, kind FROM ledger_transactions WHERE kind IN ('bank_receipt', 'refund', 'order_payment')").Scan(&rows).Error
	})
	named := map[string]bool{}
	for _, r := range rows {
		posted := p.ok(t, http.StatusOK, operator, "GET", "/ledger/transactions/"+r.ID, nil)
		named[r.Kind] = named[r.Kind] || posted.text("order_id") == orderID && (r.Kind != "bank_receipt" || posted.text("bank_reference") == "B1")
	}
	if !named["bank_receipt"] || !named["refund"] || !named["order_payment"] {
		t.Errorf("what names the order: %v", named)
	}
}

func (p *program) closesTheDay(t *testing.T, operator string, rows []statement) {
	t.Helper()
	at := "/ops/bank-days/" + yesterday + "/close"
	p.call(t, operator, "POST", "/ops/bank-days/2020-01-01/close", map[string]any{}).wants(t, http.StatusNotFound, "not_found")
	p.call(t, operator, "POST", at, map[string]any{}).wants(t, http.StatusConflict, "differences_open")
	closed := p.ok(t, http.StatusOK, operator, "POST", at, map[string]any{"carry_reason": "等对方回电"})
	p.waits(t, operator, "bank_differences", 0) // carried over: not today's work any more
	if closed.text("closed_at") == "" || closed.fen("rows") != 6 || closed.fen("carried") != 3 || closed.fen("differences") != 0 {
		t.Errorf("closed: %s", closed.raw)
	}
	p.ok(t, http.StatusOK, operator, "POST", at, map[string]any{}) // repeated
	late := p.importBank(t, operator, false, statementFile(append(rows, statement{"B7", yesterday, "", 5})...))
	if late.text("status") != "failed" || late.fen("errors_total") != 1 || late.text("errors.0.code") != "day_closed" || late.fen("errors.0.row") != 9 {
		t.Errorf("a row of a closed day: %s", late.raw)
	}
	reused := p.importBank(t, operator, true, statementFile(statement{"B1", yesterday, "", 5}, statement{"坏", "x", "", 0}))
	if reused.fen("errors_total") != 3 {
		t.Errorf("bad cells: %s", reused.raw)
	}
	if days := p.ok(t, http.StatusOK, operator, "GET", "/ops/bank-days", nil); days.text("items.0.day") != yesterday {
		t.Errorf("days: %s", days.raw)
	}
}

func TestOnlyMembersOfEnterprisesPayByBank(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		ask := b.order(1)
		delete(ask, "card_ids")
		ask["tender"] = "bank_transfer"
		refused := p.place(t, b, ask)
		if refused.wants(t, http.StatusForbidden, "forbidden"); refused.text("errors.0.field") != "tender" {
			t.Errorf("a buyer's transfer: %s", refused.raw)
		}
		ask["tender"] = "gold"
		p.place(t, b, ask).wants(t, http.StatusBadRequest, "invalid_field")

		offered := func(token string, headers ...string) bool {
			return bytes.Contains(p.ok(t, http.StatusOK, token, "GET", "/tenders", nil, headers...).raw, []byte("bank_transfer"))
		}
		secretary := p.signIn(t, "13900000003")
		if offered("") || offered(b.token) || offered(p.signIn(t, "13900000002")) {
			t.Error("who may not pay by bank is offered to")
		}
		for who, token := range map[string]string{"a member": secretary, "a buyer": b.token} {
			foreign := p.call(t, token, "GET", "/tenders", nil, "Zique-Org", "1")
			if foreign.wants(t, http.StatusForbidden, "forbidden"); foreign.text("errors.0.field") != "Zique-Org" {
				t.Errorf("%s for an organisation of others: %s", who, foreign.raw)
			}
		}
		member := p.signIn(t, "13900000002")
		if offered(member, "Zique-Org", p.call(t, member, "GET", "/me", nil).text("memberships.0.org_id")) {
			t.Error("a cooperative is offered to pay by bank")
		}
		if !offered(secretary) {
			t.Error("an enterprise's secretary is not offered to pay by bank")
		}
		p.sql(t, "UPDATE organisations SET status = 'suspended' WHERE kind = 'enterprise'")
		if offered(secretary) {
			t.Error("who is suspended is offered to pay by bank")
		}
		p.call(t, "gone", "GET", "/tenders", nil).wants(t, http.StatusUnauthorized, "unauthenticated")
	})
}

func TestARefundOfAnOrderPaidByBankIsTransferredByAnOperator(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, placed := p.byBank(t, 1)
		operator, other := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		enterprise := p.ok(t, http.StatusOK, b.token, "GET", "/organisations", nil).text("items.0.id")
		p.importBank(t, operator, false, statementFile(statement{"B1", yesterday, placed.text("transfer.remittance_code"), placed.fen("total_fen")}))
		p.mayNotJoin(t, b.token, enterprise, "finance", "13900000004", operator)
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
		list := p.ok(t, http.StatusOK, operator, "GET", "/ops/refund-transfers", nil)
		if list.fen("items.0.amount_fen") != placed.fen("total_fen") || list.text("items.0.payee_account") != "6222021234567890" || list.text("items.0.order_id") != placed.text("id") {
			t.Fatalf("to transfer: %s", list.raw)
		}
		p.waits(t, operator, "refund_transfers", 1)
		p.bankPostingsName(t, operator, placed.text("id"))
		at := "/ops/refund-transfers/" + list.text("items.0.id") + "/done"
		p.call(t, operator, "POST", at, map[string]any{"bank_reference": "OUT1"}).wants(t, http.StatusForbidden, "own_request") // they took it in
		p.call(t, other, "POST", at, map[string]any{"bank_reference": "B1"}).wants(t, http.StatusConflict, "bank_reference_used")
		colleague, phone, colleagueID := p.person(t, "财务")
		invited := p.ok(t, http.StatusCreated, b.token, "POST", "/organisations/"+enterprise+"/invitations", map[string]any{"phone": phone, "role": "finance"})
		p.ok(t, http.StatusOK, colleague, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		p.madeOperator(t, colleagueID)
		p.call(t, colleague, "POST", at, map[string]any{"bank_reference": "OUT1"}).wants(t, http.StatusForbidden, "own_request")
		for range 2 {
			p.ok(t, http.StatusNoContent, other, "POST", at, map[string]any{"bank_reference": "OUT1"})
		}
		p.mayNotJoin(t, b.token, enterprise, "finance", "13900000005", other)
		p.call(t, other, "POST", at, map[string]any{"bank_reference": "OUT2"}).wants(t, http.StatusConflict, "state_conflict")
		if list = p.ok(t, http.StatusOK, operator, "GET", "/ops/refund-transfers", nil); list.text("items.0.id") != "" {
			t.Errorf("after the transfer: %s", list.raw)
		}
		p.waits(t, operator, "refund_transfers", 0)
	})
}

// The order remembers for which organisation it was placed, also when its buyer has left.
func TestNobodyTakesInWhatPaysAnOrderOfTheirEnterpriseWhoeverPlacedIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary := p.signIn(t, "13900000003")
		me := p.ok(t, http.StatusOK, secretary, "GET", "/me", nil)
		orgID := me.text("memberships.0.org_id")
		buyer := p.colleague(t, secretary, orgID, "buyer")
		_, placed := p.byBankOf(t, buyer, 1)
		p.ok(t, http.StatusNoContent, secretary, "DELETE", "/organisations/"+orgID+"/members/"+p.ok(t, http.StatusOK, buyer, "GET", "/me", nil).text("user.id"), nil)
		p.madeOperator(t, me.text("user.id"))
		var rows []statement
		for i := range 60 { // more than are taken in at once
			rows = append(rows, statement{fmt.Sprint("H", i), yesterday, "", 5})
		}
		rows = append(rows, statement{"OWN", yesterday, placed.text("transfer.remittance_code"), placed.fen("total_fen")})
		for _, dry := range []bool{true, false} {
			r := p.importBank(t, secretary, dry, statementFile(rows...))
			if r.fen("errors_total") != 1 || r.text("errors.0.code") != "own_request" || r.fen("errors.0.row") != 62 || r.fen("added") != 0 {
				t.Errorf("dry %v: %s", dry, r.raw)
			}
		}
		if n := p.counter(t)("SELECT COUNT(*) FROM bank_rows"); n != 0 {
			t.Errorf("%d rows of a refused file are in", n)
		}

		// Who took it in sees what the bank said of it, and no name of a buyer who is gone.
		operator := p.signIn(t, "13900000004")
		p.importBank(t, operator, false, statementFile(statement{"OWN", yesterday, placed.text("transfer.remittance_code") + " 同事代付", placed.fen("total_fen")}))
		p.ok(t, http.StatusOK, buyer, "POST", "/orders/"+placed.text("id")+"/cancel", nil)
		p.ok(t, http.StatusNoContent, buyer, "POST", "/me/deletion", map[string]any{"password": demoPassword})
		if left := p.ok(t, http.StatusOK, operator, "GET", "/ops/bank-rows", nil); !strings.HasSuffix(left.text("items.0.memo"), " 已注销用户代付") || left.text("items.0.payer_name") != "演示企业" {
			t.Errorf("the payment of somebody gone: %s", left.raw)
		}
	})
}

func TestABankReferenceIsOfOneTransferWhateverItIsFor(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		p.everyMovement(t) // OUT1 gave a row back, OUT2 a refund; yesterday is closed
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		used := func(r reply) { t.Helper(); r.wants(t, http.StatusConflict, "bank_reference_used") }
		owner, _ := p.closedSale(t, p.basket(t), 1)
		run := p.settled(t, county)
		owed := p.ok(t, http.StatusOK, owner, "GET", "/coop/statements", nil).text("items.0.id")
		p.approved(t, owner, run, owed)
		p.saved(t, county, "/ops/settlements/"+run+"/payout-file")
		for _, reference := range []string{"OUT1", "out2", "O U T 1", "B1", "b2", `n"<1>\\`} {
			used(p.paysOut(t, owed, reference))
		}
		p.paysOut(t, owed, "Pay 3").made(t)

		member, byBank := p.byBank(t, 1)
		p.importBank(t, county, false, statementFile(statement{"B3", theDayBefore, "", 7}, statement{"B4", theDayBefore, byBank.text("transfer.remittance_code"), byBank.fen("total_fen")}))
		_, rows := p.differences(t, county)
		used(p.call(t, county, "POST", "/ops/bank-rows/"+rows["B3"]+"/give-back", map[string]any{"bank_reference": "PAY3", "reason": "误付"}))
		asked := p.ok(t, http.StatusAccepted, county, "POST", "/ops/bank-rows/"+rows["B3"]+"/give-back", map[string]any{"bank_reference": "OUT4", "reason": "误付"})
		p.ok(t, http.StatusOK, member.token, "POST", "/orders/"+byBank.text("id")+"/cancel", nil)
		done := "/ops/refund-transfers/" + p.ok(t, http.StatusOK, county, "GET", "/ops/refund-transfers", nil).text("items.0.id") + "/done"
		used(p.call(t, federation, "POST", done, map[string]any{"bank_reference": "pay3"}))
		p.ok(t, http.StatusNoContent, federation, "POST", done, map[string]any{"bank_reference": "out4"})
		used(p.call(t, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil))
	})
}
