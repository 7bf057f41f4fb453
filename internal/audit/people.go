package audit

import (
	"database/sql"
	"maps"
	"slices"

	"gorm.io/gorm"

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

// Who left the platform has no name any more: see identity.ErasedName.
const (
	ofStaff = `SELECT u.name FROM (SELECT user_id FROM user_roles UNION SELECT subject_id FROM audit_log WHERE action = 'role.revoked') s
		JOIN users u ON u.id = s.user_id WHERE u.status = 'active'`
	ofUsers = `SELECT id, name FROM users WHERE id IN @ids AND status = 'active'`
	// The people of an organisation are its members, those who were once, as the log knows,
	// and its contacts, the present one and those before.
	ofOrgs = `SELECT m.org_id id, u.name FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.org_id IN @ids
		UNION SELECT a.about_org_id, u.name FROM audit_log a JOIN users u ON u.id = a.subject_id AND u.status = 'active'
			WHERE a.about_org_id IN @ids AND a.subject = 'user'
		UNION SELECT id, contact_name FROM organisations WHERE id IN @ids
		UNION SELECT org_id, name FROM former_contacts WHERE org_id IN @ids`
)

// Names answers the names in each of the circles, in three queries for all of them.
func Names(db *gorm.DB, circles []Circle) ([][]string, error) {
	if len(circles) == 0 {
		return nil, nil
	}
	var all Circle
	for _, c := range circles {
		all.Users, all.Orgs = append(all.Users, c.Users...), append(all.Orgs, c.Orgs...)
	}
	var staff []string
	if err := db.Raw(ofStaff).Scan(&staff).Error; err != nil {
		return nil, err
	}
	users, err := named(db, ofUsers, known(all.Users))
	if err != nil {
		return nil, err
	}
	orgs, err := named(db, ofOrgs, known(all.Orgs))
	if err != nil {
		return nil, err
	}
	names := make([][]string, len(circles))
	for i, c := range circles {
		of := slices.Concat(staff, c.Names)
		for _, userID := range c.Users {
			of = append(of, users[userID]...)
		}
		for _, orgID := range c.Orgs {
			of = append(of, orgs[orgID]...)
		}
		slices.Sort(of)
		names[i] = slices.Compact(of)
	}
	return names, nil
}

// known are the ids of somebody or something, each once.
func known(ids []id.ID) []id.ID {
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(i id.ID) bool { return i == 0 })
}

// named reads names by the id that they belong to.
func named(db *gorm.DB, query string, ids []id.ID) (map[id.ID][]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []struct {
		ID   id.ID
		Name string
	}
	err := db.Raw(query, sql.Named("ids", ids)).Scan(&found).Error
	by := map[id.ID][]string{}
	for _, f := range found {
		by[f.ID] = append(by[f.ID], f.Name)
	}
	return by, err
}

// behind are the users and organisations behind a subject: SQL by its kind.
var behind = map[string]string{
	"approval": `SELECT id, requested_by user_id, org_id FROM approvals WHERE id IN @ids UNION SELECT id, decided_by, 0 FROM approvals WHERE id IN @ids
		UNION SELECT id, about_user_id, 0 FROM approvals WHERE id IN @ids`,
	"order":     `SELECT o.id, o.buyer_id user_id, s.cooperative_id org_id FROM orders o JOIN sub_orders s ON s.order_id = o.id WHERE o.id IN @ids`,
	"sub_order": `SELECT s.id, o.buyer_id user_id, s.cooperative_id org_id FROM sub_orders s JOIN orders o ON o.id = s.order_id WHERE s.id IN @ids`,
	"bank_row":  `SELECT r.id, o.buyer_id user_id, 0 org_id FROM bank_rows r JOIN charges c ON c.id = r.charge_id JOIN orders o ON o.id = c.order_id WHERE r.id IN @ids`,
}

// NamedIn answers who may be named in the texts of rows, row by row: who made the change,
// whom or what it is about, and who stands behind that.
func NamedIn(db *gorm.DB, rows []Entry) ([][]string, error) {
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
	return Names(db, circles)
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
	names, err := NamedIn(tx.DB, reasoned)
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
