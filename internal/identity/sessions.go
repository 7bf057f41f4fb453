package identity

import (
	"context"
	"time"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

const sessionsShown = 100 // the newest

// KeepSessions is how long a session stays after its last use, and a refresh token after
// its end: a quarter, longer than any token is good for. That a session was there and how
// it ended stays in the audit log.
const KeepSessions = 90 * 24 * time.Hour

// ForgetSessions deletes the sessions that nobody used since an instant, and the refresh
// tokens that ended before it. A token that is gone is refused like any unknown one; it
// no longer ends the session that it was used in.
func ForgetSessions(ctx context.Context, db *storage.DB, before clock.Millis) error {
	if err := db.Forget(ctx, &refreshToken{}, "expires_at < ?", before); err != nil {
		return err
	}
	return db.Forget(ctx, &session{}, "last_used_at < ?", before)
}

// OpenSession is a place where a user is signed in, as its owner sees it.
type OpenSession struct {
	ID         id.ID
	CreatedAt  clock.Millis
	LastUsedAt clock.Millis // signed in or refreshed
	Device     string       // see Device
	Peer       string       // masked
}

// PastSession is a session, over or not.
type PastSession struct {
	OpenSession
	EndedAt *clock.Millis // nil while it is open
}

// Sessions lists where the user is signed in, the newest first.
func (s *Service) Sessions(ctx context.Context, userID id.ID) ([]OpenSession, error) {
	found := []OpenSession{}
	return found, s.db.Read(ctx).Table("sessions").Select("id, created_at, last_used_at, device, peer").
		Where("user_id = ? AND revoked_at IS NULL AND last_used_at > ?", userID, s.db.Now().Add(-s.cfg.RefreshTTL)).
		Order("id DESC").Limit(sessionsShown).Scan(&found).Error
}

// AllSessions lists the sessions of the user that are not forgotten, the newest first;
// before is the last of the page before, or 0.
func (s *Service) AllSessions(ctx context.Context, userID, before id.ID, limit int) ([]PastSession, error) {
	q := s.db.Read(ctx).Table("sessions").Select("id, created_at, last_used_at, device, peer, revoked_at ended_at").
		Where("user_id = ?", userID).Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	found := []PastSession{}
	err := q.Scan(&found).Error
	for i := range found {
		if over := found[i].LastUsedAt.Add(s.cfg.RefreshTTL); found[i].EndedAt == nil && over <= s.db.Now() {
			found[i].EndedAt = &over
		}
	}
	return found, err
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
