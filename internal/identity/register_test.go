package identity_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zique/internal/attempt"
	"zique/internal/fault"
	"zique/internal/identity"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

func sentCode(t *testing.T, s *identity.Service) string {
	t.Helper()
	code, err := s.SendCode(t.Context(), from, phone, identity.PurposeRegister)
	if err != nil {
		t.Fatal(err)
	}
	if len(code.DemoCode) != 6 || code.ExpiresIn != 10*time.Minute {
		t.Fatalf("code %+v", code)
	}
	return code.DemoCode
}

func withCode(code string) identity.Registration {
	return identity.Registration{Phone: phone, Password: password, Name: "张三", Code: code}
}

// other is six digits that are not the code.
func other(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestRegisterNamesEveryWrongField(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		demo, strict := service(t, db, true), service(t, db, false)
		for _, c := range []struct {
			in   identity.Registration
			want []string
		}{
			{identity.Registration{}, []string{"phone:invalid", "password:invalid", "name:required"}},
			{identity.Registration{Phone: "+8613900000001", Password: password, Name: "\n"}, []string{"phone:invalid", "name:required"}},
			{identity.Registration{Phone: "12900000001", Password: password, Name: "a\x00b"}, []string{"phone:invalid", "name:invalid"}},
			{identity.Registration{Phone: "１3900000001", Password: password, Name: "\xff"}, []string{"phone:invalid", "name:invalid"}},
			{identity.Registration{Phone: phone + "\n", Password: password, Name: "a"}, []string{"phone:invalid"}},
			{identity.Registration{Phone: phone, Password: "1234567", Name: strings.Repeat("张", 51)}, []string{"password:invalid", "name:too_long"}},
			{identity.Registration{Phone: phone, Password: strings.Repeat("x", 73), Name: "a"}, []string{"password:invalid"}},
			{identity.Registration{Phone: phone, Password: strings.Repeat("😀", 65), Name: "a"}, []string{"password:invalid"}},
		} {
			_, err := demo.Register(t.Context(), from, device, c.in)
			wantFields(t, err, c.want...)
			_, err = strict.Register(t.Context(), from, device, c.in)
			wantFields(t, err, append(c.want, "code:code_required")...)
		}
		longest := identity.Registration{Phone: phone, Password: strings.Repeat("😀", 64), Name: strings.Repeat("𠮷", 50)}
		if _, err := demo.Register(t.Context(), from, device, longest); err != nil {
			t.Errorf("the longest name and password: %v", err)
		}
	})
}

func TestPhoneIsTakenOnce(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		var made atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				_, err := s.Register(t.Context(), from, device, withCode(""))
				if err == nil {
					made.Add(1)
				} else if !errors.Is(err, identity.ErrPhoneTaken) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if made.Load() != 1 {
			t.Errorf("%d accounts for one phone", made.Load())
		}
	})
}

func TestCodeVerifiesThePhoneOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		code := sentCode(t, service(t, db, true))
		strict := service(t, db, false)
		_, err := strict.Register(t.Context(), from, device, withCode(other(code)))
		wantFields(t, err, "code:wrong")
		signedIn, err := strict.Register(t.Context(), from, device, withCode(code))
		if err != nil {
			t.Fatal(err)
		}
		if !signedIn.PhoneVerified {
			t.Error("the phone does not count as verified")
		}
		_, err = strict.Register(t.Context(), from, device, withCode(code))
		wantFields(t, err, "code:wrong")
	})
}

func TestOldAndReplacedCodesAreWrong(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		var code string
		earlier(db, 10*time.Minute, func() { code = sentCode(t, s) })
		_, err := s.Register(t.Context(), from, device, withCode(code))
		wantFields(t, err, "code:wrong")
		replaced := sentCode(t, s)
		db.Clock().Advance(time.Second)
		code = sentCode(t, s)
		if code != replaced {
			_, err = s.Register(t.Context(), from, device, withCode(replaced))
			wantFields(t, err, "code:wrong")
		}
		if _, err := s.Register(t.Context(), from, device, withCode(code)); err != nil {
			t.Error(err)
		}
	})
}

func TestGuessingACodeLocksThePhone(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		code := sentCode(t, s)
		for range 5 {
			_, err := s.Register(t.Context(), from, device, withCode(other(code)))
			wantFields(t, err, "code:wrong")
		}
		_, err := s.Register(t.Context(), from, device, withCode(code))
		wantErr(t, err, attempt.ErrTooMany)
	})
}

func TestCodesAreLimitedAndOnlyForRegistering(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		_, err := s.SendCode(t.Context(), from, "139", "reset")
		wantFields(t, err, "phone:invalid", "purpose:invalid")
		_, err = service(t, db, false).SendCode(t.Context(), from, phone, identity.PurposeRegister)
		wantErr(t, err, identity.ErrSMSUnavailable)
		if !fault.IsKind(err, fault.Unavailable) {
			t.Errorf("%v is not Unavailable", err)
		}
		for range 5 {
			sentCode(t, s)
		}
		_, err = s.SendCode(t.Context(), from, phone, identity.PurposeRegister)
		wantErr(t, err, attempt.ErrTooMany)
		if _, err := s.SendCode(t.Context(), from, "13900000002", identity.PurposeRegister); err != nil {
			t.Errorf("another phone has to wait too: %v", err)
		}
	})
}
