package org_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"zique/internal/audit"
	"zique/internal/org"
	"zique/internal/storage"
)

func TestTheLastManagerStays(t *testing.T) {
	each(t, func(w *world) {
		o := w.admitted("甲", org.Cooperative)
		w.join("乙", o.ID, org.RoleOwner)
		w.join("发货", o.ID, org.RolePacker)
		var stayed atomic.Int32
		leave := func(actor audit.Actor) {
			err := w.db.InTx(t.Context(), func(tx *storage.Tx) error {
				field, _, err := org.OnlyManager(tx, actor.UserID)
				if err != nil || field != "" {
					if field == "memberships" {
						stayed.Add(1)
					}
					return err
				}
				return w.orgs.LeaveAll(tx, actor, actor.UserID)
			})
			if err != nil {
				t.Error(err)
			}
		}
		leave(w.as("发货"))
		w.put(o.ID, org.Suspended)
		var wg sync.WaitGroup
		for _, who := range []string{"甲", "乙"} {
			actor := w.as(who)
			wg.Go(func() { leave(actor) })
		}
		wg.Wait()
		var left, logged int64
		w.db.Read(t.Context()).Model(&org.Membership{}).Where("org_id = ?", o.ID).Count(&left)
		w.db.Read(t.Context()).Model(&audit.Entry{}).Where("action = ? AND subject = ? AND org_id = ?", "member.left", "user", o.ID).Count(&logged)
		if stayed.Load() != 1 || left != 1 || logged != 2 {
			t.Errorf("%d stayed, %d left over, %d logged", stayed.Load(), left, logged)
		}
		w.put(o.ID, org.Rejected)
		leave(w.as("甲"))
		leave(w.as("乙"))
		if stayed.Load() != 1 {
			t.Error("the manager of a rejected organisation may not leave")
		}
	})
}

func TestWhoBecomesAManagerWhileLeavingIsCounted(t *testing.T) {
	each(t, func(w *world) {
		o := w.admitted("甲", org.Cooperative)
		for round := range 5 {
			name := fmt.Sprint("乙", round)
			w.join(name, o.ID, org.RolePacker)
			leaver, manager := w.as(name), w.as("甲")
			var wg sync.WaitGroup
			wg.Go(func() { // hands the organisation over and leaves
				_ = w.db.InTx(t.Context(), func(tx *storage.Tx) error {
					if _, err := w.orgs.SetRole(tx, manager, o.ID, leaver.UserID, org.RoleOwner); err != nil {
						return err
					}
					return w.orgs.RemoveMember(tx, manager, o.ID, manager.UserID)
				})
			})
			wg.Go(func() {
				_ = w.db.InTx(t.Context(), func(tx *storage.Tx) error {
					if field, _, err := org.OnlyManager(tx, leaver.UserID); err != nil || field != "" {
						return err
					}
					return w.orgs.LeaveAll(tx, leaver, leaver.UserID)
				})
			})
			wg.Wait()
			var managers int64
			w.db.Read(t.Context()).Model(&org.Membership{}).Where("org_id = ? AND role = ?", o.ID, org.RoleOwner).Count(&managers)
			if managers != 1 {
				t.Fatalf("round %d: %d managers", round, managers)
			}
			w.in(func(tx *storage.Tx) error { return tx.Where("org_id = ?", o.ID).Delete(&org.Membership{}).Error })
			w.join("甲", o.ID, org.RoleOwner)
		}
	})
}
