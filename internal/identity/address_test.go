package identity_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zique/internal/identity"
	"zique/internal/storage"
)

func home() identity.Address {
	return identity.Address{Name: "王五", Phone: "13700000005", Province: "湖南省", City: "娄底市", District: "新化县", Detail: "上梅街道 1 号"}
}

func TestAddressesAreKeptAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, db *storage.DB, s *identity.Service) {
		me := registered(t, s, phone).ID
		in := home()
		in.Name = "  " + in.Name + "\t"
		first, err := s.AddAddress(t.Context(), me, in)
		if err != nil {
			t.Fatal(err)
		}
		db.Clock().Advance(time.Second)
		second, err := s.AddAddress(t.Context(), me, home())
		if err != nil {
			t.Fatal(err)
		}
		want := home()
		want.ID = first.ID
		if got, err := s.Address(t.Context(), me, first.ID); err != nil || got != want || first != want {
			t.Errorf("got %+v (%v), want %+v", got, err, want)
		}
		if list, err := s.Addresses(t.Context(), me); err != nil || !slices.Equal(list, []identity.Address{second, first}) {
			t.Errorf("list %+v (%v)", list, err)
		}
		if err := s.RemoveAddress(t.Context(), me, first.ID); err != nil {
			t.Fatal(err)
		}
		wantErr(t, s.RemoveAddress(t.Context(), me, first.ID), identity.ErrNotFound)
		_, err = s.Address(t.Context(), me, first.ID)
		wantErr(t, err, identity.ErrNotFound)
		if list, err := s.Addresses(t.Context(), me); err != nil || !slices.Equal(list, []identity.Address{second}) {
			t.Errorf("list after removal %+v (%v)", list, err)
		}
	})
}

func TestAnothersAddressIsNotThere(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		me, other := registered(t, s, phone).ID, registered(t, s, "13900000002").ID
		mine, err := s.AddAddress(t.Context(), me, home())
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Address(t.Context(), other, mine.ID)
		wantErr(t, err, identity.ErrNotFound)
		wantErr(t, s.RemoveAddress(t.Context(), other, mine.ID), identity.ErrNotFound)
		if list, err := s.Addresses(t.Context(), other); err != nil || len(list) != 0 {
			t.Errorf("the other sees %v (%v)", list, err)
		}
		_, err = s.AddAddress(t.Context(), me+1, home())
		wantErr(t, err, identity.ErrNotFound)
		if _, err := s.Address(t.Context(), me, mine.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestAddressNamesEveryWrongField(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		me := registered(t, s, phone).ID
		_, err := s.AddAddress(t.Context(), me, identity.Address{})
		wantFields(t, err, "name:required", "phone:invalid", "province:required", "city:required", "district:required", "detail:required")
		_, err = s.AddAddress(t.Context(), me, identity.Address{Name: strings.Repeat("王", 31), Phone: "0738-1234567",
			Province: "湖\x07南", City: "\xff", District: "a\u2028b", Detail: strings.Repeat("x", 201)})
		wantFields(t, err, "name:too_long", "phone:invalid", "province:province", "city:invalid", "district:invalid", "detail:too_long")
		elsewhere := home()
		elsewhere.Province = "湖南省长沙市"
		_, err = s.AddAddress(t.Context(), me, elsewhere)
		wantFields(t, err, "province:province")
		for _, wide := range []string{"😀", "<", `"`} {
			part := strings.Repeat(wide, 30)
			_, err = s.AddAddress(t.Context(), me, identity.Address{Name: part, Phone: phone,
				Province: "新疆维吾尔自治区", City: part, District: part, Detail: strings.Repeat(wide, 200)})
			if err != nil {
				t.Errorf("the longest address of %q: %v", wide, err)
			}
		}
	})
}

func TestRoomForFiftyAddresses(t *testing.T) {
	each(t, func(t *testing.T, _ *storage.DB, s *identity.Service) {
		me := registered(t, s, phone).ID
		for range identity.MaxAddresses - 2 {
			if _, err := s.AddAddress(t.Context(), me, home()); err != nil {
				t.Fatal(err)
			}
		}
		var added atomic.Int32
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				_, err := s.AddAddress(t.Context(), me, home())
				if err == nil {
					added.Add(1)
				} else if !errors.Is(err, identity.ErrAddressesFull) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if added.Load() != 2 {
			t.Errorf("%d addresses took the last 2 places", added.Load())
		}
	})
}
