package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"zique/internal/approval"
	"zique/internal/clock"
	"zique/internal/prepaid"
	"zique/internal/rulepack"
)

// recorded has a figure asked for by one operator and approved by the other.
func (p *program) recorded(t *testing.T, path string, body map[string]any) {
	t.Helper()
	asked := p.ok(t, http.StatusAccepted, p.signIn(t, countyPhone), "POST", path, body)
	p.call(t, p.signIn(t, countyPhone), "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
	p.ok(t, http.StatusOK, p.signIn(t, federationPhone), "POST", "/approvals/"+asked.text("id")+"/approve", nil)
}

func (p *program) funds(t *testing.T, asOf string) reply {
	t.Helper()
	p.seal(t)
	return p.ok(t, http.StatusOK, p.signIn(t, demoAuditor), "GET", "/ops/prepaid-funds?as_of="+asOf, nil)
}

// watched tells operators, as the chore does, and answers how many messages each has of that.
func (p *program) watched(t *testing.T) (custody, ceiling int64) {
	t.Helper()
	db := p.database(t)
	packs, err := rulepack.Load("")
	if err != nil {
		t.Fatal(err)
	}
	desk := prepaid.NewDesk(packs, approval.NewDesk())
	var racing sync.WaitGroup
	for range 3 {
		racing.Go(func() {
			if err := desk.Watch(t.Context(), db); err != nil {
				t.Error(err)
			}
		})
	}
	racing.Wait()
	for template, into := range map[string]*int64{"prepaid_custody_short": &custody, "prepaid_ceiling_exceeded": &ceiling} {
		if err := db.Read(t.Context()).Raw("SELECT COUNT(*) FROM outbox_events WHERE payload LIKE ?", "%"+template+"%").Scan(into).Error; err != nil {
			t.Fatal(err)
		}
	}
	return custody, ceiling
}

func TestPrepaidFundsAreWatchedAgainstCustodyAndCeiling(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		county := p.signIn(t, countyPhone)
		first := p.funds(t, "")
		program, owed := first.text("items.0.program_id"), first.fen("items.0.outstanding_fen")
		if first.text("items.0.light") != "amber" || first.text("items.0.alerts.0") != "revenue_unknown" || first.fen("items.0.required_fen") != 0 || first.fen("items.0.issued_fen") != owed ||
			first.at("items.0.custody_share.rate_bp") != 2000.0 || first.at("items.0.ceiling_share.rate_bp") != 4000.0 || first.text("items.0.ceiling_share.source") == "" {
			t.Fatalf("at first: %s", first.raw)
		}
		paid := p.paidWith(t, b, b.cards[0]).fen("total_fen")
		if now := p.funds(t, ""); now.fen("items.0.outstanding_fen") != owed-paid || now.fen("outstanding_fen") != owed-paid || now.fen("items.0.used_fen") != paid {
			t.Errorf("spent: %s", now.raw)
		}
		p.ago(t, 92*24*time.Hour, p.funds(t, "")) // a quarter
		today, year := p.database(t).Now().Day(), int64(time.Now().In(clock.Shanghai).Year())
		if now := p.funds(t, today); now.fen("items.0.quarter_fen") != owed-paid || now.fen("items.0.required_fen") != (owed-paid+4)/5 || now.text("items.0.alerts.0") != "custody_unknown" {
			t.Errorf("after a quarter: %s", now.raw)
		}
		if then := p.funds(t, first.text("items.0.quarter_end")); then.fen("outstanding_fen") != owed-paid {
			t.Errorf("at the quarter's end: %s", then.raw)
		}

		custody := func(amount int64) map[string]any {
			return map[string]any{"program_id": program, "day": today, "amount_fen": amount, "source": "存管银行 2026 年第 1 号函"}
		}
		revenue := func(amount int64) map[string]any {
			return map[string]any{"program_id": program, "year": year - 1, "amount_fen": amount, "source": "审计报告"}
		}
		wrong := p.call(t, county, "POST", "/ops/custody-balances", map[string]any{"program_id": "12345", "day": "2999-01-01", "amount_fen": -1, "source": " "})
		for i, field := range []string{"day", "amount_fen", "source", "program_id"} {
			if wrong.text(fmt.Sprintf("errors.%d.field", i)) != field {
				t.Errorf("wrong fields: %s", wrong.raw)
			}
		}
		p.call(t, county, "POST", "/ops/issuer-revenues", map[string]any{"program_id": program, "year": year, "amount_fen": 1, "source": "x"}).wantsField(t, "year", "range")
		if a, b := p.watched(t); a+b != 0 {
			t.Errorf("told %d and %d times of what nobody recorded", a, b)
		}
		p.recorded(t, "/ops/custody-balances", custody((owed-paid+4)/5-1))
		p.recorded(t, "/ops/issuer-revenues", revenue((owed-paid)*10/4-1))
		short := p.funds(t, "")
		if short.text("items.0.light") != "red" || short.text("items.0.alerts.0") != "custody_short" || short.text("items.0.alerts.1") != "ceiling_exceeded" || short.text("items.0.custody.day") != today {
			t.Errorf("short: %s", short.raw)
		}
		for range 2 { // once a day
			if a, b := p.watched(t); a != 1 || b != 1 {
				t.Errorf("told %d and %d times", a, b)
			}
		}
		p.sql(t, "UPDATE prepaid_alerts SET alert_day = '2026-01-01'")
		if a, b := p.watched(t); a != 2 || b != 2 {
			t.Errorf("on another day told %d and %d times", a, b)
		}
		p.recorded(t, "/ops/custody-balances", custody((owed-paid+4)/5))
		p.recorded(t, "/ops/issuer-revenues", revenue((owed-paid)*10/4+9))
		if well := p.funds(t, today); well.text("items.0.light") != "green" || well.at("items.0.alerts.0") != nil {
			t.Errorf("well: %s", well.raw)
		}
		p.sql(t, "UPDATE card_programs SET issuer_class = 'brand'")
		if brand := p.funds(t, ""); brand.at("items.0.custody_share.rate_bp") != 4000.0 || brand.text("items.0.light") != "red" {
			t.Errorf("a brand's: %s", brand.raw)
		}
		p.call(t, county, "GET", "/ops/prepaid-funds?as_of=2999-01-01", nil).wantsField(t, "as_of", "invalid")
		file := p.fetch(t, county, "GET", "/ops/prepaid-funds/file?as_of="+today, nil)
		book, err := excelize.OpenReader(bytes.NewReader(file.raw))
		if err != nil {
			t.Fatalf("%v: %.200s", err, file.raw)
		}
		rows, err := book.GetRows("预收资金")
		if err != nil || !strings.Contains(rows[1][0], "截至 "+today) || rows[3][8] != fmt.Sprintf("%d.%02d", (owed-paid)/100, (owed-paid)%100) || rows[3][9] != "40.00%" || rows[3][20] != "存管不足" {
			t.Errorf("the return: %v %v", err, rows)
		}
	})
}
