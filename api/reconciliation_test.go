package main

import (
	"bytes"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zique/internal/rulepack"
)

// reconciled is the demo's enterprise's reconciliation as of now, which holds, and holds what
// the cards do.
func (p *program) reconciled(t *testing.T, after string) reply {
	t.Helper()
	p.seal(t)
	r := p.ok(t, http.StatusOK, p.signIn(t, secretaryPhone), "GET", "/ent/reconciliation", nil)
	var held int64
	err := p.database(t).Read(t.Context()).Raw("SELECT SUM(c.balance_fen) FROM aid_cards c JOIN card_batches b ON b.id = c.batch_id WHERE b.enterprise_id = ?", r.text("enterprise_id")).Scan(&held).Error
	if err != nil || r.at("balanced") != true || r.fen("total.difference_fen") != 0 || r.fen("total.balance_fen")+r.fen("total.expired_fen") != held {
		t.Errorf("%s: the cards hold %d (%v): %s", after, held, err, r.raw)
	}
	for i := range r.at("batches").([]any) {
		if at := fmt.Sprintf("batches.%d.", i); r.fen(at+"difference_fen") != 0 || r.fen(at+"issued_fen") != r.fen(at+"face_fen")*r.fen(at+"cards") && r.fen(at+"moved_in_fen") == 0 {
			t.Errorf("%s: %s: %s", after, at, r.raw)
		}
	}
	return r
}

// ago lets all that is in the books up to a seq have happened that much earlier. What says when it did
// beside the books is left, so they are put right before they are checked.
func (p *program) ago(t *testing.T, d time.Duration, r reply) {
	t.Helper()
	for _, column := range []string{"ledger_transactions SET posted_at = posted_at", "ledger_seals SET sealed_at = sealed_at"} {
		p.sql(t, fmt.Sprintf("UPDATE %s - ? WHERE seq <= ?", column), d.Milliseconds(), r.fen("seq"))
		t.Cleanup(func() {
			p.sql(t, fmt.Sprintf("UPDATE %s + ? WHERE seq <= ?", column), d.Milliseconds(), r.fen("seq"))
		})
	}
}

func TestAnEnterprisesCardsReconcileToTheFenAsOfAnyDay(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		secretary, county, federation, auditor := p.signIn(t, secretaryPhone), p.signIn(t, countyPhone), p.signIn(t, federationPhone), p.signIn(t, demoAuditor)
		start := p.reconciled(t, "at first")
		batch := p.issued(t, p.batchFor(t, demoBuyer, "13711110001", "13711110002")).text("id")
		r := p.reconciled(t, "issued")
		last := fmt.Sprintf("batches.%d.", len(r.at("batches").([]any))-1)
		if r.text(last+"batch_id") != batch || r.fen(last+"issued_fen") != 300_00 || r.text(last+"departments.0.department") != "生产部" || r.fen(last+"departments.1.issued_fen") != 200_00 || r.fen("total.issued_fen") != start.fen("total.issued_fen")+300_00 {
			t.Errorf("a batch by department: %s", r.raw)
		}
		found := p.ok(t, http.StatusOK, b.token, "GET", "/cards", nil).at("items").([]any)
		mine := found[len(found)-1].(map[string]any)["id"].(string)
		expired, voided := p.claimed(t, b), p.claimed(t, b)
		p.reconciled(t, "claimed")
		paid := p.paidWith(t, b, mine)
		paid.made(t)
		kept := p.paidWith(t, b, expired)
		kept.made(t)
		r = p.reconciled(t, "spent")
		if r.fen(last+"departments.1.spent_fen") != paid.fen("total_fen") || r.fen(last+"departments.0.spent_fen") != 0 {
			t.Errorf("spent: %s", r.raw)
		}
		p.overdue(t, expired)
		r = p.reconciled(t, "expired")
		if r.fen("total.expired_fen") != 500_00-kept.fen("total_fen") {
			t.Errorf("expired: %s", r.raw)
		}
		p.ago(t, 24*time.Hour, r)
		yesterday := rulepack.DaysAfter(p.database(t).Now(), -1)
		stands := func(after string) {
			t.Helper()
			p.reconciled(t, after)
			then := p.ok(t, http.StatusOK, secretary, "GET", "/ent/reconciliation?as_of="+yesterday, nil)
			if then.fen("seq") != r.fen("seq") || !reflect.DeepEqual(then.at("batches"), r.at("batches")) || !reflect.DeepEqual(then.at("total"), r.at("total")) {
				t.Errorf("%s: as of yesterday\n%s\nwhat was shown then\n%s", after, then.raw, r.raw)
			}
		}

		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+paid.text("id")+"/cancel", nil)
		stands("refunded")
		p.ok(t, http.StatusOK, county, "POST", "/ops/cards/"+mine+"/freeze", reasoned{"查"})
		p.ok(t, http.StatusOK, county, "POST", "/ops/cards/"+mine+"/unfreeze", reasoned{"查毕"})
		stands("frozen")
		p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+expired+"/reactivate", nil)
		stands("re-activated")
		p.overdue(t, expired)
		p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+expired+"/move", map[string]any{"to_card_id": voided})
		stands("moved")
		p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+kept.text("id")+"/cancel", nil)
		stands("passed on")
		p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+mine+"/loss-report", nil)
		fresh := p.ok(t, http.StatusOK, b.token, "POST", "/cards/"+mine+"/replacement", nil).text("id")
		stands("replaced")
		asked := p.ok(t, http.StatusOK, county, "POST", "/ops/cards/"+voided+"/void", reasoned{"停用"})
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil)
		stands("voided")
		p.payable(t, secretary, financePhone)
		gone := p.ok(t, http.StatusCreated, secretary, "POST", "/ent/card-returns", map[string]any{"card_ids": p.unclaimed(t, 1), "reason": "未用"}).text("id")
		accepted := p.ok(t, http.StatusOK, county, "POST", "/ops/card-returns/"+gone+"/accept", reasoned{"合规"})
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+accepted.text("approval_id")+"/approve", nil)
		stands("given back")

		now := p.reconciled(t, "in the end")
		if now.fen(last+"departments.1.moved_in_fen") != 100_00 || now.fen(last+"departments.1.moved_out_fen") != 100_00 || now.fen(last+"departments.1.cards") != 3 ||
			now.fen(last+"returned_fen") != 100_00 || now.fen("total.voided_fen") != 1000_00 || now.fen("total.refunded_fen") < paid.fen("total_fen") || now.fen("paid_in_fen")-r.fen("paid_in_fen") != 1100_00 {
			t.Errorf("in the end: %s", now.raw)
		}
		own := now.text("enterprise_id")
		p.drillsDown(t, secretary, now)
		cards := p.ok(t, http.StatusOK, secretary, "GET", "/ent/reconciliation/cards?term=moved_in&department=行政部&batch_id="+batch, nil)
		if cards.text("items.0.id") != fresh || cards.fen("items.0.amount_fen") != 100_00 || cards.text("items.1.id") != "" {
			t.Errorf("the card of a term: %s", cards.raw)
		}
		p.call(t, secretary, "GET", "/ent/reconciliation/cards?term=paid", nil).wants(t, http.StatusBadRequest, "invalid_field")
		for _, wrong := range []string{"2026-13-01", "heute", rulepack.DaysAfter(p.database(t).Now(), 1)} {
			p.call(t, secretary, "GET", "/ent/reconciliation?as_of="+wrong, nil).wantsField(t, "as_of", "invalid")
		}
		p.call(t, secretary, "GET", "/ent/reconciliation?enterprise_id=12345", nil).wants(t, http.StatusNotFound, "not_found")
		p.call(t, auditor, "GET", "/ops/reconciliation", nil).wantsField(t, "enterprise_id", "not_an_id")
		p.call(t, auditor, "GET", "/ops/reconciliation?enterprise_id=12345", nil).wants(t, http.StatusNotFound, "not_found")
		if seen := p.ok(t, http.StatusOK, auditor, "GET", "/ops/reconciliation?as_of="+yesterday+"&enterprise_id="+own, nil); !reflect.DeepEqual(seen.at("batches"), r.at("batches")) {
			t.Errorf("the auditor sees %s", seen.raw)
		}
		if none := p.ok(t, http.StatusOK, auditor, "GET", "/ops/reconciliation?as_of=2020-01-01&enterprise_id="+own, nil); none.fen("total.cards") != 0 || none.at("batches.0") != nil {
			t.Errorf("before everything: %s", none.raw)
		}
		p.exportsReconciliation(t, secretary, yesterday, r)

		tampered := "UPDATE ledger_checkpoints SET balance_fen = balance_fen + ? WHERE account_id = (SELECT id FROM ledger_accounts WHERE code = ?)"
		p.sql(t, tampered, -1, "card:"+fresh)
		if off := p.ok(t, http.StatusOK, secretary, "GET", "/ent/reconciliation", nil); off.at("balanced") != false || off.fen("total.difference_fen") != 1 || off.fen(last+"departments.1.difference_fen") != 1 {
			t.Errorf("a fen is missing: %s", off.raw)
		}
		p.sql(t, tampered, 1, "card:"+fresh)
	})
}

// drillsDown: the cards of each term make its total, page by page.
func (p *program) drillsDown(t *testing.T, token string, r reply) {
	t.Helper()
	for _, term := range []string{"issued", "moved_in", "spent", "refunded", "balance", "expired", "voided", "returned", "moved_out"} {
		var sum int64
		for cursor := ""; ; {
			page := p.ok(t, http.StatusOK, token, "GET", "/ent/reconciliation/cards?limit=5&term="+term+"&cursor="+cursor, nil)
			for i := range page.at("items").([]any) {
				sum += page.fen(fmt.Sprintf("items.%d.amount_fen", i))
				if number := page.text(fmt.Sprintf("items.%d.masked_number", i)); !strings.HasPrefix(number, "**** ") {
					t.Errorf("a card's number: %s", number)
				}
			}
			if cursor = page.text("next_cursor"); cursor == "" {
				break
			}
		}
		if sum != r.fen("total."+term+"_fen") {
			t.Errorf("the cards of %s make %d: %s", term, sum, r.raw)
		}
	}
}

func (p *program) exportsReconciliation(t *testing.T, token, day string, r reply) {
	t.Helper()
	for of, rows := range map[string]int64{"terms": 0, "cards": r.fen("total.cards") + 4} {
		file := p.fetch(t, token, "GET", "/ent/reconciliation/file?of="+of+"&as_of="+day, nil)
		book, err := excelize.OpenReader(bytes.NewReader(file.raw))
		if err != nil {
			t.Fatalf("%s: %v: %.200s", of, err, file.raw)
		}
		found, err := book.GetRows(book.GetSheetName(0))
		if err != nil || !strings.Contains(found[1][0], "截至 "+day) || rows != 0 && int64(len(found)) != rows {
			t.Errorf("%s: %d rows, %v: %v", of, len(found), err, found[1])
		}
		if total := found[len(found)-2]; of == "terms" && (total[0] != "合计" || total[len(total)-1] != "0.00" || total[5] != fmt.Sprintf("%d.%02d", r.fen("total.spent_fen")/100, r.fen("total.spent_fen")%100)) {
			t.Errorf("the total: %v", total)
		}
	}
}
