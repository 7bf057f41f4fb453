package main

import (
	"net/http"
	"os"
	"path/filepath"
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
