package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestOneSearchBoxFindsEverything(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		placed := p.place(t, b, b.order(1))
		operator, auditor := p.signIn(t, "13900000004"), p.signIn(t, demoAuditor)
		for text, kind := range map[string]string{
			"芭蕉山村": "village", "演示企业": "organisation", demoBuyer: "user", placed.text("id"): "order",
			placed.text("proof_code"): "order", placed.text("sub_orders.0.id"): "order", b.cards[0]: "card",
		} {
			r := p.call(t, operator, "GET", "/ops/search?q="+url.QueryEscape(text), nil)
			if !strings.Contains(string(r.raw), `"kind":"`+kind+`"`) {
				t.Errorf("%s: %s", text, r.raw)
			}
		}
		if r := p.call(t, operator, "GET", "/ops/search?q="+url.QueryEscape("%"), nil); r.text("items.0.id") != "" {
			t.Errorf("a wildcard found %s", r.raw)
		}
		if r := p.call(t, auditor, "GET", "/ops/search?q="+demoBuyer, nil); r.text("items.0.title") != "演**" {
			t.Errorf("an auditor sees %s", r.raw)
		}
		for _, nothing := range []string{"", " ", "\u3000", "\x00", "a\x00", "\n"} {
			p.call(t, operator, "GET", "/ops/search?q="+url.QueryEscape(nothing), nil).wants(t, http.StatusBadRequest, "invalid_field")
		}
		if r := p.call(t, operator, "GET", "/ops/search?q="+url.QueryEscape("\u3000"+demoBuyer+" "), nil); r.text("items.0.kind") != "user" {
			t.Errorf("a phone with space around it: %s", r.raw)
		}
		p.call(t, operator, "GET", "/ops/search", nil).wants(t, http.StatusBadRequest, "invalid_field")
		p.call(t, b.token, "GET", "/ops/search?q=x", nil).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, b.token, "GET", "/ops/queues", nil).wants(t, http.StatusForbidden, "forbidden")
		queues := p.call(t, auditor, "GET", "/ops/queues", nil)
		if items, _ := queues.at("items").([]any); len(items) != 12 || queues.fen("items.0.count") != 0 {
			t.Errorf("queues: %s", queues.raw)
		}
	})
}
