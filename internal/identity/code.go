package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"time"

	"zique/internal/attempt"
	"zique/internal/fault"
	"zique/internal/storage"
)

// PurposeRegister is what a code may be asked for.
const PurposeRegister = "register"

const (
	codeTTL = 10 * time.Minute
	codes   = 1_000_000 // six digits
)

var errWrongCode = fault.InvalidField("code", "wrong", "is wrong, used or older than 10 minutes")

// Code tells how long a code is good for. DemoCode is the code itself, in demo
// mode only; otherwise it is on its way to the phone.
type Code struct {
	DemoCode  string
	ExpiresIn time.Duration
}

// SendCode sends six digits to a phone; only the newest code of a phone is good.
// Nobody sends messages yet, so outside demo mode it fails with ErrSMSUnavailable.
// A phone gets 5 codes an hour, then ErrTooMany of package attempt.
func (s *Service) SendCode(ctx context.Context, phone, purpose string) (Code, error) {
	var p problems
	p.phone(phone)
	if purpose != PurposeRegister {
		p.add("purpose", "invalid", "must be register")
	}
	if err := p.err(); err != nil {
		return Code{}, err
	}
	if !s.cfg.Demo {
		return Code{}, ErrSMSUnavailable
	}
	hash := s.phoneHash(phone)
	if _, err := attempt.Begin(ctx, s.db, codesPerPhone, "code:send:"+hash); err != nil {
		return Code{}, err
	}
	digits, err := s.newCode()
	if err != nil {
		return Code{}, err
	}
	err = s.db.InTx(ctx, func(tx *storage.Tx) error {
		return tx.Create(&phoneCode{
			ID: tx.NewID(), PhoneHash: hash, Purpose: purpose, CodeHash: s.codeHash(hash, purpose, digits),
			ExpiresAt: tx.Now().Add(codeTTL), CreatedAt: tx.Now(),
		}).Error
	})
	return Code{DemoCode: digits, ExpiresIn: codeTTL}, err
}

func (s *Service) newCode() (string, error) {
	n, err := rand.Int(s.cfg.Rand, big.NewInt(codes))
	if err != nil {
		return "", fmt.Errorf("identity: no randomness: %w", err)
	}
	return fmt.Sprintf("%06d", n), nil
}

// codeHash is keyed, since six digits under a plain hash are tried in no time.
func (s *Service) codeHash(phoneHash, purpose, digits string) string {
	return s.keys.Lookup("code", phoneHash+" "+purpose+" "+digits)
}

// checkCode finds the code that the digits are, or fails with errWrongCode. It does
// not use it up; the attempt it began is to be forgiven by whoever does.
func (s *Service) checkCode(ctx context.Context, phoneHash, purpose, digits string) (phoneCode, attempt.Attempt, error) {
	try, err := attempt.Begin(ctx, s.db, wrongCodes, "code:check:"+phoneHash)
	if err != nil {
		return phoneCode{}, try, err
	}
	var newest phoneCode
	err = s.db.Read(ctx).Where("phone_hash = ? AND purpose = ?", phoneHash, purpose).
		Order("created_at DESC, id DESC").Take(&newest).Error
	if err != nil && !storage.IsNotFound(err) {
		return phoneCode{}, try, err
	}
	want := s.codeHash(phoneHash, purpose, digits)
	right := subtle.ConstantTimeCompare([]byte(want), []byte(newest.CodeHash)) == 1
	if !right || newest.UsedAt != nil || newest.ExpiresAt <= s.db.Now() {
		return phoneCode{}, try, errWrongCode
	}
	return newest, try, nil
}

// use marks the code as used, or fails with errWrongCode when somebody was faster.
func (c phoneCode) use(tx *storage.Tx) error {
	used := tx.Model(&phoneCode{}).Where("id = ? AND used_at IS NULL", c.ID).Update("used_at", tx.Now())
	if used.Error == nil && used.RowsAffected == 0 {
		return errWrongCode
	}
	return used.Error
}
