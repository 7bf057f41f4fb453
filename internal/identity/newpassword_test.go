package identity_test

import (
	"errors"
	"sync"
	"testing"

	"zique/internal/attempt"
	"zique/internal/identity"
	"zique/internal/storage"
)

const next = "another password"

func TestChangingThePasswordLeavesOnlyTheCallerSignedIn(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		elsewhere, err := s.Login(t.Context(), from, device, phone, password)
		if err != nil {
			t.Fatal(err)
		}
		bystander := registered(t, s, "13900000002")
		fresh, err := s.ChangePassword(t.Context(), from, me.ID, device, password, next)
		if err != nil {
			t.Fatal(err)
		}
		for _, ended := range []identity.Session{me, elsewhere} {
			_, err := s.Authenticate(t.Context(), ended.AccessToken)
			wantErr(t, err, identity.ErrUnauthenticated)
			_, err = s.Refresh(t.Context(), from, ended.RefreshToken)
			wantErr(t, err, identity.ErrUnauthenticated)
		}
		authenticated(t, s, fresh)
		authenticated(t, s, bystander)
		if _, err := s.Refresh(t.Context(), from, fresh.RefreshToken); err != nil {
			t.Error(err)
		}
		_, err = s.Login(t.Context(), from, device, phone, password)
		wantErr(t, err, identity.ErrWrongCredentials)
		if _, err := s.Login(t.Context(), from, device, phone, next); err != nil {
			t.Error(err)
		}
		wantAudited(t, db, "user.password_changed", "user.signed_out_everywhere")
		wantEmitted(t, db, "password_changed")
	})
}

func TestAWrongCurrentPasswordIsCounted(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		_, err := s.ChangePassword(t.Context(), from, me.ID, device, password, password)
		wantFields(t, err, "new_password:unchanged")
		_, err = s.ChangePassword(t.Context(), from, me.ID, device, "", "short")
		wantFields(t, err, "new_password:invalid")
		for range 4 {
			_, err := s.ChangePassword(t.Context(), from, me.ID, device, "a wrong password", next)
			wantFields(t, err, "current_password:wrong")
		}
		wantFields(t, s.DeleteAccount(t.Context(), from, me.ID, "a wrong password"), "password:wrong")
		_, err = s.ChangePassword(t.Context(), from, me.ID, device, password, next)
		wantErr(t, err, attempt.ErrTooMany)
		wantErr(t, s.DeleteAccount(t.Context(), from, me.ID, password), attempt.ErrTooMany)
		authenticated(t, s, me)
	})
}

func TestOfTwoChangesAtOnceOneWins(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		var wg sync.WaitGroup
		fresh := make(chan identity.Session, 2)
		for _, mine := range []string{"the first password", "the second password"} {
			wg.Go(func() {
				started, err := s.ChangePassword(t.Context(), from, me.ID, device, password, mine)
				if err == nil {
					fresh <- started
				} else if !errors.Is(err, identity.ErrWrongCredentials) && fieldCodes(t, err)[0] != "current_password:wrong" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(fresh) != 1 {
			t.Fatalf("%d changes won", len(fresh))
		}
		authenticated(t, s, <-fresh)
	})
}
