package org

import (
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/storage"
)

// deskNames are those of the desks of an installation until somebody renames them.
var deskNames = map[string]string{County: "县级推荐部门", Federation: "工商联（平台运营）"}

// Desk answers the organisation in which the operators of the county or the federation
// work, and makes it where it is missing.
func Desk(tx *storage.Tx, by audit.Actor, kind string) (Organisation, error) {
	return OpenDesk(tx, by, kind, deskNames[kind], false)
}

// OpenDesk is Desk with the name that a missing one gets. The credit code's unique key
// holds the kind, so that two programs do not make two desks.
func OpenDesk(tx *storage.Tx, by audit.Actor, kind, name string, demo bool) (Organisation, error) {
	if o, found, err := desk(tx, kind); found || err != nil {
		return o, err
	}
	key := "desk:" + kind
	o := Organisation{ID: tx.NewID(), Kind: kind, Name: name, Status: Admitted, Demo: demo, CreditCodeKey: &key, CreatedAt: tx.Now()}
	err := create(tx, by, o)
	if err == ErrCreditCodeTaken { // another was faster
		o, _, err = desk(tx, kind)
	}
	return o, err
}

func desk(tx *storage.Tx, kind string) (Organisation, bool, error) {
	var desks []Organisation
	err := tx.Where("kind = ?", kind).Order("id").Limit(1).Find(&desks).Error
	if err != nil || len(desks) == 0 {
		return Organisation{}, false, err
	}
	return desks[0], true, nil
}

// JoinDesk makes an operator work at a desk; one who does already stays.
func JoinDesk(tx *storage.Tx, by audit.Actor, kind string, userID id.ID) error {
	o, err := Desk(tx, by, kind)
	if err != nil {
		return err
	}
	if _, err := memberOf(tx.DB, o.ID, userID); err != ErrNotFound {
		return err
	}
	return join(tx, by, o.ID, userID, RoleOperator)
}

// LeaveDesks ends an operator's work at every desk.
func LeaveDesks(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	var at []Membership
	err := tx.Where("user_id = ? AND role = ?", userID, RoleOperator).Order("org_id").Find(&at).Error
	if err != nil {
		return err
	}
	for _, m := range at {
		if err := leave(tx, by, m); err != nil {
			return err
		}
	}
	return nil
}

// AtDesk lists the active operators of a desk.
func AtDesk(tx *storage.Tx, kind string) ([]id.ID, error) {
	var users []id.ID
	err := tx.Table("memberships m").Joins("JOIN organisations o ON o.id = m.org_id").Joins("JOIN users u ON u.id = m.user_id").
		Where("o.kind = ? AND m.role = ? AND u.status = ?", kind, RoleOperator, "active").
		Order("m.user_id").Distinct().Pluck("m.user_id", &users).Error
	return users, err
}
