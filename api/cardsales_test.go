package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/aidcard"
)

// Of the demo's enterprise, and the operators.
const (
	secretaryPhone  = "13900000003"
	financePhone    = "13900000007"
	countyPhone     = "13900000004"
	federationPhone = "13900000005"
)

// registered asks for cards for people with these phones.
func registered(face int64, phones ...string) map[string]any {
	people := []any{}
	for i, phone := range phones {
		people = append(people, map[string]any{"phone": phone, "name": fmt.Sprint("员工", i+1), "department": []string{"行政部", "生产部"}[i%2]})
	}
	return map[string]any{"kind": "registered", "face_fen": face, "count": len(phones), "recipients": people}
}

func anonymous(face, count int64) map[string]any {
	return map[string]any{"kind": "anonymous", "face_fen": face, "count": count, "valid_until": time.Now().AddDate(3, 1, 0).Format(time.DateOnly)}
}

func (p *program) orderBatch(t *testing.T, body any) reply {
	t.Helper()
	placed := p.call(t, p.signIn(t, secretaryPhone), "POST", "/ent/card-batches", body, "Idempotency-Key", p.key())
	placed.made(t)
	return placed
}

// batchFor orders and confirms registered cards of 100 yuan.
func (p *program) batchFor(t *testing.T, phones ...string) reply {
	t.Helper()
	return p.confirmed(t, p.orderBatch(t, registered(100_00, phones...)))
}

func (p *program) confirmed(t *testing.T, placed reply) reply {
	t.Helper()
	return p.ok(t, http.StatusOK, p.signIn(t, financePhone), "POST", "/ent/card-batches/"+placed.text("id")+"/confirm", nil)
}

// receipt is what pays a batch.
func (p *program) receipt(batch reply) map[string]any {
	return map[string]any{"amount_fen": batch.fen("total_fen"), "paid_at": time.Now().UTC().Add(-time.Minute).Format(time.RFC3339), "payer_name": batch.text("enterprise_name"),
		"payer_account": "6222021234567890", "payee_account": "6200000000000000", "bank_reference": "F" + batch.text("id")}
}

// issued pays for a batch that is confirmed, and has it issued.
func (p *program) issued(t *testing.T, batch reply) reply {
	t.Helper()
	at := "/ops/card-batches/" + batch.text("id")
	p.ok(t, http.StatusOK, p.signIn(t, countyPhone), "POST", at+"/fund", p.receipt(batch))
	federation := p.signIn(t, federationPhone)
	p.waits(t, federation, "card_batches_funded", 1)
	p.ok(t, http.StatusOK, federation, "POST", at+"/issue", nil)
	var now reply
	eventually(t, func() bool {
		now = p.ok(t, http.StatusOK, federation, "GET", at, nil)
		return now.text("status") == "issued"
	})
	return now
}

// recalled takes all cards of a batch back that nobody has claimed.
func (p *program) recalled(t *testing.T, batch reply) reply {
	t.Helper()
	return p.ok(t, http.StatusOK, p.signIn(t, secretaryPhone), "POST", "/ent/card-batches/"+batch.text("id")+"/recall", reasoned{"离职"})
}

func TestCardsThatNobodyClaimedAreTakenBackAlsoWhenTheyHaveExpired(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		batch := p.issued(t, p.confirmed(t, p.orderBatch(t, anonymous(100_00, 2))))
		p.sql(t, "UPDATE aid_cards SET expires_at = 1000, due_at = 1000 WHERE batch_id = "+batch.text("id"))
		if err := aidcard.Expire(t.Context(), p.database(t)); err != nil {
			t.Fatal(err)
		}
		if back := p.recalled(t, batch); back.fen("recalled") != 2 || back.fen("amount_fen") != 200_00 {
			t.Errorf("taken back: %s", back.raw)
		}
	})
}

func TestABatchIsOrderedConfirmedPaidAndIssuedByDifferentPeople(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, finance := p.signIn(t, secretaryPhone), p.signIn(t, financePhone)
		county, federation := p.signIn(t, countyPhone), p.signIn(t, federationPhone)
		key := p.key()
		body := registered(100_00, demoBuyer, "13711110001", "13711110002")
		placed := p.call(t, secretary, "POST", "/ent/card-batches", body, "Idempotency-Key", key)
		placed.made(t)
		if again := p.call(t, secretary, "POST", "/ent/card-batches", body, "Idempotency-Key", key); again.text("id") != placed.text("id") || again.header.Get("Idempotency-Replayed") != "true" {
			t.Errorf("again: %s", again.raw)
		}
		if placed.text("status") != "awaiting_confirmation" || placed.fen("progress.total") != 3 || placed.fen("progress.done") != 0 || placed.fen("total_fen") != 300_00 || placed.at("transfer") != nil {
			t.Errorf("ordered: %s", placed.raw)
		}
		ent, ops := "/ent/card-batches/"+placed.text("id"), "/ops/card-batches/"+placed.text("id")

		p.call(t, secretary, "POST", ent+"/confirm", nil).wants(t, http.StatusForbidden, "own_request")
		p.call(t, county, "POST", ent+"/confirm", nil).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, p.signIn(t, demoBuyer), "POST", ent+"/confirm", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, county, "POST", ops+"/issue", nil).wants(t, http.StatusConflict, "state_conflict")
		for range 2 {
			confirmed := p.ok(t, http.StatusOK, finance, "POST", ent+"/confirm", nil)
			if confirmed.text("status") != "awaiting_funds" || len(confirmed.text("transfer.remittance_code")) != 10 || confirmed.fen("transfer.amount_fen") != 300_00 {
				t.Errorf("confirmed: %s", confirmed.raw)
			}
		}

		p.receiptsAreChecked(t, placed, ops)
		funded := p.ok(t, http.StatusOK, county, "POST", ops+"/fund", p.receipt(placed))
		if funded.text("status") != "awaiting_issue" || funded.text("difference") != "" {
			t.Errorf("funded: %s", funded.raw)
		}
		if again := p.ok(t, http.StatusOK, county, "POST", ops+"/fund", p.receipt(placed)); again.text("status") != "awaiting_issue" || again.text("difference") != "" {
			t.Errorf("funded again: %s", again.raw)
		}
		p.call(t, federation, "POST", ops+"/fund", p.receipt(placed)).wants(t, http.StatusConflict, "bank_reference_used")
		p.call(t, county, "POST", ops+"/issue", nil).wants(t, http.StatusForbidden, "own_request")
		p.decidedLongAgo(t)
		p.madeOperator(t, p.ok(t, http.StatusOK, finance, "GET", "/me", nil).text("user.id"))
		p.call(t, finance, "POST", ops+"/issue", nil).wants(t, http.StatusForbidden, "own_request")
		issuing := p.ok(t, http.StatusOK, federation, "POST", ops+"/issue", nil)
		if status := issuing.text("status"); status != "issuing" && status != "issued" {
			t.Errorf("issuing: %s", issuing.raw)
		}
		eventually(t, func() bool { return p.ok(t, http.StatusOK, secretary, "GET", ent, nil).text("status") == "issued" })
		p.ok(t, http.StatusOK, federation, "POST", ops+"/issue", nil) // repeated
		p.call(t, secretary, "POST", ent+"/cancel", nil).wants(t, http.StatusConflict, "state_conflict")
		if done := p.ok(t, http.StatusOK, secretary, "GET", ent, nil); done.fen("progress.done") != 3 {
			t.Errorf("issued: %s", done.raw)
		}
		if told := p.inbox(t, secretary, "card_batch_issued"); told.text("items.0.id") == "" {
			t.Errorf("who ordered is not told: %s", told.raw)
		}
	})
}

// receiptsAreChecked: wrong fields change nothing; other money is kept as a difference.
func (p *program) receiptsAreChecked(t *testing.T, batch reply, ops string) {
	t.Helper()
	county := p.signIn(t, countyPhone)
	with := func(field string, value any) map[string]any {
		body := p.receipt(batch)
		body[field] = value
		return body
	}
	for field, value := range map[string]any{"amount_fen": 0, "paid_at": time.Now().UTC().Add(time.Hour).Format(time.RFC3339), "payer_name": " ", "payer_account": "1", "payee_account": "6200000000000001", "bank_reference": ""} {
		if bad := p.call(t, county, "POST", ops+"/fund", with(field, value)); bad.status != http.StatusBadRequest || bad.text("errors.0.field") != field {
			t.Errorf("%s: %s", field, bad.raw)
		}
	}
	for reference, body := range map[string]map[string]any{"wrong_amount": with("amount_fen", batch.fen("total_fen")-1), "wrong_payer": with("payer_name", "别的公司")} {
		body["bank_reference"] = reference
		if r := p.ok(t, http.StatusOK, county, "POST", ops+"/fund", body); r.text("status") != "awaiting_funds" || r.text("difference") != reference {
			t.Errorf("%s: %s", reference, r.raw)
		}
	}
	if why, _ := p.differences(t, county); why["wrong_amount"] != "wrong_amount" || why["wrong_payer"] != "wrong_payer" {
		t.Errorf("differences: %v", why)
	}
}

func TestAnOrderOfCardsNamesEveryWrongField(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary := p.signIn(t, secretaryPhone)
		soon := anonymous(100_00, 1)
		soon["valid_until"] = time.Now().AddDate(2, 11, 0).Format(time.DateOnly)
		late := registered(100_00, "13711110001")
		late["valid_until"] = "2090-01-01"
		campaign := anonymous(100_00, 1)
		campaign["campaign_id"] = "1"
		program := anonymous(100_00, 1)
		program["program_id"] = "1"
		for name, c := range map[string]struct {
			body   map[string]any
			fields string
		}{
			"dear":             {anonymous(1000_01, 1), "face_fen over_limit"},
			"dear, registered": {registered(5000_01, "13711110001"), "face_fen over_limit"},
			"none":             {anonymous(0, 0), "face_fen invalid, count invalid"},
			"too many":         {anonymous(100_00, 100_001), "count invalid"},
			"negative":         {anonymous(-5, -5), "face_fen invalid, count invalid"},
			"too soon":         {soon, "valid_until too_soon"},
			"expires":          {late, "valid_until not_allowed"},
			"campaign":         {campaign, "campaign_id unknown"},
			"program":          {program, "program_id unknown"},
			"kind":             {map[string]any{"kind": "gold", "face_fen": 1, "count": 1, "valid_until": "2090-01-01"}, "kind invalid"},
			"differs":          {map[string]any{"kind": "registered", "face_fen": 1, "count": 2, "recipients": registered(1, "13711110001")["recipients"]}, "count differs"},
			"people":           {registered(100_00, "13711110001", "1371111000", "13711110001"), "recipients[1].phone invalid, recipients[2].phone repeated"},
		} {
			r := p.call(t, secretary, "POST", "/ent/card-batches", c.body, "Idempotency-Key", p.key())
			var found []string
			for i := range 3 {
				if field := r.text(fmt.Sprintf("errors.%d.field", i)); field != "" {
					found = append(found, field+" "+r.text(fmt.Sprintf("errors.%d.code", i)))
				}
			}
			if got := strings.Join(found, ", "); r.status != http.StatusBadRequest || got != c.fields {
				t.Errorf("%s: %d %s", name, r.status, got)
			}
		}
		p.call(t, secretary, "POST", "/ent/card-batches", anonymous(1, 1)).wants(t, http.StatusBadRequest, "idempotency_key_required")
		p.call(t, p.signIn(t, demoBuyer), "POST", "/ent/card-batches", anonymous(1, 1), "Idempotency-Key", p.key()).wants(t, http.StatusForbidden, "forbidden")
		if none := p.ok(t, http.StatusOK, secretary, "GET", "/ent/card-batches", nil); none.text("items.0.id") != "" {
			t.Errorf("something was ordered: %s", none.raw)
		}
	})
}

func TestWithoutASecondMemberAnOperatorConfirms(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary := p.signIn(t, secretaryPhone)
		orgID := p.ok(t, http.StatusOK, secretary, "GET", "/me", nil).text("memberships.0.org_id")
		finance := p.ok(t, http.StatusOK, p.signIn(t, financePhone), "GET", "/me", nil).text("user.id")
		p.ok(t, http.StatusNoContent, secretary, "DELETE", "/organisations/"+orgID+"/members/"+finance, nil)
		placed := p.orderBatch(t, anonymous(100_00, 2))
		ops := "/ops/card-batches/" + placed.text("id")
		county := p.signIn(t, countyPhone)
		if confirmed := p.ok(t, http.StatusOK, county, "POST", "/ent/card-batches/"+placed.text("id")+"/confirm", nil); confirmed.text("status") != "awaiting_funds" {
			t.Errorf("confirmed: %s", confirmed.raw)
		}
		p.call(t, county, "POST", ops+"/fund", p.receipt(placed)).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusOK, p.signIn(t, federationPhone), "POST", ops+"/fund", p.receipt(placed))
		p.call(t, county, "POST", ops+"/issue", nil).wants(t, http.StatusForbidden, "own_request")
	})
}

func TestMoneyOfABatchThatIsCancelledGoesBackThroughTheDifferences(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		batch := p.batchFor(t, "13711110001")
		secretary, county, federation := p.signIn(t, secretaryPhone), p.signIn(t, countyPhone), p.signIn(t, federationPhone)
		done := p.importBank(t, county, false, statementFile(
			statement{"S1", yesterday, "购卡 " + batch.text("transfer.remittance_code"), batch.fen("total_fen")},
			statement{"S2", yesterday, batch.text("transfer.remittance_code"), batch.fen("total_fen")}))
		if done.fen("matched") != 1 || done.fen("added") != 2 {
			t.Errorf("imported: %s", done.raw)
		}
		at := "/ent/card-batches/" + batch.text("id")
		for range 2 {
			if cancelled := p.ok(t, http.StatusOK, secretary, "POST", at+"/cancel", nil); cancelled.text("status") != "cancelled" {
				t.Errorf("cancelled: %s", cancelled.raw)
			}
		}
		p.call(t, federation, "POST", "/ops/card-batches/"+batch.text("id")+"/issue", nil).wants(t, http.StatusConflict, "state_conflict")
		why, ids := p.differences(t, county)
		if why["S1"] != "given_up" || why["S2"] != "not_awaited" {
			t.Errorf("differences: %v", why)
		}
		other := p.batchFor(t, "13711110002")
		p.call(t, county, "POST", "/ops/bank-rows/"+ids["S2"]+"/match", map[string]any{"batch_id": batch.text("id"), "reason": "误"}).wants(t, http.StatusConflict, "state_conflict")
		match := p.ok(t, http.StatusAccepted, county, "POST", "/ops/bank-rows/"+ids["S2"]+"/match", map[string]any{"batch_id": other.text("id"), "reason": "电话确认"})
		back := p.ok(t, http.StatusAccepted, county, "POST", "/ops/bank-rows/"+ids["S1"]+"/give-back", map[string]any{"bank_reference": "OUT1", "reason": "已取消"})
		for _, asked := range []reply{match, back} {
			p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
		}
		if paid := p.ok(t, http.StatusOK, secretary, "GET", "/ent/card-batches/"+other.text("id"), nil); paid.text("status") != "awaiting_issue" {
			t.Errorf("matched by hand: %s", paid.raw)
		}
		if why, _ := p.differences(t, county); len(why) != 0 {
			t.Errorf("left: %v", why)
		}
	})
}

func TestStepsOfABatchThatRaceHappenOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		secretary, finance := p.signIn(t, secretaryPhone), p.signIn(t, financePhone)
		county, federation := p.signIn(t, countyPhone), p.signIn(t, federationPhone)
		race := func(calls ...func() reply) (answers []int) {
			answers = make([]int, len(calls))
			var all sync.WaitGroup
			for i, call := range calls {
				all.Go(func() { answers[i] = call().status })
			}
			all.Wait()
			slices.Sort(answers)
			return answers
		}
		batch := p.batchFor(t, "13711110001")
		ops := "/ops/card-batches/" + batch.text("id")
		again := p.receipt(batch)
		again["bank_reference"] = "TWICE"
		race(func() reply { return p.call(t, county, "POST", ops+"/fund", p.receipt(batch)) },
			func() reply { return p.call(t, federation, "POST", ops+"/fund", again) })
		if why, _ := p.differences(t, county); len(why) != 1 {
			t.Errorf("paid twice at once: %v", why)
		}
		funder := county
		if why, _ := p.differences(t, county); why["TWICE"] == "" {
			funder = federation
		}
		issuer := map[string]string{county: federation, federation: county}[funder]
		answers := race(func() reply { return p.call(t, issuer, "POST", ops+"/issue", nil) }, func() reply { return p.call(t, issuer, "POST", ops+"/issue", nil) },
			func() reply {
				return p.call(t, secretary, "POST", "/ent/card-batches/"+batch.text("id")+"/cancel", nil)
			})
		if !slices.Equal(answers, []int{200, 200, 409}) && !slices.Equal(answers, []int{200, 409, 409}) {
			t.Errorf("issued and cancelled at once: %v", answers)
		}
		second := p.orderBatch(t, registered(100_00, "13711110002"))
		at := "/ent/card-batches/" + second.text("id")
		answers = race(func() reply { return p.call(t, finance, "POST", at+"/confirm", nil) }, func() reply { return p.call(t, secretary, "POST", at+"/cancel", nil) })
		if answers[0] != http.StatusOK {
			t.Errorf("confirmed and cancelled at once: %v", answers)
		}
	})
}
