package approval

import (
	"maps"
	"slices"

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
	Kind   string // only of this kind; "": all
	OrgID  id.ID  // only those about this organisation; 0: all
	After  id.ID
	Limit  int
}

// List answers a page: what is pending with the oldest first, because it has waited
// longest, anything else with the newest first.
func (d *Desk) List(view *gorm.DB, now clock.Millis, q Query) ([]Approval, error) {
	rows, err := d.seenBy(view, q.UserID)
	if err != nil {
		return nil, err
	}
	if q.Kind != "" {
		rows = rows.Where("a.kind = ?", q.Kind)
	}
	if q.OrgID != 0 {
		rows = rows.Where("a.org_id = ?", q.OrgID)
	}
	found := []Approval{}
	if err := page(rows, now, q).Limit(q.Limit).Scan(&found).Error; err != nil {
		return nil, err
	}
	return found, d.asSeen(view, now, q.UserID, found)
}

func page(rows *gorm.DB, now clock.Millis, q Query) *gorm.DB {
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

// seenBy is the approvals that are the user's to see, with the names of who and for
// whom, and whether the user decides them.
func (d *Desk) seenBy(view *gorm.DB, userID id.ID) (*gorm.DB, error) {
	mine, err := d.decidedBy(view, userID)
	if err != nil {
		return nil, err
	}
	return named(view, ", "+mine.SQL+" may_decide", mine.Args...).
		Where("(a.requested_by = ? OR a.decided_by = ? OR "+mine.SQL+")", append([]any{userID, userID}, mine.Args...)...), nil
}

// named is the approvals with the names of who and for whom, and whatever else is selected.
func named(view *gorm.DB, more string, args ...any) *gorm.DB {
	return view.Table("approvals a").
		Select("a.*, COALESCE(r.name, '') requester_name, COALESCE(d.name, '') decider_name, COALESCE(o.name, '') org_name"+more, args...).
		Joins("LEFT JOIN users r ON r.id = a.requested_by").Joins("LEFT JOIN users d ON d.id = a.decided_by").
		Joins("LEFT JOIN organisations o ON o.id = a.org_id")
}

// CarriedOut answers the approved request of a kind for a subject that is acted on once, with
// the names in it, for whoever may see what came of it; ErrNotFound: there is none.
func CarriedOut(view *gorm.DB, kind string, subjectID id.ID) (Approval, error) {
	var found Approval
	err := named(view, "").Where("a.kind = ? AND a.subject_id = ? AND a.status = ?", kind, subjectID, Approved).Take(&found).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return found, err
}

// decidedBy is the condition that the user decides a request, of whatever kind.
func (d *Desk) decidedBy(view *gorm.DB, userID id.ID) (Condition, error) {
	either := Condition{SQL: "(1 = 0"}
	for _, name := range slices.Sorted(maps.Keys(d.kinds)) {
		c, err := d.kinds[name].Decides(view, userID)
		if err != nil {
			return either, err
		}
		if c.SQL != "" {
			either.SQL += " OR (a.kind = ? AND (" + c.SQL + "))"
			either.Args = append(append(either.Args, name), c.Args...)
		}
	}
	either.SQL += ")"
	return either, nil
}

// asSeen makes of requests what the user sees of them now.
func (d *Desk) asSeen(view *gorm.DB, now clock.Millis, userID id.ID, found []Approval) error {
	for i := range found {
		a := &found[i]
		a.asOf(now)
		a.MayDecide = a.MayDecide && a.Status == Pending && a.RequestedBy != userID
		if a.MayDecide {
			own, err := d.kinds[a.Kind].own(view, userID, *a)
			if err != nil {
				return err
			}
			a.MayDecide, a.IsOwn = !own, own
		}
		if err := d.kinds[a.Kind].reveal(a); err != nil {
			return err
		}
	}
	return nil
}

// Get answers one request, or ErrNotFound where it is not the user's to see.
func (d *Desk) Get(view *gorm.DB, now clock.Millis, userID, approvalID id.ID) (Approval, error) {
	rows, err := d.seenBy(view, userID)
	if err != nil {
		return Approval{}, err
	}
	found := make([]Approval, 1)
	if err := rows.Where("a.id = ?", approvalID).Take(&found[0]).Error; storage.IsNotFound(err) {
		return Approval{}, ErrNotFound
	} else if err != nil {
		return Approval{}, err
	}
	err = d.asSeen(view, now, userID, found)
	return found[0], err
}

// Waiting counts what waits for operators and answers since when the oldest does; nil: nothing.
func (d *Desk) Waiting(view *gorm.DB, now clock.Millis) (int64, *clock.Millis, error) {
	rows := view.Table("approvals a").Where("a.status = ? AND a.expires_at > ?", Pending, now)
	for name, kind := range d.kinds {
		if others := kind.Elsewhere; others.SQL != "" {
			rows = rows.Where("NOT (a.kind = ? AND ("+others.SQL+"))", append([]any{name}, others.Args...)...)
		}
	}
	return storage.Waiting(rows, "a.created_at")
}

// PendingOf answers which request of a kind waits for each of the subjects that have one.
func PendingOf(view *gorm.DB, now clock.Millis, kind, subject string, ids []id.ID) (map[id.ID]id.ID, error) {
	keys := make([]string, len(ids))
	for i, subjectID := range ids {
		keys[i] = Request{Kind: kind, Subject: subject, SubjectID: subjectID}.pendingKey()
	}
	var open []Approval
	err := view.Select("id, subject_id").Where("pending_key IN ? AND expires_at > ?", keys, now).Find(&open).Error
	waiting := map[id.ID]id.ID{}
	for _, a := range open {
		waiting[a.SubjectID] = a.ID
	}
	return waiting, err
}
