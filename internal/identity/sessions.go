package identity

import (
	"context"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

const sessionsShown = 100 // the newest

// OpenSession is a place where a user is signed in, as its owner sees it.
type OpenSession struct {
	ID         id.ID
	CreatedAt  clock.Millis
	LastUsedAt clock.Millis // signed in or refreshed
	Device     string       // see Device
	Peer       string       // masked
}

// Sessions lists where the user is signed in, the newest first.
func (s *Service) Sessions(ctx context.Context, userID id.ID) ([]OpenSession, error) {
	found := []OpenSession{}
	return found, s.db.Read(ctx).Table("sessions").Select("id, created_at, last_used_at, device, peer").
		Where("user_id = ? AND revoked_at IS NULL AND last_used_at > ?", userID, s.db.Now().Add(-s.cfg.RefreshTTL)).
		Order("id DESC").Limit(sessionsShown).Scan(&found).Error
}

// EndSession ends one session of the user; one that is over stays so. Another's is
// ErrNotFound.
func EndSession(tx *storage.Tx, by audit.Actor, userID, sessionID id.ID) error {
	var open session
	err := tx.ForUpdate().Where("id = ? AND user_id = ?", sessionID, userID).Take(&open).Error
	if storage.IsNotFound(err) {
		return ErrNotFound
	}
	if err != nil || open.RevokedAt != nil {
		return err
	}
	return revoke(tx, by, open, "")
}
