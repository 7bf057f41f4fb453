package org_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

func TestTheLastManagerStays(t *testing.T) {
	each(t, func(w *world) {
		t, db := w.T, w.db
		const first, second, packer = id.ID(1), id.ID(2), id.ID(3)
		var o org.Organisation
		err := db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
			if o, err = org.Add(tx, org.Cooperative, "紫鹊合作社", true); err != nil {
				return err
			}
			for user, role := range map[id.ID]string{first: "owner", second: "owner", packer: "packer"} {
				if err := org.Join(tx, o.ID, user, role); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var stayed atomic.Int32
		leave := func(user id.ID) {
			err := db.InTx(t.Context(), func(tx *storage.Tx) error {
				field, _, err := org.OnlyManager(tx, user)
				if err != nil || field != "" {
					if field == "memberships" {
						stayed.Add(1)
					}
					return err
				}
				return w.orgs.LeaveAll(tx, audit.Actor{UserID: user}, user)
			})
			if err != nil {
				t.Error(err)
			}
		}
		leave(packer)
		var wg sync.WaitGroup
		for _, user := range []id.ID{first, second} {
			wg.Go(func() { leave(user) })
		}
		wg.Wait()
		var left, logged int64
		db.Read(t.Context()).Model(&org.Membership{}).Where("org_id = ?", o.ID).Count(&left)
		db.Read(t.Context()).Model(&audit.Entry{}).Where("action = ? AND subject_id = ?", "member.left", o.ID).Count(&logged)
		if stayed.Load() != 1 || left != 1 || logged != 2 {
			t.Errorf("%d stayed, %d left over, %d logged", stayed.Load(), left, logged)
		}
		err = db.InTx(t.Context(), func(tx *storage.Tx) error {
			return tx.Model(&org.Organisation{}).Where("id = ?", o.ID).Update("status", "rejected").Error
		})
		if err != nil {
			t.Fatal(err)
		}
		leave(first)
		leave(second)
		if stayed.Load() != 1 {
			t.Error("the manager of a rejected organisation may not leave")
		}
	})
}
