// Package money holds the two units that every amount in Zique is written in:
// fen (分, a hundredth of a yuan) and basis points (a hundredth of a percent).
// There is no float anywhere: amounts are int64 and every rounding has a name.
package money

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"
)

// Fen is an amount of money in fen. It may be negative in journal entries.
type Fen int64

// BasisPoints is a rate: 500 basis points are 5 %.
type BasisPoints int64

// whole is the number of basis points in 100 %.
const whole = 10_000

// Of is the rate's part of amount, rounded half up to the fen.
// amount must not be negative.
func (rate BasisPoints) Of(amount Fen) Fen {
	return (amount*Fen(rate) + whole/2) / whole
}

// ProRata is the part of total that belongs to `part` of `of` units, rounded
// half up. Callers take differences of cumulative values, so that the parts of a
// line always sum to the line. total must not be negative and of must be positive.
func ProRata(total Fen, part, of int64) Fen {
	return Fen((int64(total)*part*2 + of) / (of * 2))
}

// Allocate divides total over the weights by largest remainder: each part is its exact
// share rounded down, and the fen that are left go to the parts that lost most, the
// earlier first. The parts sum to total and none exceeds its weight when total does not
// exceed their sum. Weights must not be negative and must not all be 0 unless total is.
func Allocate(total Fen, weights []Fen) []Fen {
	parts := make([]Fen, len(weights))
	var sum Fen
	for _, w := range weights {
		sum += w
	}
	if sum == 0 {
		return parts
	}
	lost := make([]Fen, len(weights)) // remainders, in parts of 1/sum fen
	order := make([]int, len(weights))
	left := total
	for i, w := range weights {
		high, low := bits.Mul64(uint64(total), uint64(w))
		quotient, remainder := bits.Div64(high, low, uint64(sum))
		parts[i], lost[i], order[i] = Fen(quotient), Fen(remainder), i
		left -= parts[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lost[b], lost[a]) })
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts
}

// String shows the amount in yuan, for people: ¥12.34.
func (f Fen) String() string {
	if f < 0 {
		return "-¥" + (-f).Yuan()
	}
	return "¥" + f.Yuan()
}

// Yuan is the amount in yuan without a sign of the currency, for tables: -12.34.
func (f Fen) Yuan() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return fmt.Sprintf("%s%d.%02d", sign, f/100, f%100)
}
