package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

const refreshBytes = 32

// begin starts a session for a user whose password was verified against the row
// `checked`: see unchanged.
func (s *Service) begin(tx *storage.Tx, by audit.Actor, device string, checked User) (Session, error) {
	if err := unchanged(tx, checked); err != nil {
		return Session{}, err
	}
	now := tx.Now()
	started := session{ID: tx.NewID(), UserID: checked.ID, CreatedAt: now, LastUsedAt: now,
		Device: device[:min(len(device), maxDevice)], Peer: pii.MaskPeer(by.Peer)}
	if err := tx.Create(&started).Error; err != nil {
		return Session{}, err
	}
	by.UserID = checked.ID
	err := audit.Write(tx, by, audit.Change{Action: "session.started", Subject: "session", SubjectID: started.ID})
	if err != nil {
		return Session{}, err
	}
	return s.issue(tx, started)
}

// unchanged locks a user whose password was verified against the row `checked`, and
// fails with ErrWrongCredentials when it changed since. So a sign-in that overlaps with
// SignOutEverywhere does not outlive it.
func unchanged(tx *storage.Tx, checked User) error {
	var locked User
	err := tx.ForUpdate().Where("id = ? AND token_version = ? AND password_hash = ? AND status = ?",
		checked.ID, checked.TokenVersion, checked.PasswordHash, statusActive).Take(&locked).Error
	if storage.IsNotFound(err) {
		return ErrWrongCredentials
	}
	return err
}

// issue makes the next pair of tokens of a session.
func (s *Service) issue(tx *storage.Tx, of session) (Session, error) {
	user, err := s.load(tx.DB, of.UserID)
	if err != nil {
		return Session{}, err
	}
	secret := make([]byte, refreshBytes)
	if _, err := io.ReadFull(s.cfg.Rand, secret); err != nil {
		return Session{}, fmt.Errorf("identity: no randomness: %w", err)
	}
	refresh := base64.RawURLEncoding.EncodeToString(secret)
	err = tx.Create(&refreshToken{
		ID: tx.NewID(), SessionID: of.ID, TokenHash: hashToken(refresh), ExpiresAt: tx.Now().Add(s.cfg.RefreshTTL),
	}).Error
	if err != nil {
		return Session{}, err
	}
	access, err := s.sign(user, of.ID, tx.Now().Time())
	return Session{User: user, AccessToken: access, ExpiresIn: s.cfg.AccessTTL, RefreshToken: refresh}, err
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// SignOutEverywhere ends all sessions of a user together with what else tx does,
// such as a new password. It fails with ErrNotFound.
func SignOutEverywhere(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	bumped := tx.Model(&User{}).Where("id = ?", userID).
		Update("token_version", gorm.Expr("token_version + 1"))
	if bumped.Error != nil {
		return bumped.Error
	}
	if bumped.RowsAffected == 0 {
		return ErrNotFound
	}
	err := tx.Model(&session{}).Where("user_id = ? AND revoked_at IS NULL", userID).
		Update("revoked_at", tx.Now()).Error
	if err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "user.signed_out_everywhere", Subject: "user", SubjectID: userID})
}

// revoke ends one session, if it is not over.
func revoke(tx *storage.Tx, by audit.Actor, over session, reason string) error {
	ended := tx.Model(&session{}).Where("id = ? AND revoked_at IS NULL", over.ID).Update("revoked_at", tx.Now())
	if ended.Error != nil || ended.RowsAffected == 0 {
		return ended.Error
	}
	return audit.Write(tx, by, audit.Change{Action: "session.ended", Subject: "session", SubjectID: over.ID, Reason: reason})
}
