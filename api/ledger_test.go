package main

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"zique/internal/ledger"
)

// seal does what the program does each second, now.
func (p *program) seal(t *testing.T) {
	t.Helper()
	if _, err := ledger.Seal(t.Context(), p.database(t)); err != nil {
		t.Fatal(err)
	}
}

func TestAnAuditorFollowsTheMoneyFromTheTrialBalanceToTheEntry(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		p.oneRefund(t)
		p.seal(t)
		auditor := p.signIn(t, demoAuditor)

		first := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?limit=2", nil)
		if first.at("total_fen") != 0.0 {
			t.Errorf("the books sum to %v", first.at("total_fen"))
		}
		var classes, accounts int64
		for i := range first.at("classes").([]any) {
			classes += first.fen(fmt.Sprintf("classes.%d.balance_fen", i))
			accounts += first.fen(fmt.Sprintf("classes.%d.accounts", i))
		}
		sum, seen := p.sumPages(t, auditor, first)
		if classes != 0 || sum != 0 || seen != accounts {
			t.Errorf("classes sum to %d over %d accounts, pages to %d over %d", classes, accounts, sum, seen)
		}

		seller := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?q=cooperative:", nil)
		account := seller.text("items.0.id")
		statement := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts/"+account+"/entries", nil)
		if statement.text("code") != seller.text("items.0.code") || statement.fen("opening_fen") != 0 || statement.fen("closing_fen") != seller.fen("items.0.balance_fen") ||
			statement.text("items.0.kind") != "order_payment" || statement.fen("items.0.balance_fen") != statement.fen("items.0.amount_fen") {
			t.Errorf("%s", statement.raw)
		}
		posted := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/transactions/"+statement.text("items.0.transaction_id"), nil)
		if posted.text("order_id") == "" || posted.text("order_id") != posted.text("reference") {
			t.Errorf("the order's payment does not name it: %s", posted.raw)
		}
		var entries int64
		for i := range posted.at("entries").([]any) {
			entries += posted.fen(fmt.Sprintf("entries.%d.amount_fen", i))
		}
		if entries != 0 || posted.fen("seq") != statement.fen("items.0.seq") || posted.text("sealed_at") == "" {
			t.Errorf("%s", posted.raw)
		}
		p.namesHolders(t, auditor)
		p.call(t, auditor, "GET", "/ledger/accounts/1/entries", nil).wants(t, http.StatusNotFound, "account_not_found")
		p.call(t, auditor, "GET", "/ledger/transactions/x", nil).wants(t, http.StatusNotFound, "transaction_not_found")
		for _, wrong := range []string{"?cursor=9", "?cursor=9999999999999999999.a", "?q=村", "?cursor=1.村", "?cursor=999999.a", "?as_of=heute"} {
			p.call(t, auditor, "GET", "/ledger/accounts"+wrong, nil).wants(t, http.StatusBadRequest, "invalid_field")
		}
		p.call(t, auditor, "GET", "/ledger/accounts/"+account+"/entries?cursor=9.a", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, auditor, "GET", "/ledger/accounts/"+account+"/entries?cursor=999999.1", nil).wants(t, http.StatusBadRequest, "invalid_field")
	})
}

// namesHolders: who reads the books sees whose an account is, and not a card's whole number.
func (p *program) namesHolders(t *testing.T, auditor string) {
	t.Helper()
	order := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?q=cooperative:", nil)
	account := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts/"+order.text("items.0.id")+"/entries", nil)
	names := map[string]bool{}
	for _, product := range p.ok(t, http.StatusOK, "", "GET", "/products?limit=100", nil).at("items").([]any) {
		for _, holder := range []string{"cooperative", "village"} {
			names[product.(map[string]any)[holder].(map[string]any)["name"].(string)] = true
		}
	}
	if !names[account.text("name")] || account.text("name") != order.text("items.0.name") {
		t.Errorf("whose account: %s", account.raw)
	}
	posted := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/transactions/"+account.text("items.0.transaction_id"), nil)
	for _, entry := range posted.at("entries").([]any) {
		code, name := entry.(map[string]any)["code"].(string), entry.(map[string]any)["name"]
		if card := strings.HasPrefix(code, "card:"); card && !strings.Contains(name.(string), "*") || !card && !names[name.(string)] {
			t.Errorf("%s is named %v", code, name)
		}
	}
	if bank := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?q=bank", nil); bank.at("items.0.name") != nil {
		t.Errorf("the bank's account is nobody's: %s", bank.raw)
	}
}

// sumPages adds up a trial balance page by page while orders go on.
func (p *program) sumPages(t *testing.T, token string, page reply) (sum, seen int64) {
	t.Helper()
	b := p.basket(t)
	for seq := page.fen("seq"); ; {
		for i := range page.at("items").([]any) {
			sum, seen = sum+page.fen(fmt.Sprintf("items.%d.balance_fen", i)), seen+1
		}
		if page.text("next_cursor") == "" {
			return sum, seen
		}
		if seen == 2 {
			p.place(t, b, b.order(1))
			p.seal(t)
		}
		page = p.ok(t, http.StatusOK, token, "GET", "/ledger/accounts?limit=40&cursor="+page.text("next_cursor"), nil)
		if page.fen("seq") != seq {
			t.Errorf("the next page stands at %d, the first at %d", page.fen("seq"), seq)
		}
	}
}

func TestAsOfAnInstantTheBooksStandStill(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.oneRefund(t)
		p.seal(t)
		auditor := p.signIn(t, demoAuditor)
		now := url.QueryEscape(p.database(t).Now().Time().Format(time.RFC3339Nano))
		before := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?as_of="+now, nil)
		p.place(t, b, b.order(1))
		p.seal(t)
		after := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?as_of="+now, nil)
		latest := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts", nil)
		if string(before.raw) != string(after.raw) || latest.fen("seq") <= before.fen("seq") {
			t.Errorf("as of the same instant:\n%s\n%s\nnow:\n%s", before.raw, after.raw, latest.raw)
		}
		if none := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?as_of=0001-01-01T00:00:00Z", nil); none.fen("seq") != 0 || none.at("items.0") != nil {
			t.Errorf("before everything: %s", none.raw)
		}
		account := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts?q=cooperative:", nil).text("items.0.id")
		whole := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts/"+account+"/entries", nil)
		until := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts/"+account+"/entries?until="+now, nil)
		since := p.ok(t, http.StatusOK, auditor, "GET", "/ledger/accounts/"+account+"/entries?since="+now, nil)
		if until.fen("closing_fen") != since.fen("opening_fen") || since.fen("closing_fen") != whole.fen("closing_fen") ||
			len(until.at("items").([]any))+len(since.at("items").([]any)) != len(whole.at("items").([]any)) {
			t.Errorf("%s\n%s\n%s", until.raw, since.raw, whole.raw)
		}
		p.call(t, auditor, "GET", "/ledger/accounts/"+account+"/entries?since=2030-01-02T00:00:00Z&until=2030-01-01T00:00:00Z", nil).wants(t, http.StatusBadRequest, "invalid_field")
	})
}

func TestVouchersBalanceAndOpenInASpreadsheet(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		p.oneRefund(t)
		p.seal(t)
		auditor := p.signIn(t, demoAuditor)
		export := func(query string) (reply, [][]string) {
			t.Helper()
			r := p.fetch(t, auditor, "GET", "/ledger/vouchers"+query, nil)
			text, marked := strings.CutPrefix(string(r.raw), "\ufeff")
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil || !marked || r.status != http.StatusOK || strings.Join(rows[0], ",") != "seq,tx_id,kind,reference,posted_at,account,debit_fen,credit_fen" {
				t.Fatalf("%d, %v: %.200s", r.status, err, r.raw)
			}
			return r, rows[1:]
		}
		_, all := export("")
		var debit, credit int64
		for _, row := range all {
			var d, c int64
			if _, err := fmt.Sscan(row[6], &d); err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Sscan(row[7], &c); err != nil {
				t.Fatal(err)
			}
			debit, credit = debit+d, credit+c
			if _, err := time.Parse(time.DateTime, row[4]); err != nil {
				t.Errorf("posted_at %s", row[4])
			}
		}
		if debit != credit || debit == 0 {
			t.Errorf("debit %d, credit %d", debit, credit)
		}
		r, some := export("?from_seq=2&to_seq=3")
		for _, row := range some {
			if row[0] != "2" && row[0] != "3" {
				t.Errorf("row of %s", row[0])
			}
		}
		if len(some) < 4 || !strings.Contains(r.header.Get("Content-Disposition"), "vouchers-2-3.csv") {
			t.Errorf("%d rows, %s", len(some), r.header.Get("Content-Disposition"))
		}
		if _, none := export("?until=2020-01-01T00:00:00Z"); len(none) != 0 {
			t.Errorf("before the first: %v", none)
		}
	})
}
