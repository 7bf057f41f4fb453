package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/aidcard"
	"zique/internal/rulepack"
)

// claimed is a demo card, anonymous and of 500 yuan, that the buyer took by its code.
func (p *program) claimed(t *testing.T, b basket) string {
	t.Helper()
	code := p.call(t, "", "GET", "/demo", nil).text("card_codes.0")
	return p.ok(t, http.StatusOK, b.token, "POST", "/cards/claim", map[string]any{"code": code}).text("id")
}

// overdue lets a card's last day be over.
func (p *program) overdue(t *testing.T, card string) {
	t.Helper()
	p.sql(t, "UPDATE aid_cards SET expires_at = 1000, due_at = 1000 WHERE id = "+card)
}

func (p *program) card(t *testing.T, token, card string) reply {
	t.Helper()
	return p.ok(t, http.StatusOK, token, "GET", "/cards/"+card, nil)
}

func (p *program) wantsCard(t *testing.T, token, card, status string, balance int64) {
	t.Helper()
	if c := p.card(t, token, card); c.text("status") != status || c.fen("balance_fen") != balance {
		t.Errorf("want %s with %d: %s", status, balance, c.raw)
	}
}

// paidWith places an order of one unit with one card.
func (p *program) paidWith(t *testing.T, b basket, card string) reply {
	t.Helper()
	b.cards = []string{card}
	return p.place(t, b, b.order(1))
}

func TestAnExpiredCardIsReactivatedOrItsBalanceMoved(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		first, second, third := p.claimed(t, b), p.claimed(t, b), p.claimed(t, b)
		paid := p.paidWith(t, b, first)
		total := paid.fen("total_fen")
		p.call(t, b.token, "POST", "/cards/"+first+"/reactivate", nil).wants(t, http.StatusConflict, "state_conflict")
		p.call(t, b.token, "POST", "/cards/"+first+"/move", map[string]any{"to_card_id": second}).wants(t, http.StatusConflict, "state_conflict")

		p.overdue(t, first) // and no chore has marked it yet
		p.paidWith(t, b, first).wants(t, http.StatusConflict, "card_expired")
		p.wantsCard(t, b.token, first, "expired", 50000-total)
		if err := aidcard.Expire(t.Context(), p.database(t)); err != nil {
			t.Fatal(err)
		}
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+paid.text("id")+"/cancel", nil)
		p.wantsCard(t, b.token, first, "expired", 50000) // to be re-activated
		for range 2 {                                    // repeated, it changes nothing
			again := p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+first+"/reactivate", nil)
			end, _ := rulepack.EndOf(rulepack.MonthsAfter(p.database(t).Now(), 36))
			if again.text("status") != "active" || again.text("expires_at") != end.Time().Format(time.RFC3339) {
				t.Errorf("re-activated: %s", again.raw)
			}
		}
		paid = p.paidWith(t, b, first)
		paid.made(t)

		p.overdue(t, first)
		p.overdue(t, third)
		move := func(from, to string) reply {
			return p.call(t, b.token, "POST", "/cards/"+from+"/move", map[string]any{"to_card_id": to})
		}
		move(first, first).wantsField(t, "to_card_id", "invalid")
		move(first, "x").wants(t, http.StatusBadRequest, "invalid_field")
		move(first, "12345").wants(t, http.StatusNotFound, "not_found")
		move(first, third).wants(t, http.StatusConflict, "card_expired")
		for range 2 {
			if moved := move(first, second).ok(t); moved.text("status") != "void" || moved.fen("balance_fen") != 0 || moved.text("replaced_by") != second {
				t.Errorf("moved: %s", moved.raw)
			}
		}
		p.wantsCard(t, b.token, second, "active", 100000-total)
		if into := p.card(t, b.token, second); into.text("replaces.0") != first || into.fen("face_fen") != 100000-total || into.text("program.issuer") == "" {
			t.Errorf("the successor: %s", into.raw)
		}
		full := move(third, second)
		full.wants(t, http.StatusConflict, "card_limit")
		if full.text("rule.pack") != "national" || !strings.Contains(full.text("rule.article"), "25号") || full.text("rule.source") == "" {
			t.Errorf("the refusal does not say which rule: %s", full.raw)
		}
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+paid.text("id")+"/cancel", nil) // goes to the successor
		p.wantsCard(t, b.token, first, "void", 0)
		p.wantsCard(t, b.token, second, "active", 100000)
		for _, card := range []string{first, second} {
			entries := p.ok(t, http.StatusOK, b.token, "GET", "/cards/"+card+"/entries", nil)
			if !strings.Contains(string(entries.raw), `"kind":"move"`) {
				t.Errorf("entries of %s: %s", card, entries.raw)
			}
		}
		move(third, b.cards[0]).ok(t) // a registered card holds more, and does not expire
	})
}

// ok wants 200.
func (r reply) ok(t *testing.T) reply {
	t.Helper()
	if r.status != http.StatusOK {
		t.Fatalf("got %d: %s", r.status, r.raw)
	}
	return r
}

func TestAnExpiredCardIsClaimedToBeReactivated(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		code := p.call(t, "", "GET", "/demo", nil).text("card_codes.0")
		p.sql(t, "UPDATE aid_cards SET expires_at = 1000, due_at = 1000 WHERE status = 'issued'")
		taken := p.ok(t, http.StatusOK, b.token, "POST", "/cards/claim", map[string]any{"code": code})
		if taken.text("status") != "expired" || taken.fen("balance_fen") != 50000 {
			t.Fatalf("claimed: %s", taken.raw)
		}
		p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+taken.text("id")+"/reactivate", nil)
		p.paidWith(t, b, taken.text("id")).made(t)
	})
}

func TestALostCardIsStoppedAtOnceAndReplacedOnce(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		lost, anonymous := b.cards[0], p.claimed(t, b)
		paid := p.paidWith(t, b, lost)
		total := paid.fen("total_fen")
		for _, verb := range []string{"/loss-report", "/replacement"} {
			refused := p.call(t, b.token, "POST", "/cards/"+anonymous+verb, nil)
			refused.wants(t, http.StatusConflict, "card_not_replaceable")
			if refused.text("rule.pack") != "national" || refused.text("rule.article") == "" {
				t.Errorf("the refusal does not say which rule: %s", refused.raw)
			}
		}
		p.call(t, b.token, "POST", "/cards/"+lost+"/replacement", nil).wants(t, http.StatusConflict, "state_conflict")
		for range 2 {
			if stopped := p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+lost+"/loss-report", nil); stopped.text("status") != "frozen" || stopped.text("frozen_for") != "loss" {
				t.Errorf("reported lost: %s", stopped.raw)
			}
		}
		p.paidWith(t, b, lost).wants(t, http.StatusConflict, "card_frozen")
		var got sync.Map
		var racing sync.WaitGroup
		for range 6 {
			racing.Go(func() {
				r := p.call(t, b.token, "POST", "/cards/"+lost+"/replacement", nil)
				got.Store(r.text("id"), r.status)
			})
		}
		racing.Wait()
		var fresh []string
		got.Range(func(card, status any) bool {
			fresh = append(fresh, card.(string))
			if status != http.StatusOK {
				t.Errorf("replacement answered %v", status)
			}
			return true
		})
		if len(fresh) != 1 || fresh[0] == lost {
			t.Fatalf("replaced by %v", fresh)
		}
		p.wantsCard(t, b.token, lost, "void", 0)
		p.wantsCard(t, b.token, fresh[0], "active", 20000-total)
		if c := p.card(t, b.token, fresh[0]); c.text("replaces.0") != lost || c.text("kind") != "registered" || p.card(t, b.token, lost).text("replaced_by") != fresh[0] {
			t.Errorf("the new card: %s", c.raw)
		}
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+paid.text("id")+"/cancel", nil)
		p.wantsCard(t, b.token, fresh[0], "active", 20000)
		p.paidWith(t, b, fresh[0]).made(t)
	})
}

func TestMoneyIsNeitherLostNorDoubledWhileACardIsReplaced(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		lost := b.cards[0]
		var orders []string
		for range 3 {
			orders = append(orders, p.paidWith(t, b, lost).text("id"))
		}
		var racing sync.WaitGroup
		for _, o := range orders {
			racing.Go(func() { p.call(t, b.token, "POST", "/orders/"+o+"/cancel", nil).ok(t) })
			racing.Go(func() { p.paidWith(t, b, lost) }) // may or may not be in time
		}
		racing.Go(func() {
			p.call(t, b.token, "POST", "/cards/"+lost+"/loss-report", nil).ok(t)
			p.call(t, b.token, "POST", "/cards/"+lost+"/replacement", nil).ok(t)
		})
		racing.Wait()
		if left := p.card(t, b.token, lost); left.text("status") != "void" || left.fen("balance_fen") != 0 {
			t.Errorf("the lost card: %s", left.raw)
		}
	}) // and the books are checked
}

func TestAProvinceMayReplaceAnonymousCards(t *testing.T) {
	p := start(t, withGansu(t))
	b := p.basket(t)
	card := p.claimed(t, b)
	county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
	path := "/ops/card-programs/" + p.ok(t, http.StatusOK, county, "GET", "/ops/card-programs", nil).text("items.0.id")
	asked := p.ok(t, http.StatusOK, county, "PUT", path, with(with(terms("甘肃的卡"), "rule_pack", "cn-gs"), "reason", "属地规则"))
	p.call(t, b.token, "POST", "/cards/"+card+"/loss-report", nil).wants(t, http.StatusConflict, "card_not_replaceable")
	p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil)
	p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+card+"/loss-report", nil)
	fresh := p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+card+"/replacement", nil).text("id")
	p.overdue(t, fresh)
	again := p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+fresh+"/reactivate", nil)
	if end, _ := rulepack.EndOf(rulepack.MonthsAfter(p.database(t).Now(), 48)); again.text("expires_at") != end.Time().Format(time.RFC3339) {
		t.Errorf("re-activated under the province's rules: %s", again.raw)
	}
}

func TestOperatorsFreezeACardAndTwoVoidOneThatHoldsMoney(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		card := b.cards[0]
		paid := p.paidWith(t, b, card)
		total := paid.fen("total_fen")
		at := func(token, verb, reason string) reply {
			return p.call(t, token, "POST", "/ops/cards/"+card+"/"+verb, map[string]any{"reason": reason})
		}
		at(county, "freeze", " ").wantsField(t, "reason", "required")
		at(county, "unfreeze", "查").wants(t, http.StatusConflict, "state_conflict")
		p.call(t, county, "POST", "/ops/cards/12345/freeze", map[string]any{"reason": "x"}).wants(t, http.StatusNotFound, "not_found")
		for range 2 {
			if frozen := at(county, "freeze", "疑似盗用").ok(t); frozen.text("status") != "frozen" || frozen.text("steps.0.step") != "frozen" || frozen.text("steps.1.step") != "" {
				t.Errorf("frozen: %s", frozen.raw)
			}
		}
		p.paidWith(t, b, card).wants(t, http.StatusConflict, "card_frozen")
		for _, verb := range []string{"/loss-report", "/replacement"} { // no way around it
			p.call(t, b.token, "POST", "/cards/"+card+verb, nil).wants(t, http.StatusConflict, "state_conflict")
		}
		for range 2 {
			if thawed := at(federation, "unfreeze", "已核实").ok(t); thawed.text("status") != "active" {
				t.Errorf("thawed: %s", thawed.raw)
			}
		}
		asked := at(county, "void", "挂失未领").ok(t)
		if asked.text("status") != "active" || asked.text("approval_id") == "" || asked.text("holder_name") != "演**" {
			t.Fatalf("one operator voids a card that holds money: %s", asked.raw)
		}
		at(federation, "void", "x").wants(t, http.StatusConflict, "approval_pending")
		p.call(t, county, "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil)
		p.wantsCard(t, b.token, card, "void", 0)
		p.paidWith(t, b, card).wants(t, http.StatusConflict, "card_not_usable")

		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+paid.text("id")+"/cancel", nil)
		p.wantsCard(t, b.token, card, "void", total) // waits for two operators
		asked = at(federation, "void", "退货款").ok(t)
		p.ok(t, http.StatusOK, county, "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil)
		shown := p.ok(t, http.StatusOK, county, "GET", "/ops/cards/"+asked.text("number"), nil)
		if shown.fen("balance_fen") != 0 || shown.fen("steps.2.amount_fen") != 20000-total || shown.fen("steps.3.amount_fen") != total {
			t.Errorf("its history: %s", shown.raw)
		}
		p.call(t, county, "GET", "/ops/cards/ZQ1", nil).wants(t, http.StatusNotFound, "not_found")
	})
}

// unclaimed are cards of the demo's enterprise that nobody has claimed.
func (p *program) unclaimed(t *testing.T, count int) []string {
	t.Helper()
	var ids []string
	err := p.database(t).Read(t.Context()).Raw("SELECT CONCAT('', id) FROM aid_cards WHERE status = 'issued' ORDER BY id DESC").Scan(&ids).Error
	if err != nil || len(ids) < count {
		t.Fatalf("%d unclaimed cards: %v", len(ids), err)
	}
	return ids[:count]
}

func TestUnusedCardsGoBackWithinDaysOfTheirPayment(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		secretary, county, federation := p.signIn(t, "13900000003"), p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		ask := func(cards ...string) reply {
			return p.call(t, secretary, "POST", "/ent/card-returns", map[string]any{"card_ids": cards, "reason": "活动取消"})
		}
		at := func(token, path string, body map[string]any) reply {
			return p.call(t, token, "POST", "/ops/card-returns/"+path, body)
		}
		cards := p.unclaimed(t, 4)
		used := p.claimed(t, b)
		ask().wantsField(t, "card_ids", "count")
		ask(cards[0], cards[0]).wantsField(t, "card_ids[1]", "duplicate")
		ask("x").wantsField(t, "card_ids[0]", "invalid")
		refused := ask(cards[0], used, "12345")
		refused.wants(t, http.StatusConflict, "card_not_returnable")
		if refused.text("errors.0.field") != "card_ids[1]" || refused.text("errors.1.field") != "card_ids[2]" {
			t.Errorf("which cards: %s", refused.raw)
		}
		var asked []string
		var racing sync.WaitGroup
		var mu sync.Mutex
		for range 4 { // once only
			racing.Go(func() {
				if r := ask(cards[0], cards[1]); r.status == http.StatusCreated {
					mu.Lock()
					defer mu.Unlock()
					asked = append(asked, r.text("id"))
				}
			})
		}
		racing.Wait()
		if len(asked) != 1 {
			t.Fatalf("asked for %d times", len(asked))
		}
		first := asked[0]
		p.waits(t, county, "card_returns_requested", 1)
		at(county, first+"/accept", reasoned{"合规"}.body()).wants(t, http.StatusConflict, "payee_missing")
		p.payable(t, secretary, "13900000007")
		accepted := at(county, first+"/accept", reasoned{"合规"}.body()).ok(t)
		at(county, first+"/done", map[string]any{"bank_reference": "R1"}).wants(t, http.StatusConflict, "state_conflict")
		at(federation, first+"/reject", reasoned{"x"}.body()).wants(t, http.StatusConflict, "approval_pending")
		p.call(t, county, "POST", "/approvals/"+accepted.text("approval_id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+accepted.text("approval_id")+"/approve", nil)
		p.waits(t, county, "card_returns_requested", 0)
		p.waits(t, county, "card_returns_approved", 1)
		due := p.ok(t, http.StatusOK, county, "GET", "/ops/card-returns?status=approved&batch_id="+p.ok(t, http.StatusOK, secretary, "GET", "/ent/card-returns", nil).text("items.0.batch_id"), nil)
		if due.fen("items.0.amount_fen") != 100000 || due.text("items.0.payee_number") != "6222021234567890" {
			t.Errorf("to be transferred: %s", due.raw)
		}
		if own := p.ok(t, http.StatusOK, secretary, "GET", "/ent/card-returns", nil); own.text("items.0.id") != first || own.text("items.0.payee_number") != "" {
			t.Errorf("the enterprise sees %s", own.raw)
		}
		at(county, first+"/done", map[string]any{"bank_reference": "a b"}).wantsField(t, "bank_reference", "invalid")
		for range 2 {
			if done := at(county, first+"/done", map[string]any{"bank_reference": "R1"}).ok(t); done.text("status") != "done" {
				t.Errorf("transferred: %s", done.raw)
			}
		}
		at(county, first+"/done", map[string]any{"bank_reference": "R2"}).wants(t, http.StatusConflict, "state_conflict")
		if back := p.ok(t, http.StatusOK, county, "GET", "/ops/cards/"+cards[0], nil); back.text("status") != "void" || back.fen("balance_fen") != 0 || back.text("steps.1.step") != "returned" {
			t.Errorf("a card that went back: %s", back.raw)
		}

		second := ask(cards[2]).text("id")
		for range 2 {
			at(federation, second+"/reject", reasoned{"已发出"}.body()).ok(t)
		}
		if kept := p.ok(t, http.StatusOK, county, "GET", "/ops/cards/"+cards[2], nil); kept.text("status") != "issued" {
			t.Errorf("a card that does not go back: %s", kept.raw)
		}
		third := ask(cards[2]).text("id")
		accepted = at(county, third+"/accept", reasoned{"合规"}.body()).ok(t)
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+accepted.text("approval_id")+"/approve", nil)
		at(county, third+"/done", map[string]any{"bank_reference": "R1"}).wants(t, http.StatusConflict, "bank_reference_used")
		at(county, third+"/done", map[string]any{"bank_reference": "R3"}).ok(t)

		p.laterBy(t, 8*24*time.Hour)
		late := ask(cards[3])
		late.wants(t, http.StatusConflict, "card_return_late")
		if !strings.Contains(late.text("rule.article"), "法释〔2025〕4号") {
			t.Errorf("the refusal does not say which rule: %s", late.raw)
		}
	})
}

// laterBy lets the payments of all batches be that much longer ago. The books, which say
// when they were posted, are put right before they are checked.
func (p *program) laterBy(t *testing.T, d time.Duration) {
	t.Helper()
	p.sql(t, fmt.Sprintf("UPDATE ledger_transactions SET posted_at = posted_at - %d WHERE kind = 'card_funding'", d.Milliseconds()))
	t.Cleanup(func() {
		p.sql(t, fmt.Sprintf("UPDATE ledger_transactions SET posted_at = posted_at + %d WHERE kind = 'card_funding'", d.Milliseconds()))
	})
}

// body is the reason as a request.
func (r reasoned) body() map[string]any { return map[string]any{"reason": r.Reason} }

// cardsMoved leaves each step behind that moves money of cards.
func (p *program) cardsMoved(t *testing.T, b basket) {
	t.Helper()
	county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
	voided, expired, into := p.claimed(t, b), p.claimed(t, b), p.claimed(t, b)
	paid := p.paidWith(t, b, expired)
	asked := p.ok(t, http.StatusOK, county, "POST", "/ops/cards/"+voided+"/void", map[string]any{"reason": "停用"})
	p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil)
	p.overdue(t, expired)
	p.call(t, b.token, "POST", "/cards/"+expired+"/move", map[string]any{"to_card_id": into}).ok(t)
	p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+paid.text("id")+"/cancel", nil)
	p.call(t, b.token, "POST", "/cards/"+b.cards[2]+"/loss-report", nil).ok(t)
	p.call(t, b.token, "POST", "/cards/"+b.cards[2]+"/replacement", nil).ok(t)

	secretary := p.signIn(t, "13900000003")
	p.payable(t, secretary, "13900000007")
	gone := p.ok(t, http.StatusCreated, secretary, "POST", "/ent/card-returns", map[string]any{"card_ids": p.unclaimed(t, 1), "reason": "未用"}).text("id")
	accepted := p.ok(t, http.StatusOK, county, "POST", "/ops/card-returns/"+gone+"/accept", map[string]any{"reason": "合规"})
	p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+accepted.text("approval_id")+"/approve", nil)
	p.ok(t, http.StatusOK, county, "POST", "/ops/card-returns/"+gone+"/done", map[string]any{"bank_reference": "OUT3"})
}
