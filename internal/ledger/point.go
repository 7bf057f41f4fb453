package ledger

import (
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/rulepack"
)

// Point is how far the books are read: to a seq of the journal, and what is good or expired
// by an instant.
type Point struct {
	Seq int64
	At  clock.Millis
}

// AsOf is the end of a day in Asia/Shanghai, or now where day is empty or is today. A day that
// is still to come, or none, is a wrong `as_of`.
func AsOf(view *gorm.DB, day string, now clock.Millis) (Point, error) {
	end, isDay := rulepack.EndOf(day)
	switch {
	case day == "" || isDay && day == now.Day():
		seq, err := Head(view)
		return Point{seq, now}, err
	case !isDay || end > now:
		return Point{}, fault.InvalidField("as_of", "invalid", "must be a day that is not to come, as in 2026-11-30")
	}
	seq, err := SeqBefore(view, end)
	return Point{seq, end.Add(-time.Millisecond)}, err
}
