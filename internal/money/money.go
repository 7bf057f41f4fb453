// Package money holds the two units that every amount in Zique is written in:
// fen (分, a hundredth of a yuan) and basis points (a hundredth of a percent).
// There is no float anywhere: amounts are int64 and every rounding has a name.
package money

import "fmt"

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

// String shows the amount in yuan, for people: ¥12.34.
func (f Fen) String() string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	return fmt.Sprintf("%s¥%d.%02d", sign, f/100, f%100)
}
