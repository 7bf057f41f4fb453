package org

import (
	"slices"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/storage"
)

// unadmitted are the statuses in which an organisation may be left without a manager.
var unadmitted = []string{Draft, Returned, Rejected}

// OnlyManager tells which of the user's organisations would be left without a manager,
// as identity.Service.BeforeDeletion asks. The organisations stay locked, and roles are
// read under the lock, so that of two last managers who leave at once one stays. The
// user's row is locked already, so they join nothing meanwhile.
func OnlyManager(tx *storage.Tx, userID id.ID) (field, message string, err error) {
	var of []id.ID
	if err := tx.Model(&Membership{}).Where("user_id = ?", userID).Pluck("org_id", &of).Error; err != nil {
		return "", "", err
	}
	var locked []Organisation
	if err := tx.LockByID(&locked, of); err != nil {
		return "", "", err
	}
	for _, o := range locked {
		if slices.Contains(unadmitted, o.Status) {
			continue
		}
		m, err := memberOf(tx.DB, o.ID, userID)
		if err == nil {
			err = keepManager(tx, m)
		}
		switch err {
		case nil, ErrNotFound:
		case ErrLastManager:
			return "memberships", "you are the last manager of an organisation: hand it over first", nil
		default:
			return "", "", err
		}
	}
	return "", "", nil
}

// LeaveAll ends every membership of the user.
func LeaveAll(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	var left []Membership
	if err := tx.Where("user_id = ?", userID).Order("org_id").Find(&left).Error; err != nil {
		return err
	}
	for _, m := range left {
		if err := leave(tx, by, m); err != nil {
			return err
		}
	}
	return nil
}
