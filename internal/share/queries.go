package share

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// States of a rule at an instant.
const (
	Coming = "coming"
	Active = "in_force"
	Past   = "past"
)

// Shown is a rule with the names of what it reaches.
type Shown struct {
	Rule         `gorm:"embedded"`
	CategoryName string
	VillageName  string
	ReplacedBy   id.ID `gorm:"-"` // the newer rule of the same reach that is in force too; 0: none
}

// State is where the rule stands. One that ends before it begins was called off: it is past.
func (r Rule) State(now clock.Millis) string {
	switch {
	case r.ValidUntil != nil && (*r.ValidUntil <= now || *r.ValidUntil <= r.ValidFrom):
		return Past
	case r.ValidFrom > now:
		return Coming
	}
	return Active
}

// ofState are the same words in SQL; "" is any state.
func ofState(rows *gorm.DB, state string, now clock.Millis) *gorm.DB {
	switch state {
	case Coming:
		return rows.Where("r.valid_from > ? AND (r.valid_until IS NULL OR r.valid_until > r.valid_from)", now)
	case Active:
		return rows.Where("r.valid_from <= ? AND (r.valid_until IS NULL OR r.valid_until > ?)", now, now)
	case Past:
		return rows.Where("(r.valid_until <= ? OR r.valid_until <= r.valid_from)", now)
	}
	return rows
}

func shown(view *gorm.DB) *gorm.DB {
	return view.Table("share_rules r").Select("r.*, COALESCE(c.name, '') category_name, COALESCE(v.name, '') village_name").
		Joins("LEFT JOIN categories c ON c.id = r.category_id").Joins("LEFT JOIN villages v ON v.id = r.village_id")
}

// List answers rules of a state, the one asked for last first; before is the last one of
// the page before, or 0.
func List(view *gorm.DB, now clock.Millis, state string, before id.ID, limit int) ([]Shown, error) {
	rows := ofState(shown(view), state, now)
	if before != 0 {
		rows = rows.Where("r.id < ?", before)
	}
	found := []Shown{}
	if err := rows.Order("r.id DESC").Limit(limit).Scan(&found).Error; err != nil {
		return nil, err
	}
	current, err := InForce(view, now)
	for i := range found {
		r := &found[i]
		at := slices.IndexFunc(current, func(c Rule) bool { return c.scope() == r.scope() })
		if r.State(now) == Active && at >= 0 && current[at].ID != r.ID {
			r.ReplacedBy = current[at].ID
		}
	}
	return found, err
}

// get answers one rule, or ErrNotFound.
func get(view *gorm.DB, ruleID id.ID) (Shown, error) {
	var r Shown
	err := shown(view).Where("r.id = ?", ruleID).Take(&r).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return r, err
}
