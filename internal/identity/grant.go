package identity

import (
	"slices"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// The refusals of taking a role away.
var (
	ErrOwnRole      = fault.New(fault.Forbidden, "own_request", "nobody takes away a role of their own")
	ErrLastOperator = fault.New(fault.Conflict, "last_operator", "the platform keeps at least one operator")
)

// GrantRole gives an active user a role; whoever has it keeps it. It fails with
// ErrNotFound.
func GrantRole(tx *storage.Tx, by audit.Actor, userID id.ID, role string) error {
	if err := lockUser(tx, userID); err != nil {
		return err
	}
	has, err := Holds(tx.DB, userID, role)
	if err != nil || has {
		return err
	}
	if err := tx.Create(&userRole{UserID: userID, Role: role}).Error; err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "role.granted", Subject: "user", SubjectID: userID, After: map[string]string{"role": role}})
}

// RevokeRole takes a role away and ends the user's sessions, so that it bites at once.
// It fails with ErrNotFound, also where the user does not have the role, ErrOwnRole,
// ErrLastOperator, or a wrong `role` or `reason`. Two operators who demote each other at once take turns.
func RevokeRole(tx *storage.Tx, by audit.Actor, userID id.ID, role, reason string) error {
	var p problems
	p.roles([]string{role})
	if reason = p.Reason(reason, true); p.Err() != nil {
		return p.Err()
	}
	if userID == by.UserID {
		return ErrOwnRole
	}
	if err := lockUser(tx, userID); err != nil {
		return err
	}
	holders, err := LockHolders(tx, role)
	if err != nil {
		return err
	}
	switch {
	case !slices.Contains(holders, userID):
		return ErrNotFound
	case role == RoleOperator && len(holders) == 1:
		return ErrLastOperator
	}
	if err := tx.Where("user_id = ? AND role = ?", userID, role).Delete(&userRole{}).Error; err != nil {
		return err
	}
	if err := SignOutEverywhere(tx, by, userID); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "role.revoked", Subject: "user", SubjectID: userID, Reason: reason, Before: map[string]string{"role": role}})
}

func lockUser(tx *storage.Tx, userID id.ID) error {
	var user User
	err := tx.ForUpdate().Select("id").Where("id = ? AND status = ?", userID, statusActive).Take(&user).Error
	if storage.IsNotFound(err) {
		return ErrNotFound
	}
	return err
}

// LockHolders locks everybody's role of the name and answers which of them are active.
func LockHolders(tx *storage.Tx, role string) ([]id.ID, error) {
	var rows []userRole
	if err := tx.ForUpdate().Where("role = ?", role).Order("user_id").Find(&rows).Error; err != nil {
		return nil, err
	}
	all := make([]id.ID, len(rows))
	for i, row := range rows {
		all[i] = row.UserID
	}
	var active []id.ID
	err := tx.Model(&User{}).Where("id IN ? AND status = ?", all, statusActive).Order("id").Pluck("id", &active).Error
	return active, err
}

// endRoles takes every role from a user whose account is erased.
func endRoles(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	var held []userRole
	if err := tx.Where("user_id = ?", userID).Order("role").Find(&held).Error; err != nil {
		return err
	}
	ended := make([]audit.Change, len(held))
	for i, h := range held {
		ended[i] = audit.Change{Action: "role.revoked", Subject: "user", SubjectID: userID, Before: map[string]string{"role": h.Role}}
	}
	if err := tx.Where("user_id = ?", userID).Delete(&userRole{}).Error; err != nil {
		return err
	}
	return audit.Write(tx, by, ended...)
}
