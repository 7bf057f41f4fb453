package main

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const gansu = `
id: cn-gs
name: 甘肃省
name_en: Gansu
extends: national
limits:
  - {limit: anonymous_validity_min, value: 48, unit: months, article: 甘肃试行办法, source: example.test}
  - {limit: anonymous_loss_report, value: 1, unit: allowed, article: 甘肃试行办法, source: example.test}
`

// withGansu lets the program know a province's pack, which is data only.
func withGansu(t *testing.T) map[string]string {
	t.Helper()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "gansu.yaml"), []byte(gansu), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"ZIQUE_RULE_PACKS": folder}
}

func TestTheRulesOfTheLawArePublicWithTheirSources(t *testing.T) {
	p := start(t, withGansu(t))
	packs := p.ok(t, http.StatusOK, "", "GET", "/public/rule-packs", nil)
	if packs.text("items.0.id") != "national" || packs.text("items.1.id") != "cn-gs" || packs.text("items.1.extends") != "national" {
		t.Errorf("packs: %s", packs.raw)
	}
	limits, _ := packs.at("items.0.limits").([]any)
	if len(limits) < 30 {
		t.Errorf("the national pack has %d limits", len(limits))
	}
	for _, l := range limits {
		one := l.(map[string]any)
		if one["article"] == "" || one["source"] == "" || one["unit"] == "" {
			t.Errorf("without a source: %v", one)
		}
	}
}

// terms are a program's that only the named cooperatives accept; none: all do.
func terms(name string, cooperatives ...string) map[string]any {
	body := map[string]any{"name": name, "issuer": "运营方", "legal_basis": "seller_of_record", "rule_pack": "national", "accepts_all": len(cooperatives) == 0}
	if len(cooperatives) > 0 {
		body["cooperative_ids"] = cooperatives
	}
	return body
}

func with(body map[string]any, field string, value any) map[string]any {
	changed := maps.Clone(body)
	changed[field] = value
	return changed
}

func TestACardPaysOnlyWhereItsProgramIsAccepted(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		b := p.basket(t)
		county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
		placed := p.place(t, b, b.order(1))
		here := placed.text("sub_orders.0.cooperative.id")
		elsewhere := p.ok(t, http.StatusOK, p.signIn(t, "13900000002"), "GET", "/me", nil).text("memberships.0.org_id")
		if here == elsewhere {
			t.Fatal("the cheapest goods are of the demo's cooperative")
		}
		live := p.ok(t, http.StatusOK, county, "GET", "/ops/card-programs", nil)
		path := "/ops/card-programs/" + live.text("items.0.id")
		if live.at("items.0.live") != true || live.at("items.0.accepts_all") != true {
			t.Fatalf("the demo's program: %s", live.raw)
		}
		only := with(terms("只在一家", elsewhere), "reason", "按备案范围")
		p.call(t, county, "PUT", path, with(only, "reason", "")).wantsField(t, "reason", "required")
		asked := p.ok(t, http.StatusOK, county, "PUT", path, only)
		if asked.text("approval_id") == "" || asked.at("accepts_all") != true {
			t.Fatalf("a live program changed by one operator: %s", asked.raw)
		}
		p.call(t, federation, "PUT", path, only).wants(t, http.StatusConflict, "approval_pending")
		p.call(t, county, "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil).wants(t, http.StatusForbidden, "own_request")
		p.place(t, b, b.order(1)).made(t) // nothing is changed yet
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("approval_id")+"/approve", nil)

		for _, refused := range []reply{p.place(t, b, b.order(1)), p.call(t, b.token, "POST", "/orders/quote", b.order(1))} {
			refused.wants(t, http.StatusConflict, "card_not_accepted")
			if refused.text("errors.0.field") != "card_ids[0]" || !strings.Contains(refused.text("errors.0.message"), placed.text("sub_orders.0.cooperative.name")) || refused.text("errors.1.field") != "items[0].sku_id" {
				t.Errorf("it does not name the cooperative: %s", refused.raw)
			}
		}
		changed := p.ok(t, http.StatusOK, county, "PUT", path, with(terms("两家", elsewhere, here), "reason", "补充备案"))
		p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+changed.text("approval_id")+"/approve", nil)
		p.place(t, b, b.order(1)).made(t)
	})
}

func TestACardProgramIsCheckedFieldByField(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		county := p.signIn(t, "13900000004")
		for field, body := range map[string]map[string]any{
			"name": with(terms("x"), "name", " "), "issuer": with(terms("x"), "issuer", "a\nb"), "rule_pack": with(terms("x"), "rule_pack", "cn-zz"),
			"legal_basis": with(terms("x"), "legal_basis", "gift"), "filing_number": with(terms("x"), "legal_basis", "licensed_institution"),
			"cooperative_ids[0]": terms("x", "12345"), "cooperative_ids": with(terms("x"), "accepts_all", false),
		} {
			got := p.call(t, county, "POST", "/ops/card-programs", body)
			if got.status != http.StatusBadRequest || got.text("errors.0.field") != field {
				t.Errorf("%s: %s", field, got.raw)
			}
		}
		added := p.ok(t, http.StatusCreated, county, "POST", "/ops/card-programs", terms("新计划"))
		path := "/ops/card-programs/" + added.text("id")
		if p.ok(t, http.StatusOK, county, "PUT", path, terms("改名")).text("name") != "改名" { // there are no cards yet
			t.Error("a program without cards is not changed at once")
		}
		p.call(t, county, "PUT", "/ops/card-programs/12345", terms("x")).wants(t, http.StatusNotFound, "not_found")
		p.call(t, county, "GET", "/ops/card-programs/x", nil).wants(t, http.StatusNotFound, "not_found")
	})
}
