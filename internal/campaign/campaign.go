// Package campaign is a season of buying to help (消费帮扶季, 年货节): days on which some
// goods are sold under one title, so that what it brought can be told.
//
// A campaign is a draft until it is published, is published before its first day or later,
// and may be closed before its last; there is no way back. Invariants: an order line
// belongs to the campaign in which its product was on sale when it was ordered, if several
// then to the one that opened last, and stays in it; a campaign that has sold does not move
// the day on which it opened.
//
// Locks: the campaign's row before its goods.
package campaign

import (
	"slices"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
)

// Bounds.
const (
	MaxTitle       = 60
	MaxDescription = 2_000
	MaxGoods       = 1_000
	longest        = 366 * 24 * time.Hour
	day            = 24 * time.Hour
)

// Refusals.
var (
	ErrNotFound  = fault.New(fault.NotFound, "not_found", "there is no such campaign")
	ErrNoProduct = fault.New(fault.NotFound, "not_found", "there is no such product in reach of this campaign")
	ErrState     = fault.New(fault.Conflict, "state_conflict", "the campaign is in a state that does not allow this")
	ErrNoGoods   = fault.New(fault.Conflict, "no_goods", "a campaign is published with some goods")
	ErrFull      = fault.New(fault.Conflict, "campaign_full", "the campaign has as many goods as it may")
)

// Kinds of campaign.
const (
	Season      = "season"        // 消费帮扶季
	NewYearFair = "new_year_fair" // 年货节
)

// Statuses of a campaign.
const (
	Draft     = "draft"
	Published = "published"
	Closed    = "closed"
)

// Statuses are all of them.
var Statuses = []string{Draft, Published, Closed}

// follows is what may follow a status.
var follows = map[string]string{Draft: Published, Published: Closed}

// Phases of a campaign that was published.
const (
	Upcoming = "upcoming"
	Running  = "running"
	Over     = "over"
)

// Campaign is one season.
type Campaign struct {
	ID          id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind        string
	Title       string
	Description string
	OpensAt     clock.Millis // the first instant of its first day
	ClosesAt    clock.Millis // the first instant after its last day
	Status      string
	CreatedAt   clock.Millis
	PublishedAt *clock.Millis
	ClosedAt    *clock.Millis
}

// TableName is the table's name.
func (Campaign) TableName() string { return "campaigns" }

// OpensOn and ClosesOn are its first and last day.
func (c Campaign) OpensOn() string  { return c.OpensAt.Day() }
func (c Campaign) ClosesOn() string { return c.ClosesAt.Add(-day).Day() }

// Phase is where the campaign stands at an instant; a draft has none.
func (c Campaign) Phase(now clock.Millis) string {
	switch {
	case c.Status == Draft:
		return ""
	case c.Status == Closed || now >= c.ClosesAt:
		return Over
	case now < c.OpensAt:
		return Upcoming
	}
	return Running
}

// Statuses of goods in a campaign.
const (
	Offered  = "offered" // by their cooperative
	Accepted = "accepted"
	Out      = "out" // declined, withdrawn or taken out
)

// Good is a product in a campaign.
type Good struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	CampaignID id.ID
	ProductID  id.ID
	Status     string
	ChangedAt  clock.Millis
}

// TableName is the table's name.
func (Good) TableName() string { return "campaign_products" }

// Terms are what people set of a campaign. Days are YYYY-MM-DD in Shanghai, the last included.
type Terms struct {
	Kind        string
	Title       string
	Description string
	OpensOn     string
	ClosesOn    string
}

// apply checks the terms and puts them on the campaign.
func (t Terms) apply(c *Campaign, now clock.Millis) error {
	var p fault.Problems
	if !slices.Contains([]string{Season, NewYearFair}, t.Kind) {
		p.Add("kind", "invalid", "must be season or new_year_fair")
	}
	after := *c
	after.Kind = t.Kind
	after.Title = p.Line("title", t.Title, MaxTitle)
	after.Description = p.Text("description", t.Description, MaxDescription)
	opens, last := dayOf(&p, "opens_on", t.OpensOn), dayOf(&p, "closes_on", t.ClosesOn)
	if err := p.Err(); err != nil {
		return err
	}
	after.OpensAt, after.ClosesAt = opens, last.Add(day)
	switch {
	case after.ClosesAt <= after.OpensAt:
		p.Add("closes_on", "range", "must not be before the first day")
	case after.ClosesAt > after.OpensAt.Add(longest):
		p.Add("closes_on", "range", "must be within a year of the first day")
	case after.ClosesAt != c.ClosesAt && after.ClosesAt <= now:
		p.Add("closes_on", "past", "must not be over")
	}
	if c.Status == Published {
		if after.Kind != c.Kind {
			p.Add("kind", "fixed", "a published campaign stays of its kind")
		}
		if after.OpensAt != c.OpensAt && (c.OpensAt <= now || after.OpensAt <= now) {
			p.Add("opens_on", "fixed", "a published campaign opens after today, or when it did")
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	*c = after
	return nil
}

func dayOf(p *fault.Problems, field, value string) clock.Millis {
	at, err := clock.DayBegins(value)
	if err != nil {
		p.Add(field, "invalid", "must be a day such as 2026-01-31")
	}
	return at
}
