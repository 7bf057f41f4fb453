package prepaid

import (
	"slices"
	"testing"
)

func TestAQuarterEndsBeforeTheOneThatADayIsIn(t *testing.T) {
	for day, want := range map[string]string{"2026-01-01": "2025-12-31", "2026-03-31": "2025-12-31", "2026-04-01": "2026-03-31", "2026-08-15": "2026-06-30", "2026-12-31": "2026-09-30"} {
		if got := lastQuarter(day); got != want {
			t.Errorf("before %s: %s, want %s", day, got, want)
		}
	}
}

func TestTheLightIsRedForABrokenRuleAndAmberForAMissingFigure(t *testing.T) {
	for _, c := range []struct {
		fund   Fund
		alerts []string
		light  string
	}{
		{Fund{}, nil, Green},
		{Fund{RequiredFen: 5, IssuerFen: 9}, []string{CustodyUnknown, RevenueUnknown}, Amber},
		{Fund{RequiredFen: 5, Custody: &Custody{AmountFen: 4}, IssuerFen: 9}, []string{CustodyShort, RevenueUnknown}, Red},
		{Fund{RequiredFen: 5, Custody: &Custody{AmountFen: 5}, IssuerFen: 9, Revenue: &Revenue{}, CeilingFen: 8}, []string{CeilingExceeded}, Red},
		{Fund{RequiredFen: 5, Custody: &Custody{AmountFen: 5}, IssuerFen: 9, Revenue: &Revenue{}, CeilingFen: 9}, nil, Green},
	} {
		if got := c.fund.Alerts(); !slices.Equal(got, c.alerts) || c.fund.Light() != c.light {
			t.Errorf("%+v: %v, %s", c.fund, got, c.fund.Light())
		}
	}
}
