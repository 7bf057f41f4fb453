package freight

import (
	"errors"
	"testing"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

func fen(n money.Fen) *money.Fen { return &n }

func TestWhatSendingCosts(t *testing.T) {
	byWeight := Template{Unit: Grams, Zones: []Zone{
		{Provinces: "湖南,湖北", FirstUnits: 1000, FirstFen: 600, StepUnits: 500, StepFen: 150, FreeAboveFen: fen(9900)},
		{Provinces: "西藏", Undeliverable: true},
		{FirstUnits: 1000, FirstFen: 1000, StepUnits: 1000, StepFen: 400},
	}}
	for _, c := range []struct {
		province string
		grams    int64
		goods    money.Fen
		want     money.Fen
	}{
		{"湖南省", 900, 5000, 600}, {"湖南", 1000, 5000, 600}, {"湖南省", 1001, 5000, 750}, {"湖北省", 2000, 5000, 900}, // first and further steps
		{"湖南省", 2000, 9900, 0}, {"湖南省", 2000, 9899, 900}, // free above
		{"广东省", 3000, 99999, 1800}, {"内蒙古自治区", 100, 1, 1000}, {"", 100, 1, 1000}, // everywhere else
	} {
		got, err := byWeight.Fee(c.province, Load{Pieces: 9, Grams: c.grams, GoodsFen: c.goods})
		if err != nil || got != c.want {
			t.Errorf("%s %d g: %d %v, want %d", c.province, c.grams, got, err, c.want)
		}
	}
	if _, err := byWeight.Fee("西藏自治区", Load{Grams: 1}); !errors.Is(err, ErrUndeliverable) {
		t.Errorf("undeliverable: %v", err)
	}
	byPiece := Template{Unit: Pieces, Zones: []Zone{{FirstUnits: 2, FirstFen: 500, StepUnits: 3, StepFen: 100}}}
	if got, _ := byPiece.Fee("湖南", Load{Pieces: 6, Grams: 1}); got != 700 {
		t.Errorf("six pieces: %d", got)
	}
	if got, err := (Template{}).Fee("湖南", Load{Pieces: 6}); got != 0 || err != nil {
		t.Errorf("no template: %d %v", got, err)
	}
}

func TestTemplatesOfACooperative(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		put := func(template Template) (made Template, err error) {
			err = db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
				made, err = Put(tx, audit.System, template)
				return err
			})
			return made, err
		}
		bad := Template{CooperativeID: 7, Unit: "box", Zones: []Zone{{Provinces: "湖南,火星", FirstUnits: 1, StepUnits: 0}}}
		_, err := put(bad)
		if f, ok := fault.As(err); !ok || len(f.Fields) != 5 {
			t.Errorf("everything that is wrong at once: %v", err)
		}
		first, err := put(Template{CooperativeID: 7, Name: "一", Unit: Pieces, Zones: []Zone{{FirstUnits: 1, FirstFen: 800, StepUnits: 1}}})
		if err != nil || first.DefaultOf == nil {
			t.Fatalf("the first is the default: %+v %v", first, err)
		}
		cooperative := first.CooperativeID
		second, err := put(Template{CooperativeID: 7, DefaultOf: &cooperative, Name: "二", Unit: Grams, Zones: []Zone{{FirstUnits: 1000, FirstFen: 900, StepUnits: 1000}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := put(Template{ID: second.ID, CooperativeID: 8, Name: "别家", Unit: Pieces, Zones: first.Zones}); !errors.Is(err, ErrNotFound) {
			t.Errorf("another's template: %v", err)
		}
		second.DefaultOf = nil
		if _, err := put(second); !errors.Is(err, ErrDefault) {
			t.Errorf("no default would be left: %v", err)
		}
		tariff, err := Of(db.Read(t.Context()), []id.ID{7, 8})
		if err != nil || tariff.For(7, 0).ID != second.ID || tariff.For(7, first.ID).ID != first.ID || tariff.For(8, first.ID).ID != 0 {
			t.Errorf("%+v %v", tariff, err)
		}
		remove := func(which Template) error {
			return db.InTx(t.Context(), func(tx *storage.Tx) error { return Remove(tx, audit.System, 7, which.ID) })
		}
		if err := remove(second); !errors.Is(err, ErrDefault) {
			t.Errorf("removed the default: %v", err)
		}
		if err := remove(first); err != nil {
			t.Error(err)
		}
	})
}
