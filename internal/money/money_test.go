package money

import (
	"testing"

	"pgregory.net/rapid"
)

func TestRateRoundsHalfUp(t *testing.T) {
	for _, c := range []struct{ net, want Fen }{{0, 0}, {9, 0}, {10, 1}, {29, 1}, {30, 2}, {4980, 249}, {199, 10}} {
		if got := BasisPoints(500).Of(c.net); got != c.want {
			t.Errorf("5%% of %d fen = %d, want %d", c.net, got, c.want)
		}
	}
}

func TestCumulativePartsSumToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := Fen(rapid.Int64Range(0, 1e12).Draw(t, "total"))
		units := rapid.Int64Range(1, 999).Draw(t, "units")
		var taken, before Fen
		for n := int64(1); n <= units; n++ {
			upTo := ProRata(total, n, units)
			if upTo < before {
				t.Fatalf("part %d of %d shrinks: %d after %d", n, units, upTo, before)
			}
			taken += upTo - before
			before = upTo
		}
		if taken != total {
			t.Fatalf("parts sum to %d, want %d", taken, total)
		}
	})
}

func TestStringIsYuan(t *testing.T) {
	for f, want := range map[Fen]string{0: "¥0.00", 5: "¥0.05", 1234: "¥12.34", -250: "-¥2.50"} {
		if f.String() != want {
			t.Errorf("%d fen prints %s, want %s", int64(f), f, want)
		}
	}
}
