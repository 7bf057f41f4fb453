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

// LeaveAll ends every membership of a user whose account is about to be erased, and what
// else says who they are: what they applied for and nobody else manages, and invitations
// to their phone.
func (s *Service) LeaveAll(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	var left []Membership
	if err := tx.Where("user_id = ?", userID).Order("org_id").Find(&left).Error; err != nil {
		return err
	}
	for _, m := range left {
		if err := s.abandon(tx, by, m); err != nil {
			return err
		}
		if err := leave(tx, by, m); err != nil {
			return err
		}
	}
	return forgetInvited(tx, by, userID)
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
			if _, err := s.step(tx, by, o, m, "", ""); err != nil {
				return err
			}
			break
		}
	}
	return s.forget(tx, by, o)
}

// forget erases the people in an application that was given up, with its documents.
func (s *Service) forget(tx *storage.Tx, by audit.Actor, o Organisation) error {
	if err := drop(tx, nil, "org_id = ?", o.ID); err != nil {
		return err
	}
	if err := revokeAll(tx, by, o.ID); err != nil {
		return err
	}
	if err := tx.Where("org_id = ?", o.ID).Delete(&formerContact{}).Error; err != nil {
		return err
	}
	return tx.Model(&Organisation{}).Where("id = ?", o.ID).Updates(map[string]any{"contact_name": "", "contact_cipher": nil}).Error
}

// WithdrawApplication gives up an application that is not under review, and forgets the
// people in it. Its credit code is free again. Repeated, it changes nothing.
func (s *Service) WithdrawApplication(tx *storage.Tx, by audit.Actor, orgID id.ID) (Organisation, error) {
	o, _, err := manage(tx, by, orgID, managing...)
	if err != nil || o.Status == Withdrawn {
		return o, err
	}
	if o, err = s.move(tx, by, o, "", Withdraw, ""); err != nil {
		return o, err
	}
	return o, s.forget(tx, by, o)
}
