package village_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
	"zique/internal/verify/verifytest"
	"zique/internal/village"
)

var operator = audit.Actor{UserID: 71, OrgID: 72, Peer: "192.0.2.1", RequestID: "r"}

func someVillage(name string) village.New {
	return village.New{Name: name, Township: "水车镇", County: "新化县"}
}

func add(t *testing.T, db *storage.DB, n village.New) (v village.Village, err error) {
	t.Helper()
	err = db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
		v, err = village.Add(tx, operator, n)
		return err
	})
	return v, err
}

func mustAdd(t *testing.T, db *storage.DB, n village.New) village.Village {
	t.Helper()
	v, err := add(t, db, n)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fields lists what a fault names, as field:code.
func fields(err error) (named []string) {
	if f, ok := fault.As(err); ok {
		for _, field := range f.Fields {
			named = append(named, field.Field+":"+field.Code)
		}
	}
	return named
}

func audited(t *testing.T, db *storage.DB, action string, subject id.ID) []audit.Entry {
	t.Helper()
	found, err := audit.List(db.Read(t.Context()), audit.Filter{Action: action, SubjectID: subject, ActorID: operator.UserID, Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestAVillageIsAddedWithItsCollective(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := village.New{Name: " 长石村 ", Township: "水车镇", County: "新化县", Code: "431322110201", Designations: []string{village.KeyAssistance, village.WeakCollective},
			Produce: []string{`"A&B"`, "红茶"}, Note: "n", Story: "一\n二", Pictures: []id.ID{9, 8}}
		added := mustAdd(t, db, n)
		got, err := village.Get(db.Read(t.Context()), added.ID)
		if diff := cmp.Diff(added, got); err != nil || diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		if got.Name != "长石村" || *got.Code != n.Code || len(got.Designations) != 2 || got.Pictures[0] != 9 || got.ProduceNames()[0] != `"A&B"` {
			t.Errorf("%+v", got)
		}
		var collective org.Organisation
		if err := db.Read(t.Context()).Take(&collective, got.CollectiveID).Error; err != nil || collective.Name != "长石村集体经济组织" ||
			collective.Kind != org.VillageCollective || collective.Status != org.Admitted {
			t.Errorf("%+v %v", collective, err)
		}
		if log := audited(t, db, "village.added", added.ID); len(log) != 1 || !strings.Contains(log[0].AfterJSON, collective.ID.String()) || log[0].OrgID != operator.OrgID {
			t.Errorf("audit: %+v", log)
		}
		verifytest.Check(t, db)
	})
}

func TestEveryWrongFieldIsNamed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		long := strings.Repeat("长", 61)
		_, err := add(t, db, village.New{Name: " ", Township: "", County: long, Code: "43132211020X", Designations: []string{"贫困村", village.WeakCollective, village.WeakCollective},
			Produce: []string{"茶", " ", "茶"}, Note: strings.Repeat("长", 501), Story: "a\x00", Pictures: []id.ID{1, 1}})
		if diff := cmp.Diff([]string{"name:required", "township:required", "county:too_long", "code:invalid", "designations:too_many",
			"produce[1]:required", "produce[2]:duplicate", "note:too_long", "story:invalid", "pictures[1]:duplicate"}, fields(err)); diff != "" {
			t.Errorf("%v %s", err, diff)
		}
		_, err = add(t, db, village.New{Name: "a\nb", Township: "c", County: "d", Designations: []string{"贫困村"}})
		if diff := cmp.Diff([]string{"name:invalid", "designations[0]:unknown_designation"}, fields(err)); diff != "" {
			t.Error(diff)
		}
		if all, _ := village.List(db.Read(t.Context()), village.Filter{Limit: 9}); len(all) != 0 {
			t.Errorf("added: %+v", all)
		}
	})
}

func TestAPlaceAndACodeNameOneVillage(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		first := someVillage("长石村")
		first.Code = "431322110201"
		mustAdd(t, db, first)
		other := someVillage("眼花村")
		elsewhere := village.New{Name: "长石村", Township: "温塘镇", County: "新化县"}
		mustAdd(t, db, elsewhere)
		second := mustAdd(t, db, other)
		_, err := add(t, db, first)
		if !errors.Is(err, village.ErrExists) || !fault.IsKind(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		other.Name, other.Code = "第三村", first.Code
		if _, err := add(t, db, other); !errors.Is(err, village.ErrExists) || fmt.Sprint(fields(err)) != "[code:taken]" {
			t.Errorf("%v %v", err, fields(err))
		}
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			_, err := village.Change(tx, operator, second.ID, someVillage("长石村"))
			return err
		})
		if !errors.Is(err, village.ErrExists) || fmt.Sprint(fields(err)) != "[name:taken]" {
			t.Errorf("%v %v", err, fields(err))
		}
	})
}

func TestOfTwentyWhoAddAVillageOneDoes(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		added := 0
		for range 20 {
			wg.Go(func() {
				_, err := add(t, db, someVillage("长石村"))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					added++
				} else if !errors.Is(err, village.ErrExists) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if added != 1 {
			t.Errorf("added %d times", added)
		}
		verifytest.Check(t, db)
	})
}

func TestAChangeIsWholeAndAudited(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := someVillage("长石村")
		n.Code, n.Designations, n.Pictures = "431322110201", []string{village.WeakCollective}, []id.ID{1, 2, 3}
		before := mustAdd(t, db, n)
		db.Clock().Advance(1_000_000_000)
		n.Name, n.Code, n.Designations, n.Pictures, n.Story = "长石新村", "", []string{village.KeyAssistance}, []id.ID{3}, "故事，村支书 138 1234 5678"
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			changed, err := village.Change(tx, operator, before.ID, n)
			if changed.Story != n.Story {
				t.Errorf("%+v", changed)
			}
			return err
		})
		after, _ := village.Get(db.Read(t.Context()), before.ID)
		if err != nil || after.Name != n.Name || after.Code != nil || fmt.Sprint(after.Designations, after.Pictures) != fmt.Sprint(n.Designations, n.Pictures) ||
			after.CreatedAt != before.CreatedAt || after.UpdatedAt <= before.UpdatedAt {
			t.Errorf("%v %+v", err, after)
		}
		var collective org.Organisation
		if err := db.Read(t.Context()).Take(&collective, before.CollectiveID).Error; err != nil || collective.Name != "长石新村集体经济组织" {
			t.Errorf("%+v %v", collective, err)
		}
		if log := audited(t, db, "village.changed", before.ID); len(log) != 1 || !strings.Contains(log[0].BeforeJSON, "431322110201") || !strings.Contains(log[0].AfterJSON, `"note_changed":false`) || !strings.Contains(log[0].AfterJSON, `"story_changed":true`) || strings.Contains(log[0].AfterJSON, "村支书") {
			t.Errorf("audit: %+v", log)
		}
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			_, err := village.Change(tx, operator, 1, n)
			return err
		})
		if !errors.Is(err, village.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
	})
}

func TestACooperativeServesSeveralVillages(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		a, b := mustAdd(t, db, someVillage("甲村")), mustAdd(t, db, someVillage("乙村"))
		var cooperative, enterprise org.Organisation
		err := db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
			if cooperative, err = org.Add(tx, org.Cooperative, "社", true); err != nil {
				return err
			}
			enterprise, err = org.Add(tx, org.Enterprise, "企", true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		serve := func(who id.ID, villages ...id.ID) error {
			return db.InTx(t.Context(), func(tx *storage.Tx) error { return village.Serve(tx, operator, who, villages) })
		}
		if err := serve(cooperative.ID, b.ID, a.ID); err != nil {
			t.Fatal(err)
		}
		if err := serve(cooperative.ID, a.ID, b.ID); err != nil { // the same again changes nothing
			t.Fatal(err)
		}
		if err := serve(cooperative.ID, a.ID, 5, a.ID); fmt.Sprint(fields(err)) != "[village_ids[1]:not_found village_ids[2]:duplicate]" {
			t.Errorf("%v %v", err, fields(err))
		}
		if err := serve(enterprise.ID, a.ID); !errors.Is(err, village.ErrNoCooperative) {
			t.Errorf("an enterprise: %v", err)
		}
		found, err := village.Cooperatives(db.Read(t.Context()), []id.ID{a.ID, b.ID})
		if err != nil || len(found[a.ID]) != 1 || found[b.ID][0].Name != "社" {
			t.Errorf("%v %v", found, err)
		}
		if log := audited(t, db, "cooperative.villages_changed", cooperative.ID); len(log) != 1 {
			t.Errorf("audit: %+v", log)
		}
		if err := serve(cooperative.ID); !errors.Is(err, village.ErrServesNone) {
			t.Errorf("an admitted cooperative without a village: %v", err)
		}
		if served, err := village.ServedBy(db.Read(t.Context()), cooperative.ID); err != nil || len(served) != 2 {
			t.Errorf("%v %v", served, err)
		}
	})
}

func TestAListIsNarrowedAndPaged(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for i := range 7 {
			n := someVillage(fmt.Sprintf("%d%%村", i))
			if i%2 == 0 {
				n.Township, n.Designations = "温塘镇", []string{village.WeakCollective}
			}
			mustAdd(t, db, n)
		}
		names := func(f village.Filter) (all []string) {
			for f.Limit = 2; ; {
				page, err := village.List(db.Read(t.Context()), f)
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range page {
					all = append(all, v.Name[:1])
					f.After = v.ID
				}
				if len(page) < f.Limit {
					return all
				}
			}
		}
		for want, f := range map[string]village.Filter{
			"[0 1 2 3 4 5 6]": {}, "[3]": {Query: "3%"}, "[0 2 4 6]": {Township: "温塘镇"}, "[]": {Query: "_"},
			"[2]": {Query: "2", Designation: village.WeakCollective, Township: "温塘镇"},
		} {
			if got := fmt.Sprint(names(f)); got != want {
				t.Errorf("%+v: %s, want %s", f, got, want)
			}
		}
	})
}
