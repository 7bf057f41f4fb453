package identity_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/audit"
	"zique/internal/identity"
	"zique/internal/storage"
)

func TestOldSessionsAndTokensAreForgotten(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		left := func(table string) (n int64) {
			if err := db.Read(t.Context()).Table(table).Count(&n).Error; err != nil {
				t.Fatal(err)
			}
			return n
		}
		var me identity.Session
		earlier(db, identity.KeepSessions+31*24*time.Hour, func() { registered(t, s, "13900000002"); me = registered(t, s, phone) })
		earlier(db, 29*24*time.Hour, func() {
			var err error
			if me, err = s.Login(t.Context(), from, device, phone, password); err != nil {
				t.Fatal(err)
			}
		})
		if err := identity.ForgetSessions(t.Context(), db, db.Now().Add(-identity.KeepSessions)); err != nil || left("sessions") != 1 || left("refresh_tokens") != 1 {
			t.Errorf("%d sessions and %d tokens are left (%v)", left("sessions"), left("refresh_tokens"), err)
		}
		if _, err := s.Refresh(t.Context(), from, me.RefreshToken); err != nil {
			t.Error(err)
		}
	})
}

func TestSessionsAreListedAndEndedByTheirOwner(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		caller := authenticated(t, s, me)
		db.Clock().Advance(time.Second)
		there, err := s.Login(t.Context(), at("2001:db8:1:2::3"), strings.Repeat("x", 101), phone, password)
		if err != nil {
			t.Fatal(err)
		}
		db.Clock().Advance(time.Second)
		if _, err := s.Refresh(t.Context(), at("198.51.100.9"), me.RefreshToken); err != nil {
			t.Fatal(err)
		}
		list, err := s.Sessions(t.Context(), me.ID)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		if newest := list[0]; newest.ID != authenticated(t, s, there).SessionID || newest.Peer != "2001:db8:1::/48" || len(newest.Device) != 100 {
			t.Errorf("the newest is %+v", newest)
		}
		if oldest := list[1]; oldest.ID != caller.SessionID || oldest.Device != device || oldest.Peer != "198.51.100.0/24" ||
			oldest.LastUsedAt != db.Now() || oldest.CreatedAt != db.Now().Add(-2*time.Second) {
			t.Errorf("the oldest is %+v", oldest)
		}
		end := func(user identity.Session, sessionID identity.OpenSession) error {
			return db.InTx(t.Context(), func(tx *storage.Tx) error {
				return identity.EndSession(tx, audit.Actor{UserID: user.ID}, user.ID, sessionID.ID)
			})
		}
		bystander := registered(t, s, "13900000002")
		wantErr(t, end(bystander, list[0]), identity.ErrNotFound)
		wantErr(t, end(me, identity.OpenSession{ID: 1}), identity.ErrNotFound)
		for range 2 {
			if err := end(me, list[0]); err != nil {
				t.Fatal(err)
			}
			_, err := s.Authenticate(t.Context(), there.AccessToken)
			wantErr(t, err, identity.ErrUnauthenticated)
		}
		wantAudited(t, db, "session.ended")
		if left, err := s.Sessions(t.Context(), me.ID); err != nil || len(left) != 1 || left[0].ID != caller.SessionID {
			t.Errorf("left %+v, %v", left, err)
		}
	})
}

func TestASessionThatCannotBeRefreshedIsNotListed(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		var me identity.Session
		earlier(db, 30*24*time.Hour, func() { me = registered(t, s, phone) })
		if list, err := s.Sessions(t.Context(), me.ID); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// Whoever refreshes while the user signs out everywhere ends up signed out.
func TestNoRefreshSurvivesSigningOutEverywhere(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		me := registered(t, s, phone)
		for range 6 {
			open := make([]identity.Session, 3)
			for i := range open {
				var err error
				if open[i], err = s.Login(t.Context(), from, device, phone, password); err != nil {
					t.Fatal(err)
				}
			}
			var wg sync.WaitGroup
			renewed := make(chan identity.Session, len(open))
			for _, o := range open {
				wg.Go(func() {
					r, err := s.Refresh(context.Background(), from, o.RefreshToken)
					if err == nil {
						renewed <- r
					} else if !errors.Is(err, identity.ErrUnauthenticated) {
						t.Error(err)
					}
				})
			}
			wg.Go(func() {
				err := db.InTx(context.Background(), func(tx *storage.Tx) error {
					return identity.SignOutEverywhere(tx, audit.System, me.ID)
				})
				if err != nil {
					t.Error(err)
				}
			})
			wg.Wait()
			close(renewed)
			for r := range renewed {
				_, err := s.Authenticate(t.Context(), r.AccessToken)
				wantErr(t, err, identity.ErrUnauthenticated)
				_, err = s.Refresh(t.Context(), from, r.RefreshToken)
				wantErr(t, err, identity.ErrUnauthenticated)
			}
			if left, err := s.Sessions(t.Context(), me.ID); err != nil || len(left) != 0 {
				t.Fatalf("left %+v, %v", left, err)
			}
		}
	})
}

func TestDevicesAreNamedAsTheirOwnersWould(t *testing.T) {
	for userAgent, want := range map[string]string{
		"Mozilla/5.0 (Linux; Android 10; HarmonyOS; ELS-AN00) AppleWebKit/537.36 Chrome/99.0 MicroMessenger/8.0.40 Safari/537.36": "WeChat, HarmonyOS",
		"Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0 Mobile Safari/537.36":                "Chrome, Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1":     "Safari, iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0":                       "Edge, Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0":                                                  "Firefox, Linux",
		"curl/8.5.0":                       "curl",
		"Go-http-client/1.1":               "Go-http-client",
		"<script>alert(1)</script> 你好/1":   "scriptalert1",
		"":                                 "",
		"\x00\n 139 0000 0001":             "",
		strings.Repeat("a", 500) + "/1":    strings.Repeat("a", 100),
		"my tool that has no version at 1": "my",
	} {
		if got := identity.Device(userAgent); got != want {
			t.Errorf("%q is called %q, want %q", userAgent, got, want)
		}
	}
}

func FuzzDevice(f *testing.F) {
	f.Add("Mozilla/5.0 (Linux; Android 13) Chrome/119.0")
	f.Fuzz(func(t *testing.T, userAgent string) {
		name := identity.Device(userAgent)
		if len(name) > 100 || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%q is called %q", userAgent, name)
		}
	})
}
