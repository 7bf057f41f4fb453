package identity

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"zique/internal/audit"
	"zique/internal/blob"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/notify"
	"zique/internal/storage"
)

// ErrInUse refuses to delete an account; its fields name what is left to settle.
var ErrInUse = fault.New(fault.Conflict, "account_in_use", "the account is still in use")

// ErasedName stands where the name of somebody who left stood.
const ErasedName = "已注销用户"

// DeleteAccount erases who the user is, after their password. Orders, cards and the
// ledger stay, and belong to nobody any more; the phone may register anew. Whatever
// BeforeDeletion names refuses with ErrInUse, all of it at once. A wrong `password`
// counts: see confirm.
func (s *Service) DeleteAccount(ctx context.Context, by audit.Actor, userID id.ID, password string) error {
	user, tries, err := s.confirm(ctx, userID, "password", password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *storage.Tx) error {
		if s.LockForDeletion != nil {
			if err := s.LockForDeletion(tx, userID); err != nil {
				return err
			}
		}
		if err := unchanged(tx, user); err != nil {
			return err
		}
		if err := s.settled(tx, userID); err != nil {
			return err
		}
		if err := tries.forgive(tx); err != nil {
			return err
		}
		for _, leave := range s.OnDeletion {
			if err := leave(tx, by, userID); err != nil {
				return err
			}
		}
		return s.erase(tx, by, user)
	})
}

func (s *Service) settled(tx *storage.Tx, userID id.ID) error {
	inUse, left := ErrInUse, false
	for _, check := range s.BeforeDeletion {
		field, message, err := check(tx, userID)
		if err != nil {
			return err
		}
		if field != "" {
			inUse, left = inUse.With(field, "in_use", message), true
		}
	}
	if !left {
		return nil
	}
	return inUse
}

// erase leaves a row that keeps references whole and says nothing.
func (s *Service) erase(tx *storage.Tx, by audit.Actor, user User) error {
	if err := SignOutEverywhere(tx, by, user.ID); err != nil {
		return err
	}
	nobody, err := s.keys.Seal(nil)
	if err != nil {
		return err
	}
	unknown := make([]byte, 32)
	_, _ = rand.Read(unknown) // crypto/rand.Read never fails
	err = tx.Model(&User{}).Where("id = ?", user.ID).Updates(map[string]any{
		"phone_hash": hex.EncodeToString(unknown), "phone_cipher": nobody, "name": ErasedName,
		"password_hash": "", "phone_verified": false, "status": statusDeleted,
	}).Error
	if err != nil {
		return err
	}
	for _, remove := range []func() error{
		func() error { return s.eraseAddresses(tx, user.ID) },
		func() error { return tx.Where("user_id = ?", user.ID).Delete(&FormerName{}).Error },
		func() error { return endRoles(tx, by, user.ID) },
		func() error { return tx.Where("phone_hash = ?", user.PhoneHash).Delete(&phoneCode{}).Error },
		func() error {
			return tx.Model(&session{}).Where("user_id = ?", user.ID).Updates(map[string]any{"device": "", "peer": ""}).Error
		},
		func() error { return notify.Erase(tx, user.ID) },
		func() error { return blob.Erase(tx, user.ID) },
		func() error { return idempotency.Erase(tx, user.ID) },
	} {
		if err := remove(); err != nil {
			return err
		}
	}
	return audit.Write(tx, by, audit.Change{Action: "user.deleted", Subject: "user", SubjectID: user.ID})
}

// eraseAddresses overwrites also those that were removed before.
func (s *Service) eraseAddresses(tx *storage.Tx, userID id.ID) error {
	nothing, err := s.keys.Seal(nil)
	if err != nil {
		return err
	}
	if err := tx.Model(&addressRow{}).Where("user_id = ?", userID).Update("cipher", nothing).Error; err != nil {
		return err
	}
	return tx.Model(&addressRow{}).Where("user_id = ? AND removed_at IS NULL", userID).Update("removed_at", tx.Now()).Error
}
