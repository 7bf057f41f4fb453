package identity

import (
	"context"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// Refresh exchanges a refresh token for new tokens of the same session. A token
// that is unknown, expired or of a session that is over is ErrUnauthenticated. So
// is a token used before, and that ends the session for whoever else holds it.
// Clients therefore refresh one at a time.
func (s *Service) Refresh(ctx context.Context, by audit.Actor, token string) (Session, error) {
	var renewed Session
	var refused error // committed all the same: a reuse must revoke
	err := s.db.InTx(ctx, func(tx *storage.Tx) (err error) {
		renewed, refused = Session{}, nil
		of, reused, err := takeToken(tx, token)
		if err != nil {
			return err
		}
		if reused {
			refused = ErrUnauthenticated
			return revoke(tx, by, of, "a refresh token was used twice")
		}
		if err := stillOpen(tx, by, of); err != nil {
			return err
		}
		renewed, err = s.issue(tx, of)
		return err
	})
	if err != nil {
		return Session{}, err
	}
	return renewed, refused
}

// takeToken marks the token as used and finds its session; reused says that it was
// marked before, or by somebody faster.
func takeToken(tx *storage.Tx, token string) (of session, reused bool, err error) {
	var held refreshToken
	err = tx.Where("token_hash = ?", hashToken(token)).Take(&held).Error
	if storage.IsNotFound(err) {
		return session{}, false, ErrUnauthenticated
	}
	if err != nil {
		return session{}, false, err
	}
	err = tx.Joins("JOIN users ON users.id = sessions.user_id").
		Where("sessions.id = ? AND sessions.revoked_at IS NULL AND users.status = ?", held.SessionID, statusActive).
		Take(&of).Error
	if storage.IsNotFound(err) {
		return session{}, false, ErrUnauthenticated
	}
	if err != nil {
		return session{}, false, err
	}
	if held.UsedAt == nil && held.ExpiresAt <= tx.Now() {
		return session{}, false, ErrUnauthenticated
	}
	used := tx.Model(&refreshToken{}).Where("id = ? AND used_at IS NULL", held.ID).Update("used_at", tx.Now())
	return of, used.RowsAffected == 0, used.Error
}

// stillOpen notes that the session was used, unless it ended meanwhile: whoever signs
// out everywhere may have been faster.
func stillOpen(tx *storage.Tx, by audit.Actor, of session) error {
	used := tx.Model(&session{}).Where("id = ? AND revoked_at IS NULL", of.ID).
		Updates(map[string]any{"last_used_at": tx.Now(), "peer": pii.MaskPeer(by.Peer)})
	if used.Error == nil && used.RowsAffected == 0 {
		return ErrUnauthenticated
	}
	return used.Error
}

// Logout ends the caller's session, and the one that refreshToken belongs to if
// that is the caller's too. It says nothing about a token that is not.
func (s *Service) Logout(ctx context.Context, by audit.Actor, caller Caller, refreshToken string) error {
	return s.db.InTx(ctx, func(tx *storage.Tx) error {
		var other []id.ID
		err := tx.Table("refresh_tokens").Where("token_hash = ?", hashToken(refreshToken)).
			Pluck("session_id", &other).Error
		if err != nil {
			return err
		}
		var open []session
		err = tx.Where("user_id = ? AND id IN ? AND revoked_at IS NULL", caller.UserID, append(other, caller.SessionID)).
			Order("id").Find(&open).Error
		if err != nil {
			return err
		}
		for _, over := range open {
			if err := revoke(tx, by, over, ""); err != nil {
				return err
			}
		}
		return nil
	})
}
