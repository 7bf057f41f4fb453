package org

import (
	"context"
	"time"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// KeepInvited is how long an invitation still says to which phone it went: three weeks
// after it ran out, when nobody asks any more why it did not arrive.
const KeepInvited = 4 * InvitationTTL

// nobody is what an invitation keeps of the phone it went to.
var nobody = map[string]any{"phone_hash": "", "phone_cipher": []byte{}}

// forgetInvited declines what still waits for a user whose account is about to be
// erased, and erases their phone from every invitation to it.
func forgetInvited(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	var all []Invitation
	err := tx.ForUpdate().Where("phone_hash = (?)", tx.Table("users").Select("phone_hash").Where("id = ?", userID)).Order("id").Find(&all).Error
	if err != nil {
		return err
	}
	for _, i := range all {
		if i.Status == InvitationPending {
			if err := endInvitation(tx, by, i, InvitationDeclined); err != nil {
				return err
			}
		}
		if err := tx.Model(&Invitation{}).Where("id = ?", i.ID).Updates(nobody).Error; err != nil {
			return err
		}
	}
	return nil
}

// forgetBatch bounds how many rows one transaction of ForgetInvited changes.
const forgetBatch = 1000

// ForgetInvited erases phones from the invitations that were made before an instant,
// when none of them waits any more.
func ForgetInvited(ctx context.Context, db *storage.DB, before clock.Millis) error {
	for {
		var old []id.ID
		err := db.Read(ctx).Model(&Invitation{}).Where("created_at < ? AND phone_hash <> ''", before).
			Order("created_at").Limit(forgetBatch).Pluck("id", &old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		err = db.InTx(ctx, func(tx *storage.Tx) error {
			forgotten := map[string]any{"pending_phone": nil}
			for column, value := range nobody {
				forgotten[column] = value
			}
			return tx.Model(&Invitation{}).Where("id IN ?", old).Updates(forgotten).Error
		})
		if err != nil {
			return err
		}
	}
}

// KeepRejected is how long a rejected application keeps its documents: the applicant may
// object, or hand them in again with the next application. After that they are their
// owner's alone, and go as files that nobody uses do: see blob.Store.Sweep.
const KeepRejected = 90 * 24 * time.Hour

// ForgetRejected takes the documents from the applications that were rejected before an
// instant.
func ForgetRejected(ctx context.Context, db *storage.DB, before clock.Millis) error {
	for {
		var old []id.ID
		err := db.Read(ctx).Table("organisation_documents d").Joins("JOIN organisations o ON o.id = d.org_id").
			Joins("JOIN org_admission_steps s ON s.org_id = d.org_id AND s.to_status = o.status").
			Where("o.status = ? AND s.created_at < ?", Rejected, before).
			Distinct().Limit(forgetBatch).Pluck("d.org_id", &old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		err = db.InTx(ctx, func(tx *storage.Tx) error { return drop(tx, nil, "org_id IN ?", old) })
		if err != nil {
			return err
		}
	}
}

// InvitationsOf lists the invitations to a phone, whatever became of them, and those
// that a user sent, the newest first; before is the last of the page before, or 0.
func InvitationsOf(view *gorm.DB, now clock.Millis, userID id.ID, phoneHash string, before id.ID, limit int) ([]Invitation, error) {
	q := view.Table("org_invitations i").Select("i.*, o.name org_name, o.kind org_kind").Joins("JOIN organisations o ON o.id = i.org_id").
		Where("i.invited_by = ? OR (i.phone_hash = ? AND i.phone_hash <> '')", userID, phoneHash)
	if before != 0 {
		q = q.Where("i.id < ?", before)
	}
	found := []Invitation{}
	err := q.Order("i.id DESC").Limit(limit).Scan(&found).Error
	for i := range found {
		found[i].asOf(now)
	}
	return found, err
}
