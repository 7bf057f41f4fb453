package identity

import (
	"context"
	"slices"

	"zique/internal/audit"
	"zique/internal/storage"
)

// Registration is what a newcomer fills in. Code is the one that SendCode sent; in
// demo mode it may be left out, and the phone then counts as not verified.
type Registration struct {
	Phone, Password, Name, Code string
	Consents                    []Consent // what the newcomer agrees to; only Document and Version count
}

// Register makes a user and signs it in. It fails with all wrong fields at once,
// with a wrong `code`, or with ErrPhoneTaken; a phone collects 5 wrong codes in 15
// minutes, then ErrTooMany of package attempt. A refusal leaves the code unused.
func (s *Service) Register(ctx context.Context, by audit.Actor, device string, r Registration) (Session, error) {
	with := NewUser{Phone: r.Phone, Password: r.Password, Name: r.Name, Verified: r.Code != ""}
	p := with.check()
	if r.Code == "" && !s.cfg.Demo {
		p.Add("code", "code_required", "must be the code that was sent to the phone")
	}
	p.consents(r.Consents)
	if err := p.Err(); err != nil {
		return Session{}, err
	}
	var code phoneCode
	var tries counted
	if with.Verified {
		var err error
		if code, tries, err = s.checkCode(ctx, by.Peer, s.phoneHash(r.Phone), PurposeRegister, r.Code); err != nil {
			return Session{}, err
		}
	}
	user, err := s.prepare(ctx, with)
	if err != nil {
		return Session{}, err
	}
	var signedIn Session
	err = s.db.InTx(ctx, func(tx *storage.Tx) (err error) {
		if with.Verified {
			if err := code.use(tx); err != nil {
				return err
			}
		}
		if err := insertUser(tx, &user, nil); err != nil {
			return err
		}
		if err := tries.forgive(tx); err != nil {
			return err
		}
		by := by
		by.UserID = user.ID
		if err := writeMade(tx, by, "user.registered", user, nil); err != nil {
			return err
		}
		for _, c := range r.Consents {
			if _, err := insertConsent(tx, by, user.ID, Consent{Document: c.Document, Version: c.Version, Given: true}); err != nil {
				return err
			}
		}
		signedIn, err = s.begin(tx, by, device, user)
		return err
	})
	return signedIn, err
}

// NewUser is a user to be made without a sign-in.
type NewUser struct {
	Phone, Password, Name string
	PasswordHash          string   // of Password, where HashPassword made it before; else ""
	Verified              bool     // the phone is known to be the user's
	Roles                 []string // see RoleOperator and its like
}

// HashPassword is for whoever makes several users of one password.
func (s *Service) HashPassword(ctx context.Context, password string) (string, error) {
	return s.hasher.hash(ctx, password)
}

func (n *NewUser) check() *problems {
	p := new(problems)
	p.Mobile("phone", n.Phone)
	p.password("password", n.Password)
	n.Name = p.name(n.Name)
	p.roles(n.Roles)
	return p
}

// Check finds what CreateUser would refuse whoever else there is.
func (n NewUser) Check() error { return n.check().Err() }

// CreateUser makes a user for the seed and the command line, under the same rules
// as Register but for the code. The password is hashed while tx is open, some tens
// of milliseconds, so it is not for requests.
func (s *Service) CreateUser(tx *storage.Tx, by audit.Actor, with NewUser) (User, error) {
	if err := with.check().Err(); err != nil {
		return User{}, err
	}
	user, err := s.prepare(tx.Statement.Context, with)
	if err != nil {
		return User{}, err
	}
	if err := insertUser(tx, &user, with.Roles); err != nil {
		return User{}, err
	}
	if err := writeMade(tx, by, "user.created", user, with.Roles); err != nil {
		return User{}, err
	}
	return s.load(tx.DB, user.ID)
}

func writeMade(tx *storage.Tx, by audit.Actor, action string, user User, roles []string) error {
	after := map[string]any{"phone_verified": user.PhoneVerified}
	if len(roles) > 0 {
		after["roles"] = roles
	}
	return audit.Write(tx, by, audit.Change{Action: action, Subject: "user", SubjectID: user.ID, After: after})
}

// prepare does the slow part of making a user; id and time come with the transaction.
func (s *Service) prepare(ctx context.Context, with NewUser) (User, error) {
	sealed, err := s.keys.Seal([]byte(with.Phone))
	if err != nil {
		return User{}, err
	}
	hash := with.PasswordHash
	if hash == "" {
		hash, err = s.hasher.hash(ctx, with.Password)
	}
	return User{
		PhoneHash: s.phoneHash(with.Phone), PhoneCipher: sealed, PhoneVerified: with.Verified,
		Name: with.Name, PasswordHash: hash, TokenVersion: 1, Status: statusActive,
	}, err
}

func insertUser(tx *storage.Tx, user *User, roles []string) error {
	user.ID, user.CreatedAt = tx.NewID(), tx.Now()
	if err := tx.Create(user).Error; storage.IsDuplicate(err) {
		return ErrPhoneTaken
	} else if err != nil {
		return err
	}
	for _, role := range slices.Compact(slices.Sorted(slices.Values(roles))) {
		if err := tx.Create(&userRole{UserID: user.ID, Role: role}).Error; err != nil {
			return err
		}
	}
	return nil
}
