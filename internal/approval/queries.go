package approval

import (
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Query asks for a page of what a user asked for, decided or may decide. After is
// the last request of the page before.
type Query struct {
	UserID id.ID
	Status string
	After  id.ID
	Limit  int
}

// List answers a page: what is pending with the oldest first, because it has waited
// longest, anything else with the newest first.
func (d *Desk) List(view *gorm.DB, now clock.Millis, q Query) ([]Approval, error) {
	scope, args, err := d.scope(view, q.UserID)
	if err != nil {
		return nil, err
	}
	found := []Approval{}
	for {
		var batch []Approval
		if err := page(view, now, q).Where(scope, args...).Limit(q.Limit).Scan(&batch).Error; err != nil {
			return nil, err
		}
		for _, a := range batch {
			seen, err := d.show(view, now, q.UserID, &a)
			if err != nil {
				return nil, err
			}
			if seen {
				found = append(found, a)
			}
			if len(found) == q.Limit {
				return found, nil
			}
		}
		if len(batch) < q.Limit {
			return found, nil
		}
		q.After = batch[len(batch)-1].ID
	}
}

func page(view *gorm.DB, now clock.Millis, q Query) *gorm.DB {
	rows := named(view)
	switch q.Status {
	case Pending:
		rows = rows.Where("a.status = ? AND a.expires_at > ?", Pending, now)
	case Expired:
		rows = rows.Where("a.status = ? OR (a.status = ? AND a.expires_at <= ?)", Expired, Pending, now)
	default:
		rows = rows.Where("a.status = ?", q.Status)
	}
	if q.Status == Pending {
		return rows.Where("a.id > ?", q.After).Order("a.id")
	}
	if q.After != 0 {
		rows = rows.Where("a.id < ?", q.After)
	}
	return rows.Order("a.id DESC")
}

// named is the approvals with the names of who and for whom.
func named(view *gorm.DB) *gorm.DB {
	return view.Table("approvals a").
		Select("a.*, COALESCE(r.name, '') requester_name, COALESCE(d.name, '') decider_name, COALESCE(o.name, '') org_name").
		Joins("LEFT JOIN users r ON r.id = a.requested_by").Joins("LEFT JOIN users d ON d.id = a.decided_by").
		Joins("LEFT JOIN organisations o ON o.id = a.org_id")
}

// scope is the condition that a request may be the user's to see.
func (d *Desk) scope(view *gorm.DB, userID id.ID) (string, []any, error) {
	either := []string{"a.requested_by = ?", "a.decided_by = ?"}
	args := []any{userID, userID}
	var everywhere []string
	for name, kind := range d.kinds {
		reach, err := kind.Reach(view, userID)
		if err != nil {
			return "", nil, err
		}
		if reach.Everywhere {
			everywhere = append(everywhere, name)
		} else if len(reach.Orgs) > 0 {
			either = append(either, "(a.kind = ? AND a.org_id IN ?)")
			args = append(args, name, reach.Orgs)
		}
	}
	if len(everywhere) > 0 {
		slices.Sort(everywhere)
		either = append(either, "a.kind IN ?")
		args = append(args, everywhere)
	}
	return "(" + strings.Join(either, " OR ") + ")", args, nil
}

// show fills in what the user may do with a request, and tells whether it is theirs to see.
func (d *Desk) show(view *gorm.DB, now clock.Millis, userID id.ID, a *Approval) (bool, error) {
	a.asOf(now)
	kind, err := d.kind(a.Kind)
	if err != nil {
		return false, err
	}
	if a.RequestedBy == userID {
		return true, kind.reveal(a)
	}
	may, err := kind.MayDecide(view, userID, *a)
	if err != nil || !may {
		return a.DecidedBy == userID, err
	}
	a.MayDecide = a.Status == Pending
	return true, kind.reveal(a)
}

// Get answers one request, or ErrNotFound where it is not the user's to see.
func (d *Desk) Get(view *gorm.DB, now clock.Millis, userID, approvalID id.ID) (Approval, error) {
	var a Approval
	if err := named(view).Where("a.id = ?", approvalID).Take(&a).Error; storage.IsNotFound(err) {
		return Approval{}, ErrNotFound
	} else if err != nil {
		return Approval{}, err
	}
	seen, err := d.show(view, now, userID, &a)
	if err == nil && !seen {
		return Approval{}, ErrNotFound
	}
	return a, err
}

// Waiting counts what is pending and answers since when the oldest waits; nil: nothing does.
func Waiting(view *gorm.DB, now clock.Millis) (int64, *clock.Millis, error) {
	var found struct {
		Count  int64
		Oldest *clock.Millis
	}
	err := view.Model(&Approval{}).Select("COUNT(*) count, MIN(created_at) oldest").
		Where("status = ? AND expires_at > ?", Pending, now).Scan(&found).Error
	return found.Count, found.Oldest, err
}
