package audit

import (
	"database/sql"
	"maps"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// Circle is whom a text may name: users, the people of organisations, and others whose
// names are known. The staff of the platform, present and former, is in every circle.
type Circle struct {
	Users, Orgs []id.ID
	Names       []string
}

// with is the circle and another one together.
func (c Circle) with(d Circle) Circle {
	return Circle{slices.Concat(c.Users, d.Users), slices.Concat(c.Orgs, d.Orgs), slices.Concat(c.Names, d.Names)}
}

// Names of people and of contacts, the present ones and those before. Who left the
// platform has none any more: see identity.ErasedName.
const (
	// The people of an organisation are its members, and those who were once, as the log
	// knows; the staff are those of no organisation.
	ofOrgs = `SELECT 0 org_id, user_id FROM user_roles UNION SELECT 0, subject_id FROM audit_log WHERE action = 'role.revoked'
		UNION SELECT org_id, user_id FROM memberships WHERE org_id IN @ids
		UNION SELECT about_org_id, subject_id FROM audit_log WHERE about_org_id IN @ids AND subject = 'user'`
	ofUsers = `SELECT u.id, u.name FROM users u WHERE u.id IN @ids AND u.status = 'active'
			AND NOT EXISTS (SELECT 1 FROM former_names f WHERE f.user_id = u.id AND f.replaced_at > @given)
		UNION SELECT f.user_id, f.name FROM former_names f WHERE f.user_id IN @ids AND f.replaced_at - f.given_at >= @carried`
	ofContacts = `SELECT o.id, o.contact_name name FROM organisations o WHERE o.id IN @ids
			AND NOT EXISTS (SELECT 1 FROM former_contacts f WHERE f.org_id = o.id AND f.replaced_at > @given)
		UNION SELECT f.org_id, f.name FROM former_contacts f WHERE f.org_id IN @ids
			AND f.replaced_at - COALESCE((SELECT MAX(b.replaced_at) FROM former_contacts b WHERE b.org_id = f.org_id AND b.id < f.id), 0) >= @carried`
)

// counting is which names count: present ones given by then, former ones carried that long.
// A first name was there from the start.
type counting struct {
	given   clock.Millis
	carried time.Duration
}

// settling is how long somebody carries a new name before it is masked for ever: people
// name themselves and their contacts, and whoever did so as a reason has it would rewrite
// the log. Whom a text names sooner than that is masked before who looks on all the same.
// What is left is a first name, which was there before anything was to be hidden.
const settling = 72 * time.Hour

var (
	every   = counting{given: math.MaxInt64}
	settled = func(now clock.Millis) counting { return counting{now.Add(-settling), settling} }
)

// Names answers the names in each of the circles, in three queries for all of them.
func Names(db *gorm.DB, circles []Circle) ([][]string, error) { return every.names(db, circles) }

func (c counting) names(db *gorm.DB, circles []Circle) ([][]string, error) {
	if len(circles) == 0 {
		return nil, nil
	}
	var all Circle
	for _, circle := range circles {
		all.Users, all.Orgs = append(all.Users, circle.Users...), append(all.Orgs, circle.Orgs...)
	}
	all.Orgs = known(all.Orgs)
	people, err := peopleOf(db, all.Orgs)
	if err != nil {
		return nil, err
	}
	for _, users := range people {
		all.Users = append(all.Users, users...)
	}
	users, err := c.named(db, ofUsers, known(all.Users))
	if err != nil {
		return nil, err
	}
	contacts, err := c.named(db, ofContacts, all.Orgs)
	if err != nil {
		return nil, err
	}
	names := make([][]string, len(circles))
	for i, circle := range circles {
		of := slices.Clone(circle.Names)
		for _, orgID := range append([]id.ID{staff}, circle.Orgs...) {
			of = append(of, contacts[orgID]...)
			for _, userID := range people[orgID] {
				of = append(of, users[userID]...)
			}
		}
		for _, userID := range circle.Users {
			of = append(of, users[userID]...)
		}
		slices.Sort(of)
		names[i] = slices.Compact(of)
	}
	return names, nil
}

// staff is the organisation of whom the platform itself has, or had.
const staff = id.ID(0)

func peopleOf(db *gorm.DB, orgIDs []id.ID) (map[id.ID][]id.ID, error) {
	var found []struct{ OrgID, UserID id.ID }
	err := db.Raw(ofOrgs, sql.Named("ids", orgIDs)).Scan(&found).Error
	people := map[id.ID][]id.ID{}
	for _, f := range found {
		people[f.OrgID] = append(people[f.OrgID], f.UserID)
	}
	return people, err
}

// known are the ids of somebody or something, each once.
func known(ids []id.ID) []id.ID {
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(i id.ID) bool { return i == 0 })
}

// named reads names by the id that they belong to.
func (c counting) named(db *gorm.DB, query string, ids []id.ID) (map[id.ID][]string, error) {
	by := map[id.ID][]string{}
	for some := range slices.Chunk(ids, 5000) {
		var found []struct {
			ID   id.ID
			Name string
		}
		err := db.Raw(query, sql.Named("ids", some), sql.Named("given", c.given), sql.Named("carried", c.carried.Milliseconds())).Scan(&found).Error
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			by[f.ID] = append(by[f.ID], f.Name)
		}
	}
	return by, nil
}

// behind are the users and organisations behind a subject: SQL by its kind.
var behind = map[string]string{
	"approval": `SELECT id, requested_by user_id, org_id FROM approvals WHERE id IN @ids UNION SELECT id, decided_by, 0 FROM approvals WHERE id IN @ids
		UNION SELECT id, about_user_id, 0 FROM approvals WHERE id IN @ids`,
	"order":       `SELECT o.id, o.buyer_id user_id, s.cooperative_id org_id FROM orders o JOIN sub_orders s ON s.order_id = o.id WHERE o.id IN @ids`,
	"sub_order":   `SELECT s.id, o.buyer_id user_id, s.cooperative_id org_id FROM sub_orders s JOIN orders o ON o.id = s.order_id WHERE s.id IN @ids`,
	"card":        `SELECT c.id, COALESCE(c.holder_id, 0) user_id, b.enterprise_id org_id FROM aid_cards c JOIN card_batches b ON b.id = c.batch_id WHERE c.id IN @ids`,
	"card_return": `SELECT r.id, r.asked_by user_id, r.enterprise_id org_id FROM card_returns r WHERE r.id IN @ids`,
	"purchase_order": `SELECT p.id, p.drafted_by user_id, p.enterprise_id org_id FROM purchase_orders p WHERE p.id IN @ids
		UNION SELECT p.id, 0, p.cooperative_id FROM purchase_orders p WHERE p.id IN @ids`,
	"bank_row": `SELECT r.id, o.buyer_id user_id, 0 org_id FROM bank_rows r JOIN charges c ON c.id = r.charge_id JOIN orders o ON o.id = c.order_id WHERE r.id IN @ids`,
	"capture":  `SELECT p.id, o.buyer_id user_id, 0 org_id FROM captures p JOIN charges c ON c.id = p.charge_id JOIN orders o ON o.id = c.order_id WHERE p.id IN @ids`,
}

// NamedIn answers who may be named in the texts of rows, row by row: who made the change,
// whom or what it is about, and who stands behind that.
func NamedIn(db *gorm.DB, rows []Entry) ([][]string, error) { return every.namedIn(db, rows) }

func (c counting) namedIn(db *gorm.DB, rows []Entry) ([][]string, error) {
	circles, subjects := make([]Circle, len(rows)), map[string][]id.ID{}
	for i, e := range rows {
		circles[i] = e.people.with(Circle{Users: []id.ID{e.ActorID}, Orgs: []id.ID{e.OrgID, e.AboutOrgID}})
		subjects[e.Subject] = append(subjects[e.Subject], e.SubjectID)
	}
	found := map[string]map[id.ID]Circle{"user": {}}
	for _, userID := range subjects["user"] {
		found["user"][userID] = Circle{Users: []id.ID{userID}}
	}
	for _, kind := range slices.Sorted(maps.Keys(behind)) {
		var err error
		if found[kind], err = around(db, behind[kind], known(subjects[kind])); err != nil {
			return nil, err
		}
	}
	for i, e := range rows {
		circles[i] = circles[i].with(found[e.Subject][e.SubjectID])
	}
	return c.names(db, circles)
}

func around(db *gorm.DB, query string, subjects []id.ID) (map[id.ID]Circle, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	var found []struct{ ID, UserID, OrgID id.ID }
	err := db.Raw(query, sql.Named("ids", subjects)).Scan(&found).Error
	by := map[id.ID]Circle{}
	for _, f := range found {
		by[f.ID] = by[f.ID].with(Circle{Users: []id.ID{f.UserID}, Orgs: []id.ID{f.OrgID}})
	}
	return by, err
}

// hidePeople masks whom the reasons of new rows name. Rows without a reason, as those of
// a checkout are, cost no query.
func hidePeople(tx *storage.Tx, rows []Entry) error {
	var reasoned []Entry
	for _, e := range rows {
		if e.Reason != "" {
			reasoned = append(reasoned, e)
		}
	}
	if len(reasoned) == 0 {
		return nil
	}
	names, err := settled(tx.Now()).namedIn(tx.DB, reasoned)
	if err != nil {
		return err
	}
	for i := range rows {
		if rows[i].Reason != "" {
			rows[i].Reason, names = pii.MaskText(rows[i].Reason, names[0]...), names[1:]
		}
	}
	return nil
}
