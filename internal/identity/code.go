package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"sync"
	"time"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/storage"
)

// What a code may be asked for. A code is good for its purpose only.
const (
	PurposeRegister      = "register"
	PurposeVerifyPhone   = "verify_phone"
	PurposeResetPassword = "reset_password"
)

const (
	codeTTL = 10 * time.Minute
	codes   = 1_000_000 // six digits
)

var sixDigits = regexp.MustCompile(`^\d{6}$`)

var errWrongCode = fault.InvalidField("code", "wrong", "is wrong, used or older than 10 minutes")

// Code tells how long a code is good for. DemoCode is the code itself, in demo
// mode only; otherwise it is on its way to the phone.
type Code struct {
	DemoCode  string
	ExpiresIn time.Duration
}

// SendCode sends six digits to a phone; of one purpose only the newest code is good.
// Other purposes than registering send nothing to a phone without an account, and
// answer as if they had. A phone gets 5 codes an hour and a peer 30, then ErrTooMany
// of package attempt. When the message cannot be sent, it fails with ErrSMSUnavailable
// and the code counts against nobody.
func (s *Service) SendCode(ctx context.Context, by audit.Actor, phone, purpose string) (Code, error) {
	var p problems
	p.Mobile("phone", phone)
	switch purpose {
	case PurposeRegister, PurposeVerifyPhone, PurposeResetPassword:
	default:
		p.Add("purpose", "invalid", "must be register, verify_phone or reset_password")
	}
	if err := p.Err(); err != nil {
		return Code{}, err
	}
	if s.cfg.Sender == nil && !s.cfg.Demo {
		return Code{}, ErrSMSUnavailable
	}
	hash := s.phoneHash(phone)
	quota, err := s.count(ctx, guess{codesPerPeer, "code:send:peer:" + s.peerHash(by.Peer)}, guess{codesPerPhone, "code:send:" + hash})
	if err != nil {
		return Code{}, err
	}
	codeID, digits, err := s.makeCode(ctx, hash, purpose)
	if err != nil {
		return Code{}, err
	}
	if err := s.deliver(ctx, codeID, phone, purpose, digits); err != nil {
		return Code{}, errors.Join(err, s.db.InTx(context.WithoutCancel(ctx), quota.forgive))
	}
	code := Code{ExpiresIn: codeTTL}
	if s.cfg.Demo {
		code.DemoCode = digits
	}
	return code, nil
}

func (s *Service) makeCode(ctx context.Context, phoneHash, purpose string) (codeID id.ID, digits string, err error) {
	if digits, err = s.newCode(); err != nil {
		return 0, "", err
	}
	err = s.db.InTx(ctx, func(tx *storage.Tx) error {
		codeID = tx.NewID()
		return tx.Create(&phoneCode{
			ID: codeID, PhoneHash: phoneHash, Purpose: purpose, CodeHash: s.codeHash(phoneHash, purpose, digits),
			ExpiresAt: tx.Now().Add(codeTTL), CreatedAt: tx.Now(),
		}).Error
	})
	return codeID, digits, err
}

func (s *Service) newCode() (string, error) {
	n, err := rand.Int(s.cfg.Rand, big.NewInt(codes))
	if err != nil {
		return "", fmt.Errorf("identity: no randomness: %w", err)
	}
	return fmt.Sprintf("%06d", n), nil
}

// deliver sends a code, outside any transaction. For a phone that must get none it
// waits and answers as the last message did, so that neither time nor a gateway
// that is away tells whose phone has an account.
func (s *Service) deliver(ctx context.Context, codeID id.ID, phone, purpose, digits string) error {
	expected := true
	if purpose != PurposeRegister {
		var n int64
		err := s.db.Read(ctx).Model(&User{}).Where("phone_hash = ? AND status = ?", s.phoneHash(phone), statusActive).Count(&n).Error
		if err != nil {
			return err
		}
		expected = n > 0
	}
	params := map[string]string{"code": digits, "minutes": strconv.Itoa(int(codeTTL / time.Minute))}
	text, err := notify.Render("code", params, notify.Chinese)
	if err != nil || s.cfg.Sender == nil {
		return err
	}
	if !expected {
		return s.last.repeat(ctx, s.db.Now())
	}
	begun := s.db.Now()
	err = s.cfg.Sender.Send(ctx, notify.SMS{ID: codeID.String(), Phone: phone, Template: "code", Params: params, Text: text.SMS})
	s.last.keep(begun, s.db.Now(), err != nil)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSMSUnavailable, err)
	}
	return nil
}

// remembered is how long an outage is taken to last.
const remembered = clock.Millis(60_000)

// lastSend is how the last message went.
type lastSend struct {
	mu     sync.Mutex
	took   time.Duration
	ended  clock.Millis
	failed bool
}

func (l *lastSend) keep(begun, ended clock.Millis, failed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.took, l.ended, l.failed = time.Duration(ended-begun)*time.Millisecond, ended, failed
}

func (l *lastSend) repeat(ctx context.Context, now clock.Millis) error {
	l.mu.Lock()
	took, failed := l.took, l.failed && now-l.ended < remembered
	l.mu.Unlock()
	select {
	case <-time.After(took):
	case <-ctx.Done():
		return ctx.Err()
	}
	if failed {
		return ErrSMSUnavailable
	}
	return nil
}

// codeHash is keyed, since six digits under a plain hash are tried in no time.
func (s *Service) codeHash(phoneHash, purpose, digits string) string {
	return s.keys.Lookup("code", phoneHash+" "+purpose+" "+digits)
}

// checkCode finds the code that the digits are, or fails with errWrongCode. It does
// not use it up; the attempts it began are to be forgiven by whoever does.
func (s *Service) checkCode(ctx context.Context, peer, phoneHash, purpose, digits string) (phoneCode, counted, error) {
	tries, err := s.count(ctx, guess{wrongCodesPerPeer, "code:check:peer:" + s.peerHash(peer)}, guess{wrongCodes, "code:check:" + purpose + ":" + phoneHash})
	if err != nil {
		return phoneCode{}, nil, err
	}
	var newest phoneCode
	err = s.db.Read(ctx).Where("phone_hash = ? AND purpose = ?", phoneHash, purpose).
		Order("created_at DESC, id DESC").Take(&newest).Error
	if err != nil && !storage.IsNotFound(err) {
		return phoneCode{}, nil, err
	}
	want := s.codeHash(phoneHash, purpose, digits)
	right := subtle.ConstantTimeCompare([]byte(want), []byte(newest.CodeHash)) == 1
	if !right || newest.UsedAt != nil || newest.ExpiresAt <= s.db.Now() {
		return phoneCode{}, nil, errWrongCode
	}
	return newest, tries, nil
}

// use marks the code as used, or fails with errWrongCode when somebody was faster.
func (c phoneCode) use(tx *storage.Tx) error {
	used := tx.Model(&phoneCode{}).Where("id = ? AND used_at IS NULL", c.ID).Update("used_at", tx.Now())
	if used.Error == nil && used.RowsAffected == 0 {
		return errWrongCode
	}
	return used.Error
}

// ForgetCodes deletes the codes from before an instant, at least codeTTL ago.
func ForgetCodes(ctx context.Context, db *storage.DB, before clock.Millis) error {
	return db.Forget(ctx, &phoneCode{}, "created_at < ?", before)
}
