// Package audit is the append-only log of who changed what, for which organisation,
// from where and why. A change and its row are written in one transaction, so there
// is no change without a row and no row without a change. Rows are only inserted;
// nothing here changes or deletes one.
//
// Nothing here holds a secret or personal data in clear, since nothing can be erased later.
// In Before and After, names of people, phones and bank numbers are masked by whoever writes
// them; in Reason, which people write, they are masked here: see Circle and pii.MaskText.
package audit

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Actor is who does something: a user, the organisation acted for (0: none), the
// peer's address and the request that asked. The zero Actor is the program itself.
type Actor struct {
	UserID    id.ID
	OrgID     id.ID
	Peer      string
	RequestID string

	about  id.ID // the organisation that it is about
	member bool  // who acts for that organisation, if they belong to it
}

// System is the program itself: timers, the seed, the command line.
var System = Actor{}

// About files what is done under the organisation that it is about, whoever acts.
func (a Actor) About(orgID id.ID) Actor {
	a.about = orgID
	return a
}

// For is About for what members do, who act for that organisation. Whoever does it without
// being one acts for no other than the actor says: an operator for a desk, the program for
// none.
func (a Actor) For(orgID id.ID) Actor {
	a = a.About(orgID)
	a.member = true
	return a
}

// actsFor is the organisation acted for.
func (a Actor) actsFor(tx *storage.Tx) (id.ID, error) {
	if a.OrgID != 0 || !a.member || a.UserID == 0 {
		return a.OrgID, nil
	}
	var of []id.ID
	err := tx.Raw("SELECT org_id FROM memberships WHERE org_id = ? AND user_id = ?", a.about, a.UserID).Scan(&of).Error
	if err != nil || len(of) == 0 {
		return 0, err
	}
	return of[0], nil
}

// Change is one thing that was changed. Action is a domain and a past participle,
// such as "organisation.submitted". Before and After are whatever JSON shows the
// difference best; nil where there was or is nothing.
type Change struct {
	Action    string
	Subject   string // the kind of thing, such as "organisation"
	SubjectID id.ID
	Before    any
	After     any
	Reason    string
	People    Circle // whom Reason may name, beside those whom NamedIn knows
}

// Entry is one row of the log.
type Entry struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	ActorID    id.ID
	OrgID      id.ID // acted for
	AboutOrgID id.ID // that it is about
	Action     string
	Subject    string
	SubjectID  id.ID
	BeforeJSON string // "null" where there was nothing
	AfterJSON  string
	Reason     string
	Peer       string
	RequestID  string
	CreatedAt  clock.Millis

	ActorName    string `gorm:"->"`
	OrgName      string `gorm:"->"`
	AboutOrgName string `gorm:"->"`

	people Circle // of the change that is written
}

// TableName is the table's name.
func (Entry) TableName() string { return "audit_log" }

// Deed is a change with who made it.
type Deed struct {
	By Actor
	Change
}

// Write records changes in the transaction that makes them.
func Write(tx *storage.Tx, by Actor, changes ...Change) error {
	deeds := make([]Deed, len(changes))
	for i, c := range changes {
		deeds[i] = Deed{by, c}
	}
	return WriteAll(tx, deeds)
}

// WriteAll records changes that several actors made in one transaction.
func WriteAll(tx *storage.Tx, deeds []Deed) error {
	if len(deeds) == 0 {
		return nil
	}
	rows := make([]Entry, len(deeds))
	for i, c := range deeds {
		before, err := json.Marshal(c.Before)
		if err != nil {
			return fmt.Errorf("audit %s: %w", c.Action, err)
		}
		after, err := json.Marshal(c.After)
		if err != nil {
			return fmt.Errorf("audit %s: %w", c.Action, err)
		}
		actedFor, err := c.By.actsFor(tx)
		if err != nil {
			return err
		}
		rows[i] = Entry{
			ID: tx.NewID(), ActorID: c.By.UserID, OrgID: actedFor, AboutOrgID: c.By.about, Action: c.Action, Subject: c.Subject, SubjectID: c.SubjectID,
			BeforeJSON: string(before), AfterJSON: string(after), Reason: c.Reason,
			Peer: c.By.Peer, RequestID: c.By.RequestID, CreatedAt: tx.Now(), people: c.People,
		}
	}
	if err := hidePeople(tx, rows); err != nil {
		return err
	}
	return tx.CreateInBatches(&rows, 100).Error
}

// Filter narrows a listing; zero fields do not. BeforeID is the last row of the page before.
type Filter struct {
	Action    string
	Subject   string
	SubjectID id.ID
	ActorID   id.ID
	OrgID     id.ID // acted for, or that it is about
	RequestID string
	Since     clock.Millis // inclusive
	Until     clock.Millis // exclusive
	BeforeID  id.ID
	Limit     int
}

// drift is more than the times that a row's id and its CreatedAt carry can differ: an id
// is made a moment before, and may borrow from the future within the lease of a node.
const drift = 10 * time.Minute

// List answers a page of the log, the newest row first. A span of time is found by the
// ids that carry it, since the log has no index of times.
func List(db *gorm.DB, f Filter) ([]Entry, error) {
	q := db.Table("audit_log a").Select("a.*, COALESCE(u.name, '') actor_name, COALESCE(o.name, '') org_name, COALESCE(b.name, '') about_org_name").
		Joins("LEFT JOIN users u ON u.id = a.actor_id").Joins("LEFT JOIN organisations o ON o.id = a.org_id").Joins("LEFT JOIN organisations b ON b.id = a.about_org_id").
		Order("a.id DESC").Limit(f.Limit)
	for _, c := range []struct {
		where string
		value any
		given bool
	}{
		{"a.action = ?", f.Action, f.Action != ""},
		{"a.subject = ?", f.Subject, f.Subject != ""},
		{"a.subject_id = ?", f.SubjectID, f.SubjectID != 0},
		{"a.actor_id = ?", f.ActorID, f.ActorID != 0},
		{"(a.org_id = @org OR a.about_org_id = @org)", sql.Named("org", f.OrgID), f.OrgID != 0},
		{"a.request_id = ?", f.RequestID, f.RequestID != ""},
		{"a.created_at >= ?", f.Since, f.Since != 0},
		{"a.id >= ?", id.At(f.Since.Add(-drift)), f.Since != 0},
		{"a.created_at < ?", f.Until, f.Until != 0},
		{"a.id < ?", id.At(f.Until.Add(drift)), f.Until != 0},
		{"a.id < ?", f.BeforeID, f.BeforeID != 0},
	} {
		if c.given {
			q = q.Where(c.where, c.value)
		}
	}
	found := []Entry{}
	return found, q.Scan(&found).Error
}
