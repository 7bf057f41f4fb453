package main

import (
	"net/http"
	"testing"
)

func TestAMemberOfTwoCooperativesActsForEachInTurn(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		member := p.signIn(t, "13900000002")
		me := p.call(t, member, "GET", "/me", nil)
		first, operator := me.text("memberships.0.org_id"), p.signIn(t, "13900000004")
		served := p.call(t, member, "GET", "/coop/villages", nil)
		if served.text("items.0.id") == "" {
			t.Fatalf("the only cooperative acts without a word: %s", served.raw)
		}
		second := p.call(t, operator, "GET", "/ops/organisations?kind=cooperative", nil).text("items.0.id")
		p.sql(t, "INSERT INTO memberships (org_id, user_id, role, created_at) VALUES (?, ?, 'packer', 0)", second, me.text("user.id"))
		p.sql(t, "DELETE FROM cooperative_villages WHERE org_id = ?", second)

		p.call(t, member, "GET", "/coop/villages", nil).wants(t, http.StatusBadRequest, "org_required")
		if again := p.call(t, member, "GET", "/coop/villages", nil, "Zique-Org", first); again.text("items.0.id") != served.text("items.0.id") {
			t.Errorf("for the first: %s", again.raw)
		}
		if other := p.call(t, member, "GET", "/coop/villages", nil, "Zique-Org", second); other.status != http.StatusOK || other.text("items.0.id") != "" {
			t.Errorf("for the second, which serves none: %s", other.raw)
		}
		third := p.call(t, operator, "GET", "/ops/organisations?kind=cooperative", nil).text("items.1.id")
		p.call(t, member, "GET", "/coop/villages", nil, "Zique-Org", third).wants(t, http.StatusForbidden, "forbidden")
		p.call(t, member, "GET", "/coop/villages", nil, "Zique-Org", "x").wants(t, http.StatusForbidden, "forbidden")
	})
}
