package identity_test

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/identity"
	"zique/internal/pii"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

const (
	phone    = "13900000001"
	password = "zique-demo-2026"
	peer     = "203.0.113.7"
	device   = "WeChat, Android"
)

var from = at(peer)

// at is somebody who is not signed in, at an address.
func at(peer string) audit.Actor { return audit.Actor{Peer: peer} }

var secret = bytes.Repeat([]byte("s"), 32)

func keyring(t *testing.T) *pii.Keyring {
	t.Helper()
	keys, err := pii.New("test", bytes.Repeat([]byte{7}, pii.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func service(t *testing.T, db *storage.DB, demo bool) *identity.Service {
	t.Helper()
	s, err := identity.NewService(db, keyring(t), identity.Config{JWTSecret: secret, Demo: demo, PasswordCost: identity.Cost{Memory: 64, Passes: 1}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// each runs test on every engine with a service in demo mode.
func each(t *testing.T, test func(t *testing.T, db *storage.DB, s *identity.Service)) {
	t.Helper()
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { test(t, db, service(t, db, true)) })
}

func registered(t *testing.T, s *identity.Service, phone string) identity.Session {
	t.Helper()
	signedIn, err := s.Register(t.Context(), from, device, identity.Registration{Phone: phone, Password: password, Name: "张三"})
	if err != nil {
		t.Fatal(err)
	}
	return signedIn
}

func authenticated(t *testing.T, s *identity.Service, signedIn identity.Session) identity.Caller {
	t.Helper()
	caller, err := s.Authenticate(t.Context(), signedIn.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	return caller
}

func wantErr(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

// fieldCodes are the wrong fields of a fault, as field:code.
func fieldCodes(t *testing.T, err error) []string {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid || f.Code != "invalid_field" {
		t.Fatalf("got %v, want invalid_field", err)
	}
	var all []string
	for _, field := range f.Fields {
		all = append(all, field.Field+":"+field.Code)
	}
	return all
}

func wantFields(t *testing.T, err error, want ...string) {
	t.Helper()
	if got := fieldCodes(t, err); !slices.Equal(got, want) {
		t.Errorf("wrong fields %q, want %q", got, want)
	}
}

// earlier runs f with the clock set back, because ids are leased for less than a minute.
func earlier(db *storage.DB, by time.Duration, f func()) {
	db.Clock().Advance(-by)
	defer db.Clock().Advance(by)
	f()
}

func inTx(t *testing.T, db *storage.DB, f func(tx *storage.Tx) error) {
	t.Helper()
	if err := db.InTx(t.Context(), f); err != nil {
		t.Fatal(err)
	}
}

func TestShortSecretIsRefused(t *testing.T) {
	if _, err := identity.NewService(nil, keyring(t), identity.Config{JWTSecret: secret[1:]}); err == nil {
		t.Error("a secret of 31 bytes was accepted")
	}
}

func TestGetAnswersWhatRegisterMade(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		signedIn := registered(t, s, phone)
		got, err := s.Get(t.Context(), signedIn.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, signedIn.User) {
			t.Errorf("got %+v, registered %+v", got, signedIn.User)
		}
		if got.Name != "张三" || got.MaskedPhone != "139****0001" || got.PhoneVerified || len(got.Roles) != 0 {
			t.Errorf("got %+v", got)
		}
		if got.CreatedAt != db.Now() {
			t.Errorf("created at %v, want the clock's %v", got.CreatedAt, db.Now())
		}
		_, err = s.Get(t.Context(), signedIn.ID+1)
		wantErr(t, err, identity.ErrNotFound)
	})
}

func TestCreateUserGivesRolesAndKeepsTheRules(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		with := identity.NewUser{Phone: phone, Password: password, Name: " 李四 ", Verified: true,
			Roles: []string{identity.RoleOperator, identity.RoleAuditor, identity.RoleOperator}}
		var made identity.User
		inTx(t, db, func(tx *storage.Tx) (err error) {
			made, err = s.CreateUser(tx, audit.System, with)
			return err
		})
		wantAudited(t, db, "user.created")
		if !made.PhoneVerified || made.Name != "李四" || !slices.Equal(made.Roles, []string{"auditor", "operator"}) {
			t.Errorf("made %+v", made)
		}
		signedIn, err := s.Login(t.Context(), from, device, phone, password)
		if err != nil {
			t.Fatal(err)
		}
		caller := authenticated(t, s, signedIn)
		if caller.UserID != made.ID || !caller.Has(identity.RoleOperator) || caller.Has(identity.RoleLiaison) {
			t.Errorf("caller %+v", caller)
		}
		with.Phone, with.Roles = "1", []string{"king"}
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			_, err := s.CreateUser(tx, audit.System, with)
			return err
		})
		wantFields(t, err, "phone:invalid", "role:invalid")
	})
}
