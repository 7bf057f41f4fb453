package catalog_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/village"
)

// valley is a cooperative and two villages.
type valley struct {
	*testing.T
	db          *storage.DB
	cooperative id.ID
	villages    [2]id.ID
}

func each(t *testing.T, test func(v *valley)) {
	t.Helper()
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		v := &valley{T: t, db: db}
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			if err := tx.Create(&catalog.Category{ID: "grain", Name: "杂粮", NameEn: "Grain"}).Error; err != nil {
				return err
			}
			for i, name := range []string{"甲村", "乙村"} {
				made, err := village.Add(tx, audit.System, village.New{Name: name, Township: "镇", County: "县"})
				if err != nil {
					return err
				}
				v.villages[i] = made.ID
			}
			o, err := org.Add(tx, org.Cooperative, "社", true)
			v.cooperative = o.ID
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		test(v)
	})
}

func (v *valley) serve(villages ...id.ID) error {
	return v.db.InTx(v.Context(), func(tx *storage.Tx) error { return catalog.Serve(tx, audit.System, v.cooperative, villages) })
}

func (v *valley) sell(from id.ID, title string) error {
	return v.db.InTx(v.Context(), func(tx *storage.Tx) error {
		_, err := catalog.Add(tx, catalog.Product{CooperativeID: v.cooperative, VillageID: from, CategoryID: "grain", Title: title,
			SKUs: []catalog.SKU{{Spec: "1 kg", PriceFen: 100, Stock: 1}}})
		return err
	})
}

func (v *valley) must(err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
}

func TestAVillageThatProductsNameStaysServed(t *testing.T) {
	each(t, func(v *valley) {
		a, b := v.villages[0], v.villages[1]
		if err := v.sell(a, "米"); !errors.Is(err, catalog.ErrNotServed) {
			t.Errorf("a product from a village that is not served: %v", err)
		}
		v.must(v.serve(a, b))
		for _, title := range []string{"米", "茶", "豆", "薯", "油", "蜜", "笋"} {
			v.must(v.sell(a, title))
		}
		err := v.serve(b)
		refused, _ := fault.As(err)
		if !errors.Is(err, catalog.ErrVillageSold) || len(refused.Fields) != 1 || refused.Fields[0].Message != "甲村: 米, 茶, 豆, 薯, 油, +2" {
			t.Errorf("%v %+v", err, refused)
		}
		if err := v.serve(); !errors.Is(err, village.ErrServesNone) {
			t.Errorf("none: %v", err)
		}
		v.must(v.serve(a)) // nothing grew in the other
		if served, err := village.ServedBy(v.db.Read(t.Context()), v.cooperative); err != nil || !slices.Equal(served, []id.ID{a}) {
			t.Errorf("%v %v", served, err)
		}
	})
}

// Whichever is first, no product is left whose village its cooperative does not serve.
func TestAProductAndItsVillageAreNotPartedByARace(t *testing.T) {
	each(t, func(v *valley) {
		a, b := v.villages[0], v.villages[1]
		for round := range 20 {
			v.must(v.db.InTx(t.Context(), func(tx *storage.Tx) error { return tx.Where("1 = 1").Delete(&catalog.Product{}).Error }))
			v.must(v.serve(a, b))
			var served, sold error
			var both sync.WaitGroup
			both.Go(func() { served = v.serve(b) })
			both.Go(func() { sold = v.sell(a, strings.Repeat("米", 1+round%3)) })
			both.Wait()
			if (served == nil) == (sold == nil) || served != nil && !errors.Is(served, catalog.ErrVillageSold) || sold != nil && !errors.Is(sold, catalog.ErrNotServed) {
				t.Fatalf("round %d: serving %v, selling %v", round, served, sold)
			}
		}
	})
}
