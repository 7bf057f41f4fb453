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
// as identity.Service.BeforeDeletion asks. The organisations stay locked, so that of
// two last managers who leave at once one stays.
func OnlyManager(tx *storage.Tx, userID id.ID) (field, message string, err error) {
	var led []id.ID
	err = tx.Model(&Membership{}).Where("user_id = ? AND role IN ?", userID, managing).Pluck("org_id", &led).Error
	if err != nil {
		return "", "", err
	}
	var locked []Organisation
	if err := tx.LockByID(&locked, led); err != nil {
		return "", "", err
	}
	for _, o := range locked {
		if slices.Contains(unadmitted, o.Status) {
			continue
		}
		var others int64
		err := tx.Model(&Membership{}).Where("org_id = ? AND user_id <> ? AND role IN ?", o.ID, userID, managing).Count(&others).Error
		if err != nil {
			return "", "", err
		}
		if others == 0 {
			return "memberships", "you are the last manager of an organisation: hand it over first", nil
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
	changes := make([]audit.Change, len(left))
	for i, m := range left {
		changes[i] = audit.Change{Action: "member.left", Subject: "organisation", SubjectID: m.OrgID,
			Before: map[string]string{"user_id": userID.String(), "role": m.Role}}
	}
	if err := tx.Where("user_id = ?", userID).Delete(&Membership{}).Error; err != nil {
		return err
	}
	return audit.Write(tx, by, changes...)
}
