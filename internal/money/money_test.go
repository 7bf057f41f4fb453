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

func TestAllocatedPartsSumToTheWholeAndAreFair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weights := rapid.SliceOfN(rapid.Map(rapid.Int64Range(0, 1e12), func(n int64) Fen { return Fen(n) }), 1, 200).Draw(t, "weights")
		var sum Fen
		for _, w := range weights {
			sum += w
		}
		total := Fen(rapid.Int64Range(0, int64(sum)).Draw(t, "total"))
		var taken Fen
		for i, part := range Allocate(total, weights) {
			taken += part
			exact := float64(total) * float64(weights[i]) / float64(max(sum, 1))
			if part < 0 || part > weights[i] || float64(part) < exact-1.5 || float64(part) > exact+1.5 {
				t.Fatalf("part %d of weight %d is far from %f", part, weights[i], exact)
			}
		}
		if taken != total {
			t.Fatalf("the parts sum to %d of %d", taken, total)
		}
	})
	if got := Allocate(100, []Fen{1000, 1000, 1000}); got[0] != 34 || got[1] != 33 || got[2] != 33 {
		t.Errorf("a third each: %v", got)
	}
}
