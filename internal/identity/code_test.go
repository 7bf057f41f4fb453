package identity_test

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/attempt"
	"zique/internal/identity"
	"zique/internal/notify"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

const stranger = "13900000009" // has no account

// outlet is a console that a test reads, or that is broken.
type outlet struct {
	mu     sync.Mutex
	text   bytes.Buffer
	broken bool
}

func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken {
		return 0, io.ErrClosedPipe
	}
	return o.text.Write(p)
}

func (o *outlet) breaks(broken bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.broken = broken
}

var sixDigits = regexp.MustCompile(`\d{6}`)

// codes are those that were sent, the oldest first.
func (o *outlet) codes() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return sixDigits.FindAllString(o.text.String(), -1)
}

func (o *outlet) last(t *testing.T) string {
	t.Helper()
	all := o.codes()
	if len(all) == 0 {
		t.Fatal("no code was sent")
	}
	return all[len(all)-1]
}

// production is a service that really sends, to an outlet.
func production(t *testing.T, db *storage.DB) (*identity.Service, *outlet) {
	t.Helper()
	out := &outlet{}
	s, err := identity.NewService(db, keyring(t), identity.Config{JWTSecret: secret, Sender: notify.Console{Out: out}, PasswordCost: identity.Cost{Memory: 64, Passes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return s, out
}

// eachProduction runs test with a service that sends codes, and a user who registered.
func eachProduction(t *testing.T, test func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, me identity.Session)) {
	t.Helper()
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		me := registered(t, service(t, db, true), phone)
		s, out := production(t, db)
		test(t, db, s, out, me)
	})
}

func ask(t *testing.T, s *identity.Service, phone, purpose string) {
	t.Helper()
	code, err := s.SendCode(t.Context(), from, phone, purpose)
	if err != nil {
		t.Fatal(err)
	}
	if code.DemoCode != "" || code.ExpiresIn != 10*time.Minute {
		t.Fatalf("answered %+v", code)
	}
}

func TestACodeIsSentOnceItIsStored(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, _ identity.Session) {
		ask(t, s, stranger, identity.PurposeRegister)
		text := out.text.String()
		if !strings.HasPrefix(text, "SMS to 139****0009: 验证码 ") || strings.Contains(text, stranger) {
			t.Errorf("sent %q", text)
		}
		r := withCode(out.last(t))
		r.Phone = stranger
		signedIn, err := s.Register(t.Context(), from, device, r)
		if err != nil || !signedIn.PhoneVerified {
			t.Errorf("registered %+v, %v", signedIn.User, err)
		}
	})
}

func TestNobodyLearnsWhoHasAnAccount(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, _ identity.Session) {
		for _, purpose := range []string{identity.PurposeResetPassword, identity.PurposeVerifyPhone} {
			ask(t, s, stranger, purpose)
			if n := len(out.codes()); n != 0 {
				t.Fatalf("%d codes went to a stranger", n)
			}
		}
		ask(t, s, phone, identity.PurposeResetPassword)
		if n := len(out.codes()); n != 1 {
			t.Fatalf("%d codes went to the user", n)
		}
		for range 3 {
			for _, number := range []string{phone, stranger} {
				wantFields(t, s.ResetPassword(t.Context(), from, number, other(out.last(t)), "another password"), "code:wrong")
			}
		}
		var rows int64
		if err := db.Read(t.Context()).Table("phone_codes").Where("purpose = ?", identity.PurposeResetPassword).Count(&rows).Error; err != nil || rows != 2 {
			t.Errorf("%d codes stored (%v), want one for each", rows, err)
		}
		out.breaks(true)
		for _, number := range []string{phone, stranger} {
			_, err := s.SendCode(t.Context(), from, number, identity.PurposeResetPassword)
			wantErr(t, err, identity.ErrSMSUnavailable)
		}
	})
}

func TestAnOutageIsNotRememberedForLong(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, _ identity.Session) {
		out.breaks(true)
		earlier(db, 2*time.Minute, func() {
			_, err := s.SendCode(t.Context(), from, phone, identity.PurposeResetPassword)
			wantErr(t, err, identity.ErrSMSUnavailable)
		})
		ask(t, s, stranger, identity.PurposeResetPassword)
	})
}

func TestAFailedSendFreesTheQuota(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, _ identity.Session) {
		out.breaks(true)
		for range 7 {
			_, err := s.SendCode(t.Context(), from, phone, identity.PurposeRegister)
			wantErr(t, err, identity.ErrSMSUnavailable)
		}
		out.breaks(false)
		for range 5 {
			ask(t, s, phone, identity.PurposeRegister)
		}
		_, err := s.SendCode(t.Context(), from, phone, identity.PurposeRegister)
		wantErr(t, err, attempt.ErrTooMany)
		if n := len(out.codes()); n != 5 {
			t.Errorf("%d codes were sent", n)
		}
	})
}

func TestAPeerGetsThirtyCodesAnHour(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, _ *outlet, _ identity.Session) {
		subject := "code:send:peer:" + keyring(t).Lookup("peer", peer)
		if err := attempt.Fail(t.Context(), db, slices.Repeat([]string{subject}, 29)...); err != nil {
			t.Fatal(err)
		}
		ask(t, s, "13800000001", identity.PurposeRegister)
		_, err := s.SendCode(t.Context(), from, "13800000002", identity.PurposeRegister)
		wantErr(t, err, attempt.ErrTooMany)
		if _, err := s.SendCode(t.Context(), at("198.51.100.1"), "13800000002", identity.PurposeRegister); err != nil {
			t.Errorf("another peer has to wait too: %v", err)
		}
	})
}

func TestACodeIsGoodForItsPhoneAndPurposeOnly(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, me identity.Session) {
		registered(t, service(t, db, true), "13900000002")
		ask(t, s, phone, identity.PurposeVerifyPhone)
		forVerifying := out.last(t)
		ask(t, s, "13900000002", identity.PurposeResetPassword)
		foreign := out.last(t)
		wantFields(t, s.ResetPassword(t.Context(), from, phone, forVerifying, "another password"), "code:wrong")
		wantFields(t, s.ResetPassword(t.Context(), from, phone, foreign, "another password"), "code:wrong")
		_, err := s.VerifyPhone(t.Context(), from, me.ID, foreign)
		wantFields(t, err, "code:wrong")
		if _, err := s.VerifyPhone(t.Context(), from, me.ID, forVerifying); err != nil {
			t.Error(err)
		}
	})
}

func TestResettingEndsEverySessionAndVerifiesThePhone(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, me identity.Session) {
		failedBefore(t, db, 10, "phone", phone) // locked out: that is why people reset
		ask(t, s, phone, identity.PurposeResetPassword)
		code := out.last(t)
		wantFields(t, s.ResetPassword(t.Context(), from, "1", code, "short"), "phone:invalid", "password:invalid")
		if err := s.ResetPassword(t.Context(), from, phone, code, "another password"); err != nil {
			t.Fatal(err)
		}
		_, err := s.Authenticate(t.Context(), me.AccessToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		_, err = s.Refresh(t.Context(), from, me.RefreshToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		again, err := s.Login(t.Context(), from, device, phone, "another password")
		if err != nil || !again.PhoneVerified {
			t.Fatalf("signed in %+v, %v", again.User, err)
		}
		_, err = s.Login(t.Context(), from, device, phone, password)
		wantErr(t, err, identity.ErrWrongCredentials)
		wantFields(t, s.ResetPassword(t.Context(), from, phone, code, "a third password"), "code:wrong") // used
		wantAudited(t, db, "user.password_reset", "user.phone_verified")
		wantEmitted(t, db, "password_changed", "phone_verified")
	})
}

func TestOfFourResetsWithOneCodeOneWins(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, _ identity.Session) {
		ask(t, s, phone, identity.PurposeResetPassword)
		var wg sync.WaitGroup
		won := make(chan string, 4)
		for i := range 4 {
			wg.Go(func() {
				mine := strings.Repeat(string(rune('a'+i)), 8)
				err := s.ResetPassword(t.Context(), from, phone, out.last(t), mine)
				if err == nil {
					won <- mine
				} else if !slices.Equal(fieldCodes(t, err), []string{"code:wrong"}) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d resets won", len(won))
		}
		if _, err := s.Login(t.Context(), from, device, phone, <-won); err != nil {
			t.Error(err)
		}
	})
}

func TestVerifyingThePhoneTwiceIsHarmlessAndGuessingIsNot(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, me identity.Session) {
		ask(t, s, phone, identity.PurposeVerifyPhone)
		code := out.last(t)
		for range 3 {
			_, err := s.VerifyPhone(t.Context(), from, me.ID, other(code))
			wantFields(t, err, "code:wrong")
		}
		for range 2 {
			user, err := s.VerifyPhone(t.Context(), from, me.ID, code)
			if err != nil || !user.PhoneVerified {
				t.Fatalf("%+v, %v", user, err)
			}
		}
		wantAudited(t, db, "user.phone_verified")
		guesser := registered(t, service(t, db, true), "13900000002")
		for range 5 {
			_, err := s.VerifyPhone(t.Context(), from, guesser.ID, "000000")
			wantFields(t, err, "code:wrong")
		}
		_, err := s.VerifyPhone(t.Context(), from, guesser.ID, "000000")
		wantErr(t, err, attempt.ErrTooMany)
		ask(t, s, "13900000002", identity.PurposeResetPassword) // guessing codes of one purpose locks no other
		if err := s.ResetPassword(t.Context(), from, "13900000002", out.last(t), "another password"); err != nil {
			t.Errorf("reset: %v", err)
		}
	})
}

func TestOldCodesAreForgotten(t *testing.T) {
	eachProduction(t, func(t *testing.T, db *storage.DB, s *identity.Service, out *outlet, me identity.Session) {
		earlier(db, 25*time.Hour, func() { ask(t, s, phone, identity.PurposeVerifyPhone) })
		db.Clock().Advance(time.Second)
		ask(t, s, phone, identity.PurposeVerifyPhone)
		if err := identity.ForgetCodes(t.Context(), db, db.Now().Add(-identity.LongestWindow)); err != nil {
			t.Fatal(err)
		}
		var left int64
		if err := db.Read(t.Context()).Table("phone_codes").Count(&left).Error; err != nil || left != 1 {
			t.Errorf("%d codes left (%v)", left, err)
		}
		if _, err := s.VerifyPhone(t.Context(), from, me.ID, out.last(t)); err != nil {
			t.Error(err)
		}
	})
}

// wantAudited looks for actions in the audit log.
func wantAudited(t *testing.T, db *storage.DB, actions ...string) {
	t.Helper()
	var logged []string
	if err := db.Read(t.Context()).Table("audit_log").Order("id").Pluck("action", &logged).Error; err != nil {
		t.Fatal(err)
	}
	for _, action := range actions {
		if n := count(logged, action); n != 1 {
			t.Errorf("%s stands %d times in the audit log: %v", action, n, logged)
		}
	}
}

// wantEmitted looks for messages in the outbox, by template.
func wantEmitted(t *testing.T, db *storage.DB, templates ...string) {
	t.Helper()
	var payloads []string
	if err := db.Read(t.Context()).Table("outbox_events").Where("topic = ?", notify.Topic).Pluck("payload", &payloads).Error; err != nil {
		t.Fatal(err)
	}
	for _, template := range templates {
		if !slices.ContainsFunc(payloads, func(p string) bool { return strings.Contains(p, `"`+template+`"`) }) {
			t.Errorf("no %s in %v", template, payloads)
		}
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}
