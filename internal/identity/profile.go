package identity

import (
	"context"
	"slices"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/storage"
)

// Rename gives the user another name. The log says that, and not which: names of people
// who left must not stay there.
func (s *Service) Rename(tx *storage.Tx, by audit.Actor, userID id.ID, name string) (User, error) {
	var p problems
	name = p.name(name)
	if err := p.Err(); err != nil {
		return User{}, err
	}
	user, err := lockActive(tx, userID)
	if err != nil {
		return User{}, err
	}
	if user.Name != name {
		if err := keepName(tx, user); err != nil {
			return User{}, err
		}
	}
	if err := tx.Model(&User{}).Where("id = ?", userID).Update("name", name).Error; err != nil {
		return User{}, err
	}
	if err := audit.Write(tx, by, audit.Change{Action: "user.renamed", Subject: "user", SubjectID: userID}); err != nil {
		return User{}, err
	}
	return s.load(tx.DB, userID)
}

// lockActive reads a user's row under lock, or fails with ErrNotFound.
func lockActive(tx *storage.Tx, userID id.ID) (User, error) {
	var user User
	err := tx.ForUpdate().Where("id = ? AND status = ?", userID, statusActive).Take(&user).Error
	if storage.IsNotFound(err) {
		return User{}, ErrNotFound
	}
	return user, err
}

// KeepAccount holds the user's account until tx is over, so that it is not deleted
// while something is given to it; ErrNotFound when it is gone.
func KeepAccount(tx *storage.Tx, userID id.ID) error {
	_, err := lockActive(tx, userID)
	return err
}

// Gone answers which of the users have left. The accounts of the others stay until tx is
// over, as KeepAccount has it; others may hold them too.
func Gone(tx *storage.Tx, userIDs []id.ID) (map[id.ID]bool, error) {
	sorted := slices.Clone(userIDs)
	slices.Sort(sorted)
	var users []User
	err := tx.ForShare().Select("id, status").Where("id IN ?", slices.Compact(sorted)).Order("id").Find(&users).Error
	gone := map[id.ID]bool{}
	for _, u := range users {
		if u.Status != statusActive {
			gone[u.ID] = true
		}
	}
	return gone, err
}

// VerifyPhone takes the code that was sent to the user's own phone. A user whose phone
// is verified is answered as they are.
func (s *Service) VerifyPhone(ctx context.Context, by audit.Actor, userID id.ID, digits string) (User, error) {
	if !sixDigits.MatchString(digits) {
		return User{}, errWrongCode
	}
	user, err := s.Get(ctx, userID)
	if err != nil || user.PhoneVerified {
		return user, err
	}
	code, tries, err := s.checkCode(ctx, by.Peer, user.PhoneHash, PurposeVerifyPhone, digits)
	if err != nil {
		return User{}, err
	}
	err = s.db.InTx(ctx, func(tx *storage.Tx) error {
		locked, err := lockActive(tx, userID)
		if err != nil {
			return err
		}
		if err := code.use(tx); err != nil {
			return err
		}
		if err := tries.forgive(tx); err != nil {
			return err
		}
		if err := markVerified(tx, by, locked); err != nil {
			return err
		}
		user, err = s.load(tx.DB, userID)
		return err
	})
	return user, err
}

// markVerified notes that a code sent to the user's phone came back.
func markVerified(tx *storage.Tx, by audit.Actor, user User) error {
	if user.PhoneVerified {
		return nil
	}
	if err := tx.Model(&User{}).Where("id = ?", user.ID).Update("phone_verified", true).Error; err != nil {
		return err
	}
	if _, err := outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{user.ID}, Template: "phone_verified"}); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "user.phone_verified", Subject: "user", SubjectID: user.ID})
}

// OwnPhone is the user's phone in clear, for nobody else than themselves.
func (s *Service) OwnPhone(ctx context.Context, userID id.ID) (string, error) {
	user, err := s.Get(ctx, userID)
	if err != nil {
		return "", err
	}
	plain, err := s.keys.Open(user.PhoneCipher)
	return string(plain), err
}

// Recipients answers the sealed phones of those who have an account, their rows locked:
// see notify.Notifier.
func Recipients(tx *storage.Tx, users []id.ID) (map[id.ID][]byte, error) {
	var found []User
	err := tx.ForUpdate().Select("id", "phone_cipher").Where("id IN ? AND status = ?", users, statusActive).Order("id").Find(&found).Error
	phones := make(map[id.ID][]byte, len(found))
	for _, user := range found {
		phones[user.ID] = user.PhoneCipher
	}
	return phones, err
}

// BeginExport counts an export of the user's data, of which there are 5 a day, then
// ErrTooMany of package attempt.
func (s *Service) BeginExport(ctx context.Context, by audit.Actor, userID id.ID) error {
	if _, err := s.count(ctx, guess{exportsPerUser, "export:user:" + userID.String()}); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx *storage.Tx) error {
		return audit.Write(tx, by, audit.Change{Action: "user.exported", Subject: "user", SubjectID: userID})
	})
}
