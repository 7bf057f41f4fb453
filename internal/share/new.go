package share

import (
	"regexp"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
)

// Longest texts of a rule, in characters.
const (
	maxName   = 120
	maxSource = 300
)

// highest is a rate that gives the whole price away.
const highest money.BasisPoints = 10_000

var (
	categoryID  = regexp.MustCompile(`^[!-~]{1,40}$`)
	channelCode = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
)

// New is a rule as somebody writes it down, so that every wrong field is named at once.
// An empty Category, Village or Channel covers all of them, an empty ValidUntil is until
// further notice. Instants are written as RFC 3339 has it.
type New struct {
	Name       string
	RateBp     money.BasisPoints
	Bearer     string
	Eligible   bool
	Category   string
	Village    string
	Channel    string
	ValidFrom  string
	ValidUntil string
	Source     string
}

// rule is what was written, or every wrong field of it.
func (n New) rule(view *gorm.DB, now clock.Millis) (Shown, error) {
	var wrong fault.Problems
	r := Shown{Rule: Rule{RateBp: n.RateBp, Bearer: n.Bearer, Eligible: n.Eligible, CategoryID: n.Category, Channel: n.Channel}}
	r.Name = wrong.Line("name", n.Name, maxName)
	n.checkRate(&wrong)
	if err := r.reach(view, &wrong, n); err != nil {
		return r, err
	}
	if n.Channel != "" && !channelCode.MatchString(n.Channel) {
		wrong.Add("channel", "invalid", "must be the code of a channel: 1 to 40 small letters, digits, - and _")
	}
	var begins bool
	if r.ValidFrom, begins = instant(&wrong, "valid_from", n.ValidFrom); begins && r.ValidFrom < now {
		wrong.Add("valid_from", "range", "must not be in the past: nobody changes rules backwards")
	}
	if n.ValidUntil != "" {
		until, ends := instant(&wrong, "valid_until", n.ValidUntil)
		if r.ValidUntil = &until; begins && ends && until <= r.ValidFrom {
			wrong.Add("valid_until", "range", "must be after valid_from")
		}
	}
	r.Source = wrong.Line("source", n.Source, maxSource)
	return r, wrong.Err()
}

func (n New) checkRate(wrong *fault.Problems) {
	switch {
	case n.RateBp < 0 || n.RateBp > highest:
		wrong.Add("rate_bp", "range", "must be a whole number from 0 to 10000")
	case n.RateBp > 0 && !n.Eligible:
		wrong.Add("rate_bp", "range", "must be 0 where a sale brings no share")
	}
	switch n.Bearer {
	case BearerSeller, BearerBuyer:
	case BearerCampaign:
		wrong.Add("bearer", "no_campaign", "there are no campaigns yet that could bear a share: must be seller or buyer")
	default:
		wrong.Add("bearer", "invalid", "must be seller or buyer")
	}
}

// reach finds the category and the village.
func (r *Shown) reach(view *gorm.DB, wrong *fault.Problems, n New) error {
	if n.Category != "" {
		var names []string
		if categoryID.MatchString(n.Category) {
			if err := view.Table("categories").Where("id = ?", n.Category).Pluck("name", &names).Error; err != nil {
				return err
			}
		}
		if len(names) == 0 {
			wrong.Add("category", "unknown", "there is no such category")
		} else {
			r.CategoryName = names[0]
		}
	}
	if n.Village == "" {
		return nil
	}
	var names []string
	villageID, err := id.Parse(n.Village)
	if err == nil {
		if err := view.Table("villages").Where("id = ?", villageID).Pluck("name", &names).Error; err != nil {
			return err
		}
	}
	if len(names) == 0 {
		wrong.Add("village_id", "unknown", "there is no such village")
	} else {
		r.VillageID, r.VillageName = villageID, names[0]
	}
	return nil
}

func instant(wrong *fault.Problems, field, text string) (clock.Millis, bool) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		wrong.Add(field, "invalid", "must be an instant such as 2027-01-01T00:00:00+08:00")
	}
	return clock.FromTime(at), err == nil
}
