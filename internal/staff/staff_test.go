package staff_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/org"
	"zique/internal/pii"
	"zique/internal/staff"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

const password = "long enough 1"

// office is a platform whose operators can leave.
type office struct {
	*staff.Service
	people *identity.Service
	db     *storage.DB
}

func each(t *testing.T, test func(t *testing.T, o office)) {
	t.Helper()
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		keys, err := pii.New("test", bytes.Repeat([]byte{7}, pii.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		people, err := identity.NewService(db, keys, identity.Config{JWTSecret: bytes.Repeat([]byte("s"), 32), PasswordCost: identity.Cost{Memory: 64, Passes: 1}})
		if err != nil {
			t.Fatal(err)
		}
		desk := approval.NewDesk()
		people.BeforeDeletion = append(people.BeforeDeletion, staff.LastOperator)
		people.OnDeletion = append(people.OnDeletion, org.NewService(keys, desk, org.Operators{Is: identity.IsOperator, All: identity.Operators}).LeaveAll)
		test(t, office{staff.NewService(people, desk), people, db})
	})
}

func (o office) hire(t *testing.T, n int, role, desk string) (user identity.User, err error) {
	t.Helper()
	err = o.db.InTx(t.Context(), func(tx *storage.Tx) error {
		user, err = o.Create(tx, audit.System, identity.NewUser{Phone: fmt.Sprintf("1390000%04d", n), Password: password, Name: "运营"}, role, desk)
		return err
	})
	return user, err
}

func TestWhoIsCreatedHasTheRoleAndTheDesk(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		_, err := o.hire(t, 1, "king", "moon")
		if f, ok := fault.As(err); !ok || len(f.Fields) != 2 || f.Fields[0].Field != "role" || f.Fields[1].Field != "desk" {
			t.Errorf("wrong fields: %+v", err)
		}
		for role, desk := range map[string]string{identity.RoleOperator: org.Federation, identity.RoleAuditor: ""} {
			user, err := o.hire(t, len(role), role, "")
			if err != nil {
				t.Fatal(err)
			}
			at, err := staff.Desks(o.db.Read(t.Context()), user.ID)
			if err != nil || len(user.Roles) != 1 || user.Roles[0] != role || !user.PhoneVerified || fmt.Sprint(at) != fmt.Sprintf("[%s]", desk) {
				t.Errorf("%s: %+v at %v, %v", role, user, at, err)
			}
		}
	})
}

// However many leave a desk at once, one stays.
func TestADeskKeepsAnOperator(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		if _, err := o.hire(t, 1, identity.RoleOperator, org.Federation); err != nil {
			t.Fatal(err)
		}
		var county []id.ID
		for n := range 3 {
			user, err := o.hire(t, 10+n, identity.RoleOperator, org.County)
			if err != nil {
				t.Fatal(err)
			}
			county = append(county, user.ID)
		}
		var left atomic.Int32
		var wg sync.WaitGroup
		for _, userID := range county {
			wg.Go(func() {
				switch err := o.people.DeleteAccount(t.Context(), audit.Actor{UserID: userID}, userID, password); {
				case err == nil:
					left.Add(1)
				case !errors.Is(err, identity.ErrInUse):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if left.Load() != 2 {
			t.Errorf("%d of 3 left", left.Load())
		}
		for _, userID := range county {
			err := o.db.InTx(t.Context(), func(tx *storage.Tx) error { return o.Revoke(tx, audit.System, userID, identity.RoleOperator, "离职") })
			if !errors.Is(err, identity.ErrLastOperator) && !errors.Is(err, identity.ErrNotFound) {
				t.Errorf("the last one's role was taken: %v", err)
			}
		}
		var ended int64
		if err := o.db.Read(t.Context()).Model(&audit.Entry{}).Where("action = ?", "role.revoked").Count(&ended).Error; err != nil || ended != 2 {
			t.Errorf("%d roles ended in the log (%v)", ended, err)
		}
	})
}
