package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"zique/internal/money"
	"zique/internal/order"
)

// closedSale lets the demo cooperative sell and send units of a product, and ends the
// after-sale window at once.
func (p *program) closedSale(t *testing.T, b basket, quantity int64) (owner string, placed reply) {
	t.Helper()
	owner, placed = p.ofDemoCooperative(t, b, quantity)
	subID := placed.text("sub_orders.0.id")
	p.call(t, owner, "POST", "/coop/orders/"+subID+"/shipments", parcelBody(), "Idempotency-Key", p.key()).made(t)
	p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+placed.text("id")+"/receipt", nil)
	p.sql(t, "UPDATE sub_orders SET due_at = 1 WHERE id = ?", subID)
	if err := (order.Lifecycle{Timing: order.DefaultTiming}).Advance(t.Context(), p.database(t)); err != nil {
		t.Fatal(err)
	}
	return owner, placed
}

// settled begins a settlement and waits until its statements are made.
func (p *program) settled(t *testing.T, operator string) (settlementID string) {
	t.Helper()
	begun := p.call(t, operator, "POST", "/ops/settlements", map[string]any{"note": "赶集前"}, "Idempotency-Key", p.key())
	begun.made(t)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); ; <-tick.C {
		run := p.ok(t, http.StatusOK, operator, "GET", "/ops/settlements/"+begun.text("id"), nil)
		if run.text("status") == "open" {
			return begun.text("id")
		}
		if time.Now().After(end) {
			t.Fatalf("the settlement is not made: %s", run.raw)
		}
	}
}

// payable gives the owner's organisation an account that may be paid to at once; whoever has
// the phone decides.
func (p *program) payable(t *testing.T, owner, decider string) {
	t.Helper()
	orgID := p.ok(t, http.StatusOK, owner, "GET", "/me", nil).text("memberships.0.org_id")
	asked := p.ok(t, http.StatusAccepted, owner, "POST", "/organisations/"+orgID+"/payee-accounts", payee("6222021234567890"))
	p.ok(t, http.StatusOK, p.signIn(t, decider), "POST", "/approvals/"+asked.text("id")+"/approve", nil)
	p.sql(t, "UPDATE payee_accounts SET usable_from = 1")
}

// approved lets a cooperative's statement be confirmed, and its run's payout be asked for and approved.
func (p *program) approved(t *testing.T, owner, run, statement string) {
	t.Helper()
	p.ok(t, http.StatusOK, owner, "POST", "/coop/statements/"+statement+"/confirm", nil)
	request := p.ok(t, http.StatusAccepted, p.signIn(t, "13900000004"), "POST", "/ops/settlements/"+run+"/request-approval", reasoned{"月结"})
	p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/approvals/"+request.text("id")+"/approve", nil)
}

// paysOut records that the bank has paid a statement.
func (p *program) paysOut(t *testing.T, statement, reference string) reply {
	t.Helper()
	return p.call(t, p.signIn(t, "13900000004"), "POST", "/ops/statements/"+statement+"/pay",
		map[string]any{"bank_reference": reference, "paid_at": time.Now().UTC().Add(-time.Minute).Format(time.RFC3339)}, "Idempotency-Key", p.key())
}

// saved downloads a file.
func (p *program) saved(t *testing.T, token, path string) reply {
	t.Helper()
	r := p.fetch(t, token, "GET", path, nil)
	if r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("GET %s: %d %.300s", path, r.status, r.raw)
	}
	return r
}

// head makes somebody the head of the collective of a village.
func (p *program) head(t *testing.T, county, villageID string) (token, collectiveID string) {
	t.Helper()
	token, phone, _ := p.person(t, "村支书")
	collectiveID = p.ok(t, http.StatusOK, "", "GET", "/villages/"+villageID, nil).text("collective_id")
	invited := p.ok(t, http.StatusCreated, county, "POST", "/ops/collectives/"+collectiveID+"/invitations", map[string]any{"phone": phone})
	p.ok(t, http.StatusOK, token, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
	return token, collectiveID
}

// mayNotJoin: an operator who has lately done something about an organisation does not accept
// its invitation.
func (p *program) mayNotJoin(t *testing.T, manager, orgID, role, phone, operator string) {
	t.Helper()
	invited := p.ok(t, http.StatusCreated, manager, "POST", "/organisations/"+orgID+"/invitations", map[string]any{"phone": phone, "role": role})
	p.call(t, operator, "POST", "/invitations/"+invited.text("id")+"/accept", nil).wants(t, http.StatusConflict, "decided_lately")
}

func TestASettlementIsConfirmedApprovedPaidAndClosed(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		owner, placed := p.closedSale(t, b, 2)
		county, federation, auditor := p.signIn(t, "13900000004"), p.signIn(t, "13900000005"), p.signIn(t, demoAuditor)
		head, _ := p.head(t, county, placed.text("lines.0.village_id"))
		lineID, share := placed.text("lines.0.id"), placed.fen("share_fen")

		if money := p.ok(t, http.StatusOK, owner, "GET", "/coop/money", nil); money.fen("available_fen") != placed.fen("total_fen")-share || money.fen("shares_fen") != share {
			t.Errorf("the cooperative's money: %s", money.raw)
		}
		if shares := p.ok(t, http.StatusOK, head, "GET", "/village/shares", nil); shares.text("items.0.line_id") != lineID || shares.text("items.0.rule_name") == "" || shares.fen("items.0.amount_fen") != share {
			t.Errorf("the village's shares: %s", shares.raw)
		}
		if back := p.ok(t, http.StatusOK, auditor, "GET", "/ops/shares/"+lineID, nil); back.text("items.2.transaction_id") == "" || back.fen("items.0.rate_bp") != 500 {
			t.Errorf("from the line to its shares: %s", back.raw)
		}

		run := p.settled(t, county)
		list := p.ok(t, http.StatusOK, owner, "GET", "/coop/statements", nil)
		own, of := list.text("items.0.id"), p.ok(t, http.StatusOK, head, "GET", "/village/statements", nil).text("items.0.id")
		detail := p.ok(t, http.StatusOK, owner, "GET", "/coop/statements/"+own, nil)
		if detail.text("items.0.lines.0.line_id") != lineID || detail.text("items.0.lines.0.sub_order_id") != placed.text("sub_orders.0.id") || detail.fen("closing_fen") != placed.fen("total_fen")-share || detail.fen("items.0.freight_fen") != placed.fen("freight_fen") {
			t.Errorf("the statement to the order line: %s", detail.raw)
		}
		p.call(t, head, "GET", "/village/statements/"+own, nil).wants(t, http.StatusNotFound, "not_found")
		for format, magic := range map[string]string{"pdf": "%PDF-", "xlsx": "PK", "csv": "\ufeff"} {
			if file := p.saved(t, owner, "/coop/statements/"+own+"/file?format="+format); !bytes.HasPrefix(file.raw, []byte(magic)) {
				t.Errorf("%s: %.80q", format, file.raw)
			}
		}

		packer, packerPhone, packerID := p.person(t, "也是发货员")
		invited := p.ok(t, http.StatusCreated, owner, "POST", "/organisations/"+detail.text("org_id")+"/invitations", map[string]any{"phone": packerPhone, "role": "packer"})
		p.ok(t, http.StatusOK, packer, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		p.madeOperator(t, packerID)
		self := func(method, path string, body any, headers ...string) {
			t.Helper()
			p.call(t, packer, method, path, body, headers...).wants(t, http.StatusForbidden, "own_request")
		}

		p.ok(t, http.StatusOK, owner, "POST", "/coop/statements/"+own+"/dispute", reasoned{"运费不对"})
		self("POST", "/ops/statements/"+own+"/answer", reasoned{"照付"})
		p.waits(t, auditor, "statements_disputed", 1)
		p.ok(t, http.StatusOK, federation, "POST", "/ops/statements/"+own+"/answer", reasoned{"运费按模板计"})
		p.ok(t, http.StatusOK, owner, "POST", "/coop/statements/"+own+"/confirm", nil)
		p.ok(t, http.StatusOK, owner, "POST", "/coop/statements/"+own+"/confirm", nil) // repeated
		p.call(t, owner, "POST", "/coop/statements/"+own+"/dispute", reasoned{"少了"}).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, head, "POST", "/village/statements/"+of+"/dispute", reasoned{""}).wantsField(t, "reason", "required")
		p.ok(t, http.StatusOK, head, "POST", "/village/statements/"+of+"/dispute", reasoned{"少一笔"})
		p.ok(t, http.StatusOK, federation, "POST", "/ops/statements/"+of+"/answer", reasoned{"下月入账"})
		if answered := p.ok(t, http.StatusOK, head, "POST", "/village/statements/"+of+"/confirm", nil); answered.text("answer") != "下月入账" || answered.text("waits_for") != "no_payee_account" {
			t.Errorf("answered: %s", answered.raw)
		}

		at := "/ops/settlements/" + run
		p.call(t, county, "POST", at+"/request-approval", reasoned{"月结"}).wants(t, http.StatusConflict, "nothing_to_pay")
		asked := p.ok(t, http.StatusAccepted, owner, "POST", "/organisations/"+detail.text("org_id")+"/payee-accounts", payee("6222021234567890"))
		approved := p.ok(t, http.StatusOK, county, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
		for request, actedFor := range map[string]string{asked.header.Get("X-Request-Id"): detail.text("org_id"), approved.header.Get("X-Request-Id"): ""} {
			if log := p.ok(t, http.StatusOK, auditor, "GET", "/audit?request_id="+request, nil); log.text("items.0.org_id") != actedFor ||
				log.text("items.0.about_org_id") != detail.text("org_id") {
				t.Errorf("acted for %q: %s", actedFor, log.raw)
			}
		}
		if waits := p.ok(t, http.StatusOK, auditor, "GET", "/ops/statements?kind=cooperative&settlement_id="+run, nil); waits.text("items.0.waits_for") != "payee_cooling" {
			t.Errorf("a new account rests: %s", waits.raw)
		}
		p.sql(t, "UPDATE payee_accounts SET usable_from = 1")
		self("POST", at+"/request-approval", reasoned{"给自己"})
		p.decidedLongAgo(t)
		request := p.ok(t, http.StatusAccepted, county, "POST", at+"/request-approval", reasoned{"月结"})
		p.mayNotJoin(t, owner, detail.text("org_id"), "packer", "13900000004", county)
		if request.fen("after.total_fen") != detail.fen("closing_fen") || request.fen("after.waiting") != 1 {
			t.Errorf("asked for: %s", request.raw)
		}
		waiting := func(want string) {
			t.Helper()
			if one, all := p.ok(t, http.StatusOK, county, "GET", at, nil), p.ok(t, http.StatusOK, county, "GET", "/ops/settlements", nil); one.text("approval_id") != want || all.text("items.0.approval_id") != want {
				t.Errorf("the request that waits: %s, %s", one.raw, all.raw)
			}
		}
		waiting(request.text("id"))
		p.call(t, county, "POST", "/approvals/"+request.text("id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		self("POST", "/approvals/"+request.text("id")+"/approve", nil)
		p.isOwn(t, packer, request.text("id"))
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+request.text("id")+"/approve", nil)
		p.mayNotJoin(t, owner, detail.text("org_id"), "packer", "13900000005", federation)
		waiting("")

		p.waits(t, auditor, "statements_disputed", 0)
		p.waits(t, auditor, "statements_approved", 1)
		transferred := map[string]any{"bank_reference": "NX-20261124-1", "paid_at": time.Now().UTC().Add(-time.Minute).Format(time.RFC3339)}
		pay := "/ops/statements/" + own + "/pay"
		p.call(t, county, "POST", pay, transferred, "Idempotency-Key", p.key()).wants(t, http.StatusConflict, "state_conflict") // no file yet
		p.call(t, auditor, "GET", at+"/payout-file", nil).wants(t, http.StatusForbidden, "forbidden")
		file := p.saved(t, county, at+"/payout-file?format=csv")
		if !strings.Contains(string(file.raw), "6222021234567890") || !strings.Contains(string(file.raw), "合计") {
			t.Errorf("the payout file: %s", file.raw)
		}
		if again := p.saved(t, federation, at+"/payout-file"); string(again.raw[:2]) != "PK" {
			t.Error("no XLSX")
		}
		made := 0
		for _, row := range p.auditRows(t) {
			if row["action"] == "payout.file_made" {
				made++
			}
		}
		if made != 2 {
			t.Errorf("two files were made, the audit log has %d", made)
		}
		bad := p.call(t, county, "POST", pay, map[string]any{"bank_reference": "流水", "paid_at": "2100-01-01T00:00:00Z"}, "Idempotency-Key", p.key())
		if bad.wants(t, http.StatusBadRequest, "invalid_field"); bad.text("errors.1.field") != "paid_at" {
			t.Errorf("both fields are wrong: %s", bad.raw)
		}
		self("POST", pay, transferred, "Idempotency-Key", p.key())
		key := p.key()
		p.call(t, county, "POST", pay, transferred, "Idempotency-Key", key).made(t)
		if again := p.call(t, county, "POST", pay, transferred, "Idempotency-Key", key); again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("the same payment: %s", again.raw)
		}
		p.call(t, county, "POST", pay, transferred, "Idempotency-Key", p.key()).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, county, "POST", at+"/close", nil).wants(t, http.StatusConflict, "statements_open")

		p.longThere(t)
		collective := p.ok(t, http.StatusAccepted, federation, "POST", "/ops/collectives/"+p.ok(t, http.StatusOK, head, "GET", "/village/statements/"+of, nil).text("org_id")+"/payee-accounts", agency("6222021234567891"))
		p.ok(t, http.StatusOK, head, "POST", "/approvals/"+collective.text("id")+"/approve", nil)
		p.sql(t, "UPDATE payee_accounts SET usable_from = 1")
		request = p.ok(t, http.StatusAccepted, packer, "POST", at+"/request-approval", reasoned{"补付"}) // the village's, not their own
		p.ok(t, http.StatusOK, county, "POST", "/approvals/"+request.text("id")+"/approve", nil)
		p.saved(t, county, at+"/payout-file")
		p.call(t, county, "POST", "/ops/statements/"+of+"/pay", transferred, "Idempotency-Key", p.key()).wants(t, http.StatusConflict, "bank_reference_used")
		transferred["bank_reference"] = "NX-20261124-2"
		p.call(t, county, "POST", "/ops/statements/"+of+"/pay", transferred, "Idempotency-Key", p.key()).made(t)
		if closed := p.ok(t, http.StatusOK, county, "POST", at+"/close", nil); closed.text("status") != "closed" || closed.text("counts.0.status") != "closed" {
			t.Errorf("closed: %s", closed.raw)
		}
		if money := p.ok(t, http.StatusOK, head, "GET", "/village/money", nil); money.fen("paid_fen") != share || money.fen("available_fen") != 0 {
			t.Errorf("the village's money: %s", money.raw)
		}
	})
}

func TestWhatIsGivenBackLaterLeavesAStatementAsItWasAndIsNotPaidOut(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		owner, placed := p.closedSale(t, b, 5)
		p.payable(t, owner, "13900000004")
		county := p.signIn(t, "13900000004")
		run := p.settled(t, county)
		statement := p.ok(t, http.StatusOK, owner, "GET", "/coop/statements", nil).text("items.0.id")
		at := "/coop/statements/" + statement
		issued := p.ok(t, http.StatusOK, owner, "GET", at, nil)
		refund := func(quantity int64, amount money.Fen) reply {
			line := map[string]any{"line_id": placed.text("lines.0.id"), "quantity": quantity}
			if amount != 0 {
				line["amount_fen"] = amount
			}
			return p.ok(t, http.StatusCreated, owner, "POST", "/coop/orders/"+placed.text("sub_orders.0.id")+"/refunds",
				map[string]any{"reason": "坏果", "lines": []any{line}}, "Idempotency-Key", p.key())
		}
		// What takes just one fen of the share leaves the cooperative's account as it was.
		net := placed.fen("lines.0.net_fen")
		turn := money.Fen(net - (net*500+5000)/10000*20 + 10) // up to here the share stays
		refund(1, turn)
		if one := refund(1, 1); one.fen("share_reversed_fen") != 1 {
			t.Fatalf("one fen, all of it the village's: %s", one.raw)
		}
		if later := p.ok(t, http.StatusOK, owner, "GET", at, nil); string(issued.raw) != strings.Replace(string(later.raw), `"waits_for":"balance_low",`, "", 1) {
			t.Errorf("the statement was %s\nand after a refund it is %s", issued.raw, later.raw)
		}

		p.closedSale(t, b, 1)
		p.approved(t, owner, run, statement)
		refund(3, 0)
		file := "/ops/settlements/" + run + "/payout-file"
		p.call(t, county, "GET", file, nil).wants(t, http.StatusConflict, "nothing_to_pay")
		if lapsed := p.ok(t, http.StatusOK, owner, "GET", at, nil); lapsed.text("status") != "confirmed" || lapsed.text("waits_for") != "balance_low" {
			t.Errorf("approved, then given back: %s", lapsed.raw)
		}
		p.paysOut(t, statement, "NX-1").wants(t, http.StatusConflict, "state_conflict")

		carry := "/ops/statements/" + statement + "/carry"
		left := p.ok(t, http.StatusOK, owner, "GET", "/coop/money", nil).fen("available_fen")
		p.call(t, county, "POST", carry, reasoned{" "}).wantsField(t, "reason", "required")
		colleague, phone, packerID := p.person(t, "也是发货员")
		invited := p.ok(t, http.StatusCreated, owner, "POST", "/organisations/"+issued.text("org_id")+"/invitations", map[string]any{"phone": phone, "role": "packer"})
		p.ok(t, http.StatusOK, colleague, "POST", "/invitations/"+invited.text("id")+"/accept", nil)
		p.madeOperator(t, packerID)
		p.call(t, colleague, "POST", carry, reasoned{"给自己"}).wants(t, http.StatusForbidden, "own_request")
		if carried := p.ok(t, http.StatusOK, county, "POST", carry, reasoned{"之后退了四件"}); carried.text("status") != "carried" || carried.fen("closing_fen") != issued.fen("closing_fen") {
			t.Errorf("carried on: %s", carried.raw)
		}
		p.call(t, county, "POST", carry, reasoned{"再来"}).wants(t, http.StatusConflict, "state_conflict")
		if told := p.inbox(t, owner, "statement_carried"); !strings.Contains(told.text("items.0.text"), "之后退了四件") || told.text("items.0.link") != "/org/"+issued.text("org_id")+at[len("/coop"):] {
			t.Errorf("the payee is told: %s", told.raw)
		}
		next := p.settled(t, county)
		list := p.ok(t, http.StatusOK, owner, "GET", "/coop/statements", nil)
		latest := list.text("items.0.id")
		if list.text("items.0.settlement_id") != next || list.fen("items.0.closing_fen") != left || list.text("items.1.carried_into") != latest || list.text("items.1.carried_reason") != "之后退了四件" {
			t.Errorf("it is part of the next, whose closing is the %d that are left: %s", left, list.raw)
		}
		p.call(t, county, "POST", "/ops/statements/"+latest+"/carry", reasoned{"再来"}).wants(t, http.StatusConflict, "statement_covered")
		p.approved(t, owner, next, latest)
		p.saved(t, county, "/ops/settlements/"+next+"/payout-file?format=csv")
		p.paysOut(t, latest, "NX-1").made(t)
		if money := p.ok(t, http.StatusOK, owner, "GET", "/coop/money", nil); money.fen("paid_fen") != left || money.fen("available_fen") != 0 || money.fen("carried_fen") != 0 {
			t.Errorf("all that was left is paid: %s", money.raw)
		}
	})
}
