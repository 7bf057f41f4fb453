package approval

import (
	"encoding/json"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
)

// reveal puts what the row keeps masked before whoever may decide.
func (k Kind) reveal(a *Approval) error {
	if k.Reveal == nil || !a.MayDecide {
		return nil
	}
	before, after, err := k.Reveal(*a)
	if err != nil {
		return err
	}
	if before != nil {
		was, err := json.Marshal(before)
		if err != nil {
			return err
		}
		a.BeforeJSON = string(was)
	}
	shown, err := json.Marshal(after)
	a.AfterJSON = string(shown)
	return err
}

// Of lists what a user asked for or decided, the newest first; before is the last
// request of the page before, or 0.
func (d *Desk) Of(view *gorm.DB, now clock.Millis, userID, before id.ID, limit int) ([]Approval, error) {
	rows, err := d.seenBy(view, userID)
	if err != nil {
		return nil, err
	}
	rows = rows.Where("(a.requested_by = ? OR a.decided_by = ?)", userID, userID)
	if before != 0 {
		rows = rows.Where("a.id < ?", before)
	}
	found := []Approval{}
	if err := rows.Order("a.id DESC").Limit(limit).Scan(&found).Error; err != nil {
		return nil, err
	}
	return found, d.asSeen(view, now, userID, found)
}
