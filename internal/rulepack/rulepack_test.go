package rulepack

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zique/internal/clock"
)

func instant(t *testing.T, at string) clock.Millis {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	return clock.FromTime(parsed)
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	at := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(at, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

func TestTheNationalPackHoldsTheNumbersOfTheLaw(t *testing.T) {
	packs, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	national, _ := packs.Get(National)
	now := national.At(instant(t, "2026-11-30T12:00:00Z"))
	if now.RegisteredFaceMax.Value != 5000_00 || now.AnonymousFaceMax.Value != 1000_00 || now.AnonymousValidityMin.Value != 36 ||
		now.RealNameFrom.Value != 10000_00 || now.TransferOnlyOrgFrom.Value != 5000_00 || now.TransferOnlyFrom.Value != 50000_00 || now.CardReturnWithin.Value != 7 {
		t.Errorf("%+v", now)
	}
	if !now.AnonymousLossReport.Forbids() || !now.RegisteredExpiry.Forbids() || now.RegisteredFaceMax.Pack != National {
		t.Errorf("%+v", now)
	}
	// 法释〔2025〕4号 holds from the first instant of its day in Shanghai.
	if l := national.At(instant(t, "2025-04-30T15:59:59Z")).CardReturnWithin; l.IsSet() {
		t.Errorf("before its day: %+v", l)
	}
	if l := national.At(instant(t, "2025-04-30T16:00:00Z")).CardReturnWithin; l.Value != 7 {
		t.Errorf("on its day: %+v", l)
	}
}

func TestAProvinceSetsSingleLimitsOtherwiseByDataOnly(t *testing.T) {
	packs, err := Load(folder(t, map[string]string{"gansu.yaml": `
id: cn-gs
name: 甘肃省
name_en: Gansu
extends: national
limits:
  - {limit: anonymous_face_max, value: 50000, unit: fen, valid_from: "2026-01-01", valid_until: "2026-06-30", article: 试行办法, source: example.test}
  - {limit: anonymous_face_max, value: 80000, unit: fen, valid_from: "2026-07-01", article: 办法, source: example.test}
`}))
	if err != nil {
		t.Fatal(err)
	}
	gansu, _ := packs.Get("cn-gs")
	for at, want := range map[string]int64{"2025-12-31T12:00:00Z": 1000_00, "2026-06-30T15:59:59Z": 500_00, "2026-06-30T16:00:00Z": 800_00} {
		if got := gansu.At(instant(t, at)).AnonymousFaceMax.Value; got != want {
			t.Errorf("at %s: %d, want %d", at, got, want)
		}
	}
	now := gansu.At(instant(t, "2026-11-30T12:00:00Z"))
	if now.AnonymousFaceMax.Rule().Pack != "cn-gs" || now.RegisteredFaceMax.Rule().Pack != National {
		t.Errorf("%+v", now)
	}
}

func TestAMalformedPackIsNamedByFileLineAndField(t *testing.T) {
	const head = "id: cn-x\nname: 某省\nname_en: X\nextends: national\nlimits:\n"
	for text, wants := range map[string]string{
		head + "  - {limit: anonymous_face_max, value: -1, unit: fen, article: a, source: s}\n":                                           "x.yaml: line 6: limits[0].value",
		head + "  - {limit: a, value: 1, unit: yuan, article: a, source: s}\n":                                                            "x.yaml: line 6: limits[0].unit",
		head + "  - {limit: anonymous_face_max, value: 1, unit: days, article: a, source: s}\n":                                           "limits[0].unit: must be fen",
		head + "  - {limit: a, value: 1, unit: fen, source: s}\n":                                                                         "x.yaml: line 6: limits[0].article",
		head + "  - {limit: a, value: 1, unit: fen, article: a}\n":                                                                        "x.yaml: line 6: limits[0].source",
		head + "  - {limit: a, value: 1, unit: fen, article: a, source: s, valid_from: \"1.5.2025\"}\n":                                   "x.yaml: line 6: limits[0].valid_from",
		head + "  - {limit: a, value: 1, unit: fen, article: a, source: s, valid_from: \"2025-05-02\", valid_until: \"2025-05-01\"}\n":    "x.yaml: line 6: limits[0].valid_until",
		head + "  - {limit: a, value: 1, unit: fen, article: a, source: s}\n  - {limit: a, value: 2, unit: fen, article: a, source: s}\n": "x.yaml: line 7: limits[1].limit",
		head + "  - {limit: a, value: 1.5, unit: fen, article: a, source: s}\n":                                                           "x.yaml: line 6: limits[0].value: must be a whole",
		head + "  - {limit: a, unit: fen, article: a, source: s}\n":                                                                       "x.yaml: line 6: limits[0].value: must be a whole",
		head + "  - {limit: a, valeu: 1, unit: fen, article: a, source: s}\n":                                                             "line 6: field valeu",
		strings.Replace(head, "extends: national\n", "", 1):                                                                               "x.yaml: extends",
		strings.Replace(head, "cn-x", "National!", 1):                                                                                     "x.yaml: line 1: id",
		strings.Replace(head, "cn-x", "national", 1):                                                                                      "x.yaml: id: another pack",
		"id: [": "x.yaml: line 1",
		"":      "x.yaml:",
		head + "  - {limit: anonymous_loss_report, value: 2, unit: allowed, article: a, source: s}\n": "limits[0].value: must be 0 or 1",
	} {
		if _, err := Load(folder(t, map[string]string{"x.yaml": text})); err == nil || !strings.Contains(err.Error(), wants) {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, wants)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "nowhere")); err == nil {
		t.Error("a folder that is not there is no mistake")
	}
}

func TestAPeriodOfMonthsEndsOnTheSameDayOrTheMonthsLast(t *testing.T) {
	for at, want := range map[string]string{"2026-11-30T15:59:59Z": "2029-11-30", "2026-11-30T16:00:00Z": "2029-12-01", "2028-02-29T00:00:00Z": "2031-02-28"} {
		if got := MonthsAfter(instant(t, at), 36); got != want {
			t.Errorf("36 months after %s: %s, want %s", at, got, want)
		}
	}
	if end, ok := EndOf("2029-11-30"); !ok || end != instant(t, "2029-11-30T16:00:00Z") {
		t.Errorf("the day ends at %s", end.Time())
	}
	if _, ok := EndOf("2029-02-30"); ok {
		t.Error("30 February is a day")
	}
}
