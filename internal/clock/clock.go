// Package clock is the only place that reads the machine's time. A Clock is the
// local time corrected by the database's measured offset, so that all replicas
// agree; tests set it by hand.
package clock

import (
	"sync/atomic"
	"time"
)

// Millis is an instant in milliseconds since 1970 UTC: the form in which every
// time is stored, the same on all engines.
type Millis int64

// Time is the instant in UTC.
func (m Millis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// Add moves the instant.
func (m Millis) Add(d time.Duration) Millis { return m + Millis(d.Milliseconds()) }

// FromTime drops what is finer than a millisecond.
func FromTime(t time.Time) Millis { return Millis(t.UnixMilli()) }

// Shanghai is where every day begins and ends; it has no summer time.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day is the instant's day in Shanghai, as YYYY-MM-DD.
func (m Millis) Day() string { return m.Time().In(Shanghai).Format(time.DateOnly) }

// DayBegins is the first instant of a day, written as YYYY-MM-DD.
func DayBegins(day string) (Millis, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, Shanghai)
	return FromTime(t), err
}

// Clock tells the time. It is safe for concurrent use.
type Clock struct {
	read   func() time.Time
	offset atomic.Int64 // nanoseconds to add to read
}

// System is the machine's clock, until SetOffset corrects it.
func System() *Clock { return &Clock{read: time.Now} }

// At is a clock that stands at t until Advance moves it.
func At(t time.Time) *Clock { return &Clock{read: func() time.Time { return t }} }

// Now is the corrected instant.
func (c *Clock) Now() Millis {
	return FromTime(c.read().Add(time.Duration(c.offset.Load())))
}

// SetOffset says how far the database's clock is ahead of this machine's.
func (c *Clock) SetOffset(d time.Duration) { c.offset.Store(int64(d)) }

// Advance moves the clock forward; for tests.
func (c *Clock) Advance(d time.Duration) { c.offset.Add(int64(d)) }
