package identity_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"zique/internal/attempt"
	"zique/internal/fault"
	"zique/internal/identity"
	"zique/internal/storage"
)

func failLogin(t *testing.T, s *identity.Service, phone, peer string) {
	t.Helper()
	_, err := s.Login(t.Context(), at(peer), device, phone, "a wrong password")
	wantErr(t, err, identity.ErrWrongCredentials)
}

// failedBefore counts failures as Login does, without the cost of hashing.
func failedBefore(t *testing.T, db *storage.DB, times int, kind, value string) {
	t.Helper()
	subject := "login:" + kind + ":" + keyring(t).Lookup(kind, value)
	if err := attempt.Fail(t.Context(), db, slices.Repeat([]string{subject}, times)...); err != nil {
		t.Fatal(err)
	}
}

func TestUnknownPhoneAndWrongPasswordLookAlike(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		blocked := registered(t, s, "13900000002")
		registered(t, s, phone)
		inTx(t, db, func(tx *storage.Tx) error {
			return tx.Model(&identity.User{}).Where("id = ?", blocked.ID).Update("status", "blocked").Error
		})
		_, wrong := s.Login(t.Context(), from, device, phone, "a wrong password")
		_, unknown := s.Login(t.Context(), from, device, "13900000009", password)
		_, inactive := s.Login(t.Context(), from, device, "13900000002", password)
		wantErr(t, wrong, identity.ErrWrongCredentials)
		if !reflect.DeepEqual(wrong, unknown) || !reflect.DeepEqual(wrong, inactive) {
			t.Errorf("wrong: %#v, unknown: %#v, inactive: %#v", wrong, unknown, inactive)
		}
		_, err := s.Authenticate(t.Context(), blocked.AccessToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		_, err = s.Refresh(t.Context(), from, blocked.RefreshToken)
		wantErr(t, err, identity.ErrUnauthenticated)
	})
}

func TestLoginRefusesWhatCannotBeCredentials(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		_, err := s.Login(t.Context(), from, device, "", "")
		wantFields(t, err, "phone:invalid", "password:invalid")
		_, err = s.Login(t.Context(), from, device, phone, string(make([]byte, identity.MaxPasswordBytes+1)))
		wantFields(t, err, "password:invalid")
	})
}

func TestTenFailuresLockThePhoneForTheRightPasswordToo(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		registered(t, s, phone)
		registered(t, s, "13900000002")
		failedBefore(t, db, 8, "phone", phone)
		failLogin(t, s, phone, peer)
		failLogin(t, s, phone, "203.0.113.8")
		_, err := s.Login(t.Context(), from, device, phone, password)
		wantErr(t, err, attempt.ErrTooMany)
		if f, _ := fault.As(err); f.RetryAfter != 15*time.Minute {
			t.Errorf("retry after %v", f.RetryAfter)
		}
		if _, err := s.Login(t.Context(), from, device, "13900000002", password); err != nil {
			t.Errorf("another phone is locked too: %v", err)
		}
	})
}

func TestTheLockEnds(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		registered(t, s, phone)
		earlier(db, 15*time.Minute, func() { failedBefore(t, db, 10, "phone", phone) })
		if _, err := s.Login(t.Context(), from, device, phone, password); err != nil {
			t.Errorf("still locked after 15 minutes: %v", err)
		}
	})
}

func TestSuccessClearsThePhonesFailures(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		registered(t, s, phone)
		for range 2 {
			failedBefore(t, db, 9, "phone", phone)
			if _, err := s.Login(t.Context(), from, device, phone, password); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSixtyFailuresLockThePeer(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		registered(t, s, phone)
		failedBefore(t, db, 58, "peer", "2001:db8:0:1::/64")
		failedBefore(t, db, 10, "phone", "13900000002")
		for range 2 { // who goes on trying a locked phone does not lock out the others there
			_, err := s.Login(t.Context(), at("2001:db8:0:1::5"), device, "13900000002", password)
			wantErr(t, err, attempt.ErrTooMany)
		}
		if _, err := s.Login(t.Context(), at("2001:db8:0:1::1"), device, phone, password); err != nil {
			t.Fatal(err)
		}
		failLogin(t, s, "13800000001", "2001:db8:0:1::2") // the success before did not count
		failLogin(t, s, "13800000002", "2001:db8:0:1:ffff::3")
		_, err := s.Login(t.Context(), at("2001:db8:0:1::4"), device, phone, password)
		wantErr(t, err, attempt.ErrTooMany)
		if _, err := s.Login(t.Context(), at("2001:db8:0:2::1"), device, phone, password); err != nil {
			t.Errorf("another network is locked too: %v", err)
		}
	})
}
