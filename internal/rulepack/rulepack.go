// Package rulepack holds the numbers that the law sets for prepaid cards and what goes
// with them, as dated data: a pack is a file of limits, each with its unit, the days on
// which it holds, the article that sets it and where that was read. The national pack
// (packs/national.yaml) is in the binary. A pack of a province extends it and sets single
// limits otherwise; it is a file in a folder that a setting names, and needs no code.
//
// Invariants, seen to when packs are read: of one limit no two versions of a pack hold on
// one day; every limit that code asks for is in the national pack; a pack that cannot be
// read as a whole is not used at all.
//
// A limit that is marked as a draft was found only in a draft text or remembered: check it
// before relying on it.
package rulepack

import (
	"slices"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
)

// National is the pack that every other extends.
const National = "national"

// Units of limits.
const (
	Fen         = "fen"
	BasisPoints = "bp"
	Days        = "days"
	WorkingDays = "working_days"
	Months      = "months"
	Allowed     = "allowed" // 1: yes, 0: no
)

var units = []string{Fen, BasisPoints, Days, WorkingDays, Months, Allowed}

// Limit is one number of a pack and the days on which it holds.
type Limit struct {
	Name       string `yaml:"limit"`
	Value      int64  `yaml:"value"`
	Unit       string `yaml:"unit"`
	ValidFrom  string `yaml:"valid_from"`  // the first day; empty: always before
	ValidUntil string `yaml:"valid_until"` // the last day; empty: still
	Article    string `yaml:"article"`
	Source     string `yaml:"source"`
	Draft      bool   `yaml:"draft"`

	Pack string `yaml:"-"`
}

// Rule is what a refusal by the limit carries.
func (l Limit) Rule() fault.Rule {
	return fault.Rule{Pack: l.Pack, Article: l.Article, Source: l.Source}
}

// Refuses answers a refusal with the rule that it comes from.
func (l Limit) Refuses(f *fault.Fault) *fault.Fault { return f.Under(l.Rule()) }

// IsSet tells whether any version of the limit holds.
func (l Limit) IsSet() bool { return l.Name != "" }

// Below tells whether the limit is a most that n is above. Without a limit nothing is.
func (l Limit) Below(n int64) bool { return l.IsSet() && l.Value < n }

// Forbids tells whether the limit says that something is not allowed.
func (l Limit) Forbids() bool { return l.IsSet() && l.Unit == Allowed && l.Value == 0 }

func (l Limit) holdsOn(day string) bool {
	return l.ValidFrom <= day && (l.ValidUntil == "" || day <= l.ValidUntil)
}

// Pack is a set of limits: the national one, or one that sets some of them otherwise.
type Pack struct {
	ID      string  `yaml:"id"`
	Name    string  `yaml:"name"`
	NameEn  string  `yaml:"name_en"`
	Extends string  `yaml:"extends"`
	Limits  []Limit `yaml:"limits"`

	base *Pack
}

// limit answers the pack's limit of a name on a day, or else that of the
// pack that it extends. One that nothing sets is the zero Limit.
func (p *Pack) limit(name, day string) Limit {
	for _, l := range p.Limits {
		if l.Name == name && l.holdsOn(day) {
			return l
		}
	}
	if p.base != nil {
		return p.base.limit(name, day)
	}
	return Limit{}
}

// At answers the limits that hold at an instant.
func (p *Pack) At(at clock.Millis) Limits {
	var limits Limits
	day := at.Day()
	for name, into := range limits.byName() {
		*into = p.limit(name, day)
	}
	return limits
}

// Packs are all that this program knows.
type Packs struct{ all []*Pack }

// Get finds a pack by id.
func (ps Packs) Get(packID string) (*Pack, bool) {
	i := slices.IndexFunc(ps.all, func(p *Pack) bool { return p.ID == packID })
	if i < 0 {
		return nil, false
	}
	return ps.all[i], true
}

// All lists the packs, the national one first.
func (ps Packs) All() []*Pack { return slices.Clone(ps.all) }

// EndOf is the first instant after a day, or false where text is no day.
func EndOf(day string) (clock.Millis, bool) {
	start, err := clock.DayBegins(day)
	return start.Add(24 * time.Hour), err == nil
}

// DaysAfter is the day that comes days after that of an instant.
func DaysAfter(at clock.Millis, days int64) string {
	return at.Time().In(clock.Shanghai).AddDate(0, 0, int(days)).Format(time.DateOnly)
}

// MonthsAfter is the day that comes months after the day of an instant: in a shorter month
// its last day, so that who counts by hand never finds it earlier.
func MonthsAfter(at clock.Millis, months int64) string {
	start := at.Time().In(clock.Shanghai)
	first := time.Date(start.Year(), start.Month()+time.Month(months), 1, 0, 0, 0, 0, clock.Shanghai)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(start.Day(), last)-1).Format(time.DateOnly)
}
