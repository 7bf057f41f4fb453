package identity_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zique/internal/audit"
	"zique/internal/identity"
	"zique/internal/storage"
)

func TestRefreshRotates(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		first := registered(t, s, phone)
		second, err := s.Refresh(t.Context(), from, first.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		if second.RefreshToken == first.RefreshToken || second.ID != first.ID || second.ExpiresIn != 10*time.Minute {
			t.Errorf("refreshed to %+v", second)
		}
		if before, after := authenticated(t, s, first), authenticated(t, s, second); before.SessionID != after.SessionID {
			t.Errorf("session %v became %v", before.SessionID, after.SessionID)
		}
		if _, err := s.Refresh(t.Context(), from, second.RefreshToken); err != nil {
			t.Error(err)
		}
	})
}

func TestReuseEndsTheFamilyAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		first := registered(t, s, phone)
		elsewhere, err := s.Login(t.Context(), from, device, phone, password)
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.Refresh(t.Context(), from, first.RefreshToken)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Refresh(t.Context(), from, first.RefreshToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		_, err = s.Refresh(t.Context(), from, second.RefreshToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		_, err = s.Authenticate(t.Context(), second.AccessToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		authenticated(t, s, elsewhere)
	})
}

func TestOfEightRefreshesOneWinsAndTheFamilyEnds(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		first := registered(t, s, phone)
		var won atomic.Int32
		var winner atomic.Value
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				next, err := s.Refresh(t.Context(), from, first.RefreshToken)
				if err == nil {
					won.Add(1)
					winner.Store(next)
				} else if !errors.Is(err, identity.ErrUnauthenticated) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("%d refreshes won, want 1", won.Load())
		}
		next := winner.Load().(identity.Session)
		_, err := s.Authenticate(t.Context(), next.AccessToken)
		wantErr(t, err, identity.ErrUnauthenticated)
		_, err = s.Refresh(t.Context(), from, next.RefreshToken)
		wantErr(t, err, identity.ErrUnauthenticated)
	})
}

func TestRefreshTokensExpireAndCannotBeMadeUp(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		signedIn := registered(t, s, phone)
		for _, token := range []string{"", "x", signedIn.AccessToken, signedIn.RefreshToken + "A"} {
			_, err := s.Refresh(t.Context(), from, token)
			wantErr(t, err, identity.ErrUnauthenticated)
		}
		db.Clock().Advance(30 * 24 * time.Hour)
		_, err := s.Refresh(t.Context(), from, signedIn.RefreshToken)
		wantErr(t, err, identity.ErrUnauthenticated)
	})
}

func TestLogoutBitesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		signedIn := registered(t, s, phone)
		caller := authenticated(t, s, signedIn)
		for range 2 { // a second time is harmless
			if err := s.Logout(t.Context(), from, caller, signedIn.RefreshToken); err != nil {
				t.Fatal(err)
			}
			_, err := s.Authenticate(t.Context(), signedIn.AccessToken)
			wantErr(t, err, identity.ErrUnauthenticated)
			_, err = s.Refresh(t.Context(), from, signedIn.RefreshToken)
			wantErr(t, err, identity.ErrUnauthenticated)
		}
	})
}

func TestLogoutLeavesOthersAlone(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		mine, theirs := registered(t, s, phone), registered(t, s, "13900000002")
		elsewhere, err := s.Login(t.Context(), from, device, phone, password)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Logout(t.Context(), from, authenticated(t, s, mine), theirs.RefreshToken); err != nil {
			t.Fatal(err)
		}
		authenticated(t, s, theirs)
		authenticated(t, s, elsewhere)
	})
}

func TestSignOutEverywhereEndsEverySession(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		one := registered(t, s, phone)
		two, err := s.Login(t.Context(), from, device, phone, password)
		if err != nil {
			t.Fatal(err)
		}
		other := registered(t, s, "13900000002")
		inTx(t, db, func(tx *storage.Tx) error { return identity.SignOutEverywhere(tx, audit.System, one.ID) })
		for _, ended := range []identity.Session{one, two} {
			_, err := s.Authenticate(t.Context(), ended.AccessToken)
			wantErr(t, err, identity.ErrUnauthenticated)
			_, err = s.Refresh(t.Context(), from, ended.RefreshToken)
			wantErr(t, err, identity.ErrUnauthenticated)
		}
		authenticated(t, s, other)
		again, err := s.Login(t.Context(), from, device, phone, password)
		if err != nil {
			t.Fatal(err)
		}
		authenticated(t, s, again)
		err = db.InTx(t.Context(), func(tx *storage.Tx) error { return identity.SignOutEverywhere(tx, audit.System, one.ID+1) })
		wantErr(t, err, identity.ErrNotFound)
	})
}
