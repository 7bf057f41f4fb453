package identity

import (
	"context"

	"zique/internal/attempt"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/storage"
)

// confirm finds the signed-in user if the password is theirs; else the field is wrong.
// A user fails 5 times in 15 minutes, then ErrTooMany of package attempt. The attempt
// is to be forgiven by whoever goes on.
func (s *Service) confirm(ctx context.Context, userID id.ID, field, password string) (User, counted, error) {
	wrong := fault.InvalidField(field, "wrong", "is not the password of this account")
	if password == "" || len(password) > MaxPasswordBytes {
		return User{}, nil, wrong
	}
	tries, err := s.count(ctx, guess{wrongPasswords, "password:user:" + userID.String()})
	if err != nil {
		return User{}, nil, err
	}
	user, err := s.Get(ctx, userID)
	if err != nil {
		return User{}, nil, err
	}
	right, err := s.hasher.verify(ctx, user.PasswordHash, password)
	if err != nil {
		return User{}, nil, err
	}
	if !right {
		return User{}, nil, wrong
	}
	return user, tries, nil
}

// ChangePassword sets another password, ends every session and starts a new one for
// the caller. A wrong `current_password` counts: see confirm.
func (s *Service) ChangePassword(ctx context.Context, by audit.Actor, userID id.ID, device, current, next string) (Session, error) {
	var p problems
	p.password("new_password", next)
	if next == current {
		p.Add("new_password", "unchanged", "must be another password")
	}
	if err := p.Err(); err != nil {
		return Session{}, err
	}
	user, tries, err := s.confirm(ctx, userID, "current_password", current)
	if err != nil {
		return Session{}, err
	}
	hash, err := s.hasher.hash(ctx, next)
	if err != nil {
		return Session{}, err
	}
	var started Session
	err = s.db.InTx(ctx, func(tx *storage.Tx) error {
		if err := unchanged(tx, user); err != nil {
			return err
		}
		if err := tries.forgive(tx); err != nil {
			return err
		}
		changed, err := setPassword(tx, by, user, hash, "user.password_changed")
		if err != nil {
			return err
		}
		started, err = s.begin(tx, by, device, changed)
		return err
	})
	return started, err
}

// setPassword replaces the password of a locked user, signs them out of everything
// and tells them.
func setPassword(tx *storage.Tx, by audit.Actor, user User, hash, action string) (User, error) {
	if err := SignOutEverywhere(tx, by, user.ID); err != nil {
		return user, err
	}
	if err := tx.Model(&User{}).Where("id = ?", user.ID).Update("password_hash", hash).Error; err != nil {
		return user, err
	}
	if _, err := outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{user.ID}, Template: "password_changed"}); err != nil {
		return user, err
	}
	user.PasswordHash = hash
	user.TokenVersion++
	return user, audit.Write(tx, by, audit.Change{Action: action, Subject: "user", SubjectID: user.ID})
}

// ResetPassword sets a password with a code that was sent to the phone, which is
// verified by that, and ends every session. A phone without an account has no code
// that is right.
func (s *Service) ResetPassword(ctx context.Context, by audit.Actor, phone, digits, password string) error {
	var p problems
	p.Mobile("phone", phone)
	p.password("password", password)
	if err := p.Err(); err != nil {
		return err
	}
	hash := s.phoneHash(phone)
	code, tries, err := s.checkCode(ctx, by.Peer, hash, PurposeResetPassword, digits)
	if err != nil {
		return err
	}
	hashed, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *storage.Tx) error {
		var user User
		err := tx.ForUpdate().Where("phone_hash = ? AND status = ?", hash, statusActive).Take(&user).Error
		if storage.IsNotFound(err) {
			return errWrongCode
		}
		if err != nil {
			return err
		}
		if err := code.use(tx); err != nil {
			return err
		}
		if err := tries.forgive(tx); err != nil {
			return err
		}
		if err := attempt.Clear(tx, "login:phone:"+hash); err != nil {
			return err
		}
		by := by
		by.UserID = user.ID
		if err := markVerified(tx, by, user); err != nil {
			return err
		}
		_, err = setPassword(tx, by, user, hashed, "user.password_reset")
		return err
	})
}
