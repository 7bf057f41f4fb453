package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// inAnHour is soon, and late enough for whatever a test does before.
func inAnHour() time.Time { return time.Now().UTC().Truncate(time.Second).Add(time.Hour) }

// shareRule is a rule that can be asked for, but for what `more` changes of it.
func shareRule(from time.Time, more map[string]any) map[string]any {
	rule := map[string]any{"name": "团购加付", "rate_bp": 1000, "eligible": true, "bearer": "buyer", "valid_from": from.Format(time.RFC3339), "source": "县消费帮扶专班会议纪要"}
	for field, value := range more {
		rule[field] = value
	}
	return rule
}

// ruled asks for a rule and has it approved, and answers its id.
func (p *program) ruled(t *testing.T, rule map[string]any) string {
	t.Helper()
	asked := p.ok(t, http.StatusAccepted, p.signIn(t, "13900000004"), "POST", "/ops/share-rules", rule)
	return p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/approvals/"+asked.text("id")+"/approve", nil).text("subject_id")
}

// comes lets the instant come at which a rule begins or ends.
func (p *program) comes(t *testing.T, column, ruleID string) {
	t.Helper()
	p.sql(t, "UPDATE share_rules SET "+column+" = ? WHERE id = ?", time.Now().UnixMilli(), ruleID)
}

// wantsShare wants a placed order to have a share of its goods, on top of them or in them.
func wantsShare(t *testing.T, placed reply, rateBp int64, onTop bool) {
	t.Helper()
	goods := placed.fen("goods_fen")
	total, share := goods+placed.fen("freight_fen"), (goods*rateBp+5000)/10000
	if onTop {
		total += share
	}
	if placed.status != http.StatusCreated && placed.status != http.StatusOK || placed.fen("share_fen") != share || placed.fen("total_fen") != total {
		t.Errorf("want %d basis points, on top: %v: %s", rateBp, onTop, placed.raw)
	}
}

func TestARuleOfSharesIsAskedForApprovedAndFrozenOnWhatIsSoldUnderIt(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, county, federation := p.basket(t), p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		first := p.place(t, b, b.order(1))
		village := first.text("lines.0.village_id")
		ask := shareRule(inAnHour(), map[string]any{"village_id": village})
		asked := p.ok(t, http.StatusAccepted, county, "POST", "/ops/share-rules", ask)
		if asked.fen("before.rate_bp") != 500 || asked.fen("after.rate_bp") != 1000 || asked.text("after.village") == "" || asked.text("after.goes_before") != asked.text("before.name") ||
			asked.at("after.replaces") != nil || asked.text("reason") != ask["source"] {
			t.Errorf("asked: %s", asked.raw)
		}
		p.call(t, county, "POST", "/ops/share-rules", ask).wants(t, http.StatusConflict, "approval_pending")
		p.call(t, county, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		rule := p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil).text("subject_id")
		if list := p.ok(t, http.StatusOK, "", "GET", "/public/share-rules?limit=1", nil); list.text("items.0.id") != rule || list.text("items.0.state") != "coming" ||
			list.text("items.0.village.id") != village || list.text("next_cursor") == "" {
			t.Errorf("rules: %s", list.raw)
		} else if rest := p.ok(t, http.StatusOK, "", "GET", "/public/share-rules?cursor="+list.text("next_cursor"), nil); rest.text("items.0.id") != "1" || rest.at("items.1") != nil {
			t.Errorf("the next page: %s", rest.raw)
		}
		wantsShare(t, p.place(t, b, b.order(1)), 500, false)

		p.comes(t, "valid_from", rule)
		wantsShare(t, p.place(t, b, b.order(1)), 1000, true)
		if shown := p.ok(t, http.StatusOK, "", "GET", "/products/"+first.text("lines.0.product_id"), nil); shown.fen("rate_bp") != 1000 || shown.text("share_bearer") != "buyer" {
			t.Errorf("the product: %s", shown.raw)
		}
		wantsShare(t, p.ok(t, http.StatusOK, b.token, "GET", "/orders/"+first.text("id"), nil), 500, false)

		ask["rate_bp"], ask["bearer"], ask["valid_from"] = 700, "seller", inAnHour().Format(time.RFC3339)
		again := p.ok(t, http.StatusAccepted, county, "POST", "/ops/share-rules", ask)
		if again.text("after.replaces") != ask["name"] || again.text("before.bearer") != "buyer" {
			t.Errorf("the same reach again: %s", again.raw)
		}
		newer := p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+again.text("id")+"/approve", nil).text("subject_id")
		p.comes(t, "valid_from", newer)
		wantsShare(t, p.place(t, b, b.order(1)), 700, false)
		if list := p.ok(t, http.StatusOK, "", "GET", "/public/share-rules?state=in_force", nil); list.at("items.0.replaced_by") != nil || list.text("items.1.replaced_by") != newer {
			t.Errorf("in force: %s", list.raw)
		}

		end := p.ok(t, http.StatusAccepted, federation, "POST", "/ops/share-rules/"+newer+"/end", map[string]any{"valid_until": inAnHour().Format(time.RFC3339), "reason": "协议到期"})
		if end.text("after.then") != ask["name"] || end.at("before.valid_until") != nil {
			t.Errorf("the end: %s", end.raw)
		}
		p.call(t, county, "POST", "/ops/share-rules/"+newer+"/end", map[string]any{"valid_until": inAnHour().Format(time.RFC3339), "reason": "x"}).wants(t, http.StatusConflict, "approval_pending")
		p.ok(t, http.StatusOK, county, "POST", "/approvals/"+end.text("id")+"/approve", nil)
		p.comes(t, "valid_until", newer)
		wantsShare(t, p.place(t, b, b.order(1)), 1000, true)
		if past := p.ok(t, http.StatusOK, "", "GET", "/public/share-rules?state=past", nil); past.text("items.0.id") != newer || past.at("items.1") != nil {
			t.Errorf("past: %s", past.raw)
		}
		p.call(t, county, "POST", "/ops/share-rules/"+newer+"/end", map[string]any{"valid_until": inAnHour().Format(time.RFC3339), "reason": "x"}).wants(t, http.StatusConflict, "share_rule_over")
	})
}

func TestWhatIsWrongWithARuleOfSharesIsNamed(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county, federation, soon := p.signIn(t, "13900000004"), p.signIn(t, "13900000005"), inAnHour()
		past := time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
		for _, c := range []struct {
			more  map[string]any
			wrong string
		}{
			{map[string]any{"name": " ", "rate_bp": 10001, "bearer": "village", "category": "茶", "village_id": "x", "channel": "直播", "valid_from": "morgen", "valid_until": "", "source": ""},
				"name:required rate_bp:range bearer:invalid category:unknown village_id:unknown channel:invalid valid_from:invalid source:required"},
			{map[string]any{"rate_bp": -1, "bearer": "campaign", "category": "none", "village_id": "1", "channel": strings.Repeat("x", 41), "valid_from": past, "valid_until": past, "name": strings.Repeat("名", 121), "source": "two\nlines"},
				"name:too_long rate_bp:range bearer:no_campaign category:unknown village_id:unknown channel:invalid valid_from:range valid_until:range source:invalid"},
			{map[string]any{"eligible": false}, "rate_bp:range"},
			{map[string]any{"valid_until": soon.Format(time.RFC3339)}, "valid_until:range"},
		} {
			r := p.call(t, county, "POST", "/ops/share-rules", shareRule(soon, c.more))
			r.wants(t, http.StatusBadRequest, "invalid_field")
			var named []string
			for i := range 12 {
				if field := r.text(fmt.Sprintf("errors.%d.field", i)); field != "" {
					named = append(named, field+":"+r.text(fmt.Sprintf("errors.%d.code", i)))
				}
			}
			if got := strings.Join(named, " "); got != c.wrong {
				t.Errorf("got  %s\nwant %s", got, c.wrong)
			}
		}
		p.call(t, county, "POST", "/ops/share-rules", shareRule(soon, map[string]any{"campaign_id": "1"})).wantsField(t, "campaign_id", "unknown_field")
		end := func(id, until, reason string) reply {
			return p.call(t, county, "POST", "/ops/share-rules/"+id+"/end", map[string]any{"valid_until": until, "reason": reason})
		}
		end("1", past, "x").wantsField(t, "valid_until", "range")
		end("1", "x", "x").wantsField(t, "valid_until", "invalid")
		end("1", soon.Format(time.RFC3339), " ").wantsField(t, "reason", "required")
		end("2", soon.Format(time.RFC3339), "x").wants(t, http.StatusNotFound, "not_found")
		p.call(t, "", "GET", "/public/share-rules?state=x", nil).wantsField(t, "state", "invalid")

		// Its instant passes while it waits.
		late := p.ok(t, http.StatusAccepted, county, "POST", "/ops/share-rules", shareRule(soon, nil))
		p.sql(t, "UPDATE approvals SET payload = REPLACE(payload, ?, '1') WHERE id = ?", fmt.Sprint(soon.UnixMilli()), late.text("id"))
		p.call(t, federation, "POST", "/approvals/"+late.text("id")+"/approve", nil).wants(t, http.StatusConflict, "share_rule_backdated")
		p.ok(t, http.StatusOK, county, "POST", "/approvals/"+late.text("id")+"/withdraw", nil)

		// Another becomes what such sales have.
		category := p.ok(t, http.StatusOK, "", "GET", "/categories", nil).text("items.0.id")
		shown := p.ok(t, http.StatusAccepted, county, "POST", "/ops/share-rules", shareRule(soon.Add(time.Hour), map[string]any{"category": category, "channel": "fair"}))
		coming := p.ruled(t, shareRule(soon, nil))
		p.call(t, federation, "POST", "/approvals/"+shown.text("id")+"/approve", nil).wants(t, http.StatusConflict, "share_rules_changed")

		// What has not begun is called off at its beginning.
		end(coming, soon.Add(-time.Minute).Format(time.RFC3339), "x").wantsField(t, "valid_until", "range")
		off := end(coming, soon.Format(time.RFC3339), "不办了")
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+off.text("id")+"/approve", nil)
		if list := p.ok(t, http.StatusOK, "", "GET", "/public/share-rules?state=past", nil); list.text("items.0.id") != coming {
			t.Errorf("past: %s", list.raw)
		}

		// Whoever is of a village's collective decides nothing for it.
		village := p.ok(t, http.StatusOK, "", "GET", "/villages", nil).text("items.0.id")
		head, _ := p.head(t, county, village)
		p.madeOperator(t, p.ok(t, http.StatusOK, head, "GET", "/me", nil).text("user.id"))
		own := shareRule(soon, map[string]any{"village_id": village})
		p.call(t, head, "POST", "/ops/share-rules", own).wants(t, http.StatusForbidden, "own_request")
		asked := p.ok(t, http.StatusAccepted, county, "POST", "/ops/share-rules", own)
		p.call(t, head, "POST", "/approvals/"+asked.text("id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
	})
}

func TestSalesAreNeverLeftWithoutARuleOfShares(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b, county, federation, soon := p.basket(t), p.signIn(t, "13900000004"), p.signIn(t, "13900000005"), inAnHour()
		end := func(id string, until time.Time) reply {
			return p.call(t, county, "POST", "/ops/share-rules/"+id+"/end", map[string]any{"valid_until": until.Format(time.RFC3339), "reason": "换规则"})
		}
		end("1", soon).wants(t, http.StatusConflict, "last_share_rule")
		p.ruled(t, shareRule(soon, map[string]any{"category": p.ok(t, http.StatusOK, "", "GET", "/categories", nil).text("items.0.id")}))
		other := p.ruled(t, shareRule(soon.Add(time.Hour), nil))
		end("1", soon).wants(t, http.StatusConflict, "last_share_rule") // for an hour
		p.comes(t, "valid_from", other)

		asked := []reply{end("1", soon), end(other, soon.Add(time.Minute))}
		answers := make([]reply, len(asked))
		var wg sync.WaitGroup
		for i := range asked {
			wg.Go(func() { answers[i] = p.call(t, federation, "POST", "/approvals/"+asked[i].text("id")+"/approve", nil) })
		}
		wg.Wait()
		for i, answer := range answers {
			if won := answers[1-i]; answer.status != http.StatusOK && won.status == http.StatusOK {
				answer.wants(t, http.StatusConflict, "last_share_rule")
			}
		}
		if (answers[0].status == http.StatusOK) == (answers[1].status == http.StatusOK) {
			t.Errorf("both, or none: %s\n%s", answers[0].raw, answers[1].raw)
		}

		p.sql(t, "UPDATE share_rules SET valid_until = valid_from WHERE id <> 1")
		p.sql(t, "UPDATE share_rules SET valid_until = 1 WHERE id = 1") // as only somebody with the database can
		refused := p.place(t, b, b.order(1))
		if refused.wants(t, http.StatusServiceUnavailable, "no_share_rule"); refused.header.Get("Retry-After") == "" {
			t.Errorf("no Retry-After: %v", refused.header)
		}
		p.ok(t, http.StatusAccepted, county, "POST", "/ops/share-rules", shareRule(soon, nil)) // which mends it
		p.sql(t, "UPDATE share_rules SET valid_until = NULL WHERE id = 1")
		wantsShare(t, p.place(t, b, b.order(1)), 500, false)
	})
}
