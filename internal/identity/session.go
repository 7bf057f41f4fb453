package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/storage"
)

const refreshBytes = 32

// begin starts a session for a user whose password was verified against the row
// `checked`. The row is locked and compared, so a sign-in that overlaps with
// SignOutEverywhere does not outlive it.
func (s *Service) begin(tx *storage.Tx, checked User) (Session, error) {
	var locked User
	err := tx.ForUpdate().Where("id = ? AND token_version = ? AND password_hash = ? AND status = ?",
		checked.ID, checked.TokenVersion, checked.PasswordHash, statusActive).Take(&locked).Error
	if storage.IsNotFound(err) {
		return Session{}, ErrWrongCredentials
	}
	if err != nil {
		return Session{}, err
	}
	started := session{ID: tx.NewID(), UserID: checked.ID, CreatedAt: tx.Now()}
	if err := tx.Create(&started).Error; err != nil {
		return Session{}, err
	}
	return s.issue(tx, started)
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
func SignOutEverywhere(tx *storage.Tx, userID id.ID) error {
	bumped := tx.Model(&User{}).Where("id = ?", userID).
		Update("token_version", gorm.Expr("token_version + 1"))
	if bumped.Error != nil {
		return bumped.Error
	}
	if bumped.RowsAffected == 0 {
		return ErrNotFound
	}
	return tx.Model(&session{}).Where("user_id = ? AND revoked_at IS NULL", userID).
		Update("revoked_at", tx.Now()).Error
}

func revoke(tx *storage.Tx, sessionID id.ID) error {
	return tx.Model(&session{}).Where("id = ? AND revoked_at IS NULL", sessionID).
		Update("revoked_at", tx.Now()).Error
}
