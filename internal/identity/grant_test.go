package identity_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/storage"
)

func TestTwoOperatorsDoNotDemoteEachOther(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		a, b := registered(t, s, phone), registered(t, s, "13900000002")
		grant := func(user id.ID, role string) error {
			return db.InTx(t.Context(), func(tx *storage.Tx) error { return identity.GrantRole(tx, audit.System, user, role) })
		}
		revoke := func(by, user id.ID, role string) error {
			return db.InTx(t.Context(), func(tx *storage.Tx) error {
				return identity.RevokeRole(tx, audit.Actor{UserID: by}, user, role, "离职")
			})
		}
		for _, user := range []id.ID{a.ID, b.ID, b.ID} { // whoever has it keeps it
			if err := grant(user, identity.RoleOperator); err != nil {
				t.Fatal(err)
			}
		}
		wantErr(t, grant(b.ID+1, identity.RoleOperator), identity.ErrNotFound)
		wantErr(t, revoke(a.ID, a.ID, identity.RoleOperator), identity.ErrOwnRole)
		wantErr(t, revoke(a.ID, b.ID, identity.RoleAuditor), identity.ErrNotFound)
		wantFields(t, revoke(a.ID, b.ID, "king"), "role:invalid")
		var demoted, kept atomic.Int32
		var wg sync.WaitGroup
		for _, pair := range [][2]id.ID{{a.ID, b.ID}, {b.ID, a.ID}} {
			wg.Go(func() {
				switch err := revoke(pair[0], pair[1], identity.RoleOperator); {
				case err == nil:
					demoted.Add(1)
				case errors.Is(err, identity.ErrLastOperator):
					kept.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if demoted.Load() != 1 || kept.Load() != 1 {
			t.Errorf("%d demoted, %d kept", demoted.Load(), kept.Load())
		}
		ended := 0
		for _, one := range []identity.Session{a, b} {
			if _, err := s.Authenticate(t.Context(), one.AccessToken); errors.Is(err, identity.ErrUnauthenticated) {
				ended++ // the demotion bites at once
			}
		}
		if ended != 1 {
			t.Errorf("%d sessions ended", ended)
		}
	})
}

func TestOnlyAVerifiedPhoneIsFound(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		unverified := registered(t, s, phone)
		if hash, err := s.PhoneHashOf(t.Context(), unverified.ID); hash != "" || err != nil {
			t.Errorf("an unverified phone has the hash %q, %v", hash, err)
		}
		_, err := s.PhoneHashOf(t.Context(), unverified.ID+1)
		wantErr(t, err, identity.ErrNotFound)
		if found, err := s.FindByPhone(t.Context(), from, phone); err != nil || found.ID != unverified.ID || found.MaskedPhone != "139****0001" {
			t.Errorf("found %+v, %v", found, err)
		}
		_, err = s.FindByPhone(t.Context(), from, "13900000009")
		wantErr(t, err, identity.ErrNotFound)
		_, err = s.FindByPhone(t.Context(), from, "1")
		wantFields(t, err, "phone:invalid")
	})
}
