package org

import (
	"slices"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/storage"
)

// unadmitted are the statuses in which an organisation may be left without a manager.
var unadmitted = []string{Draft, Returned, Rejected, Withdrawn}

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

// LeaveAll ends every membership of a user whose account is about to be erased, and what
// else says who they are: what they applied for and nobody else manages, and invitations
// to their phone.
func (s *Service) LeaveAll(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	var left []Membership
	if err := tx.Where("user_id = ?", userID).Order("org_id").Find(&left).Error; err != nil {
		return err
	}
	changes := make([]audit.Change, len(left))
	for i, m := range left {
		if err := s.abandon(tx, by, m); err != nil {
			return err
		}
		changes[i] = audit.Change{Action: "member.left", Subject: "organisation", SubjectID: m.OrgID,
			Before: map[string]string{"user_id": userID.String(), "role": m.Role}}
	}
	if err := tx.Where("user_id = ?", userID).Delete(&Membership{}).Error; err != nil {
		return err
	}
	if err := forgetInvited(tx, by, userID); err != nil {
		return err
	}
	return audit.Write(tx, by, changes...)
}

// abandon withdraws an application whose only manager leaves, and forgets the people in
// it. Any other organisation has another manager: see OnlyManager.
func (s *Service) abandon(tx *storage.Tx, by audit.Actor, leaving Membership) error {
	if !slices.Contains(managing, leaving.Role) {
		return nil
	}
	o, err := lock(tx, leaving.OrgID)
	if err != nil || !slices.Contains(unadmitted, o.Status) {
		return err
	}
	managers, err := holders(tx, o.ID, managing)
	if err != nil || slices.ContainsFunc(managers, func(u id.ID) bool { return u != leaving.UserID }) {
		return err
	}
	for _, m := range moves {
		if m.verb == Withdraw && m.from == o.Status {
			if _, err := s.step(tx, by, o, m, ""); err != nil {
				return err
			}
			break
		}
	}
	if err := dropDocuments(tx, o.ID); err != nil {
		return err
	}
	if err := revokeAll(tx, by, o.ID); err != nil {
		return err
	}
	return tx.Model(&Organisation{}).Where("id = ?", o.ID).Updates(map[string]any{"contact_name": "", "contact_cipher": nil}).Error
}

// revokeAll takes back the invitations that wait for an answer.
func revokeAll(tx *storage.Tx, by audit.Actor, orgID id.ID) error {
	var open []Invitation
	if err := tx.ForUpdate().Where("org_id = ? AND status = ?", orgID, InvitationPending).Order("id").Find(&open).Error; err != nil {
		return err
	}
	for _, i := range open {
		if err := endInvitation(tx, by, i, InvitationRevoked); err != nil {
			return err
		}
	}
	return nil
}
