package identity

import (
	"context"

	"zique/internal/attempt"
	"zique/internal/audit"
	"zique/internal/storage"
)

// Login signs a user in. An unknown phone, a wrong password and a user who is not
// active are ErrWrongCredentials alike. A phone fails 10 times in 15 minutes and by.Peer
// (the caller's IP address) 60 times, then both get ErrTooMany of package
// attempt, with the right password too. What is refused for the phone does not count
// against the address, which colleagues share.
func (s *Service) Login(ctx context.Context, by audit.Actor, device, phone, password string) (Session, error) {
	var p problems
	p.Mobile("phone", phone)
	if password == "" || len(password) > MaxPasswordBytes {
		p.Add("password", "invalid", "must be the password of this account")
	}
	if err := p.Err(); err != nil {
		return Session{}, err
	}
	phoneSubject := "login:phone:" + s.phoneHash(phone)
	tries, err := s.count(ctx, guess{loginsPerPeer, "login:peer:" + s.peerHash(by.Peer)}, guess{loginsPerPhone, phoneSubject})
	if err != nil {
		return Session{}, err
	}
	user, err := s.verify(ctx, phone, password)
	if err != nil {
		return Session{}, err
	}
	var signedIn Session
	err = s.db.InTx(ctx, func(tx *storage.Tx) (err error) {
		if signedIn, err = s.begin(tx, by, device, user); err != nil {
			return err
		}
		if err := tries.forgive(tx); err != nil {
			return err
		}
		return attempt.Clear(tx, phoneSubject)
	})
	return signedIn, err
}

// verify finds the user whose phone and password these are. It hashes once, whether
// the phone is known or not.
func (s *Service) verify(ctx context.Context, phone, password string) (User, error) {
	var user User
	err := s.db.Read(ctx).Where("phone_hash = ?", s.phoneHash(phone)).Take(&user).Error
	if err != nil && !storage.IsNotFound(err) {
		return User{}, err
	}
	right, err := s.hasher.verify(ctx, user.PasswordHash, password)
	if err != nil {
		return User{}, err
	}
	if !right || user.Status != statusActive {
		return User{}, ErrWrongCredentials
	}
	return user, nil
}
