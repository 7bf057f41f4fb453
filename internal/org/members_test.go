package org_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/attempt"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

func (w *world) remove(by string, orgID id.ID, name string) error {
	actor, target := w.as(by), w.user(name)
	return w.db.InTx(w.Context(), func(tx *storage.Tx) error { return w.orgs.RemoveMember(tx, actor, orgID, target) })
}

func (w *world) setRole(by string, orgID id.ID, name, role string) error {
	actor, target := w.as(by), w.user(name)
	return w.db.InTx(w.Context(), func(tx *storage.Tx) error {
		_, err := w.orgs.SetRole(tx, actor, orgID, target, role)
		return err
	})
}

func TestAnOrganisationKeepsAManager(t *testing.T) {
	each(t, func(w *world) {
		o := w.admitted("社长", org.Cooperative)
		w.join("会计", o.ID, org.RoleAccountant)
		w.want(w.remove("社长", o.ID, "社长"), org.ErrLastManager)
		w.want(w.setRole("社长", o.ID, "社长", org.RolePacker), org.ErrLastManager)
		w.want(w.remove("会计", o.ID, "社长"), org.ErrForbidden)
		w.want(w.setRole("会计", o.ID, "会计", org.RoleOwner), org.ErrForbidden)
		w.want(w.remove("外人", o.ID, "会计"), org.ErrNotFound)
		w.want(w.remove("外人", o.ID, "外人"), org.ErrNotFound)
		w.want(w.setRole("社长", o.ID, "外人", org.RolePacker), org.ErrNotFound)
		w.wantFields(w.setRole("社长", o.ID, "会计", org.RoleBuyer), "role:invalid")
		for range 2 {
			if err := w.setRole("社长", o.ID, "会计", org.RoleOwner); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.remove("社长", o.ID, "社长"); err != nil { // there is another now
			t.Fatal(err)
		}
		w.want(w.remove("会计", o.ID, "会计"), org.ErrLastManager)
		w.put(o.ID, org.Suspended)
		w.want(w.setRole("会计", o.ID, "会计", org.RolePacker), org.ErrSuspended)
		members, err := w.orgs.Members(w.db.Read(t.Context()), o.ID, w.user("会计"))
		if err != nil || len(members) != 1 || members[0].Role != org.RoleOwner || members[0].Name != "会计" {
			t.Errorf("members %+v, %v", members, err)
		}
		if w.audited("member.role_changed") != 1 || w.audited("member.left") != 1 || w.told("role_changed") != 1 {
			t.Errorf("%d, %d, %d", w.audited("member.role_changed"), w.audited("member.left"), w.told("role_changed"))
		}
	})
}

func TestTwoManagersDoNotRemoveEachOther(t *testing.T) {
	each(t, func(w *world) {
		o := w.admitted("甲", org.Cooperative)
		for round := range 5 {
			if round == 0 {
				w.join("乙", o.ID, org.RoleOwner)
			}
			var left atomic.Int32
			var wg sync.WaitGroup
			for _, pair := range [][2]string{{"甲", "乙"}, {"乙", "甲"}} {
				actor, target := w.as(pair[0]), w.user(pair[1])
				wg.Go(func() {
					err := w.db.InTx(t.Context(), func(tx *storage.Tx) error { return w.orgs.RemoveMember(tx, actor, o.ID, target) })
					if err == nil {
						left.Add(1)
					} else if !errors.Is(err, org.ErrNotFound) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			var managers int64
			w.db.Read(t.Context()).Model(&org.Membership{}).Where("org_id = ? AND role = ?", o.ID, org.RoleOwner).Count(&managers)
			if managers != 1 || left.Load() != 1 {
				t.Fatalf("round %d: %d managers, %d removals", round, managers, left.Load())
			}
			for _, name := range []string{"甲", "乙"} {
				user := w.user(name)
				err := w.db.InTx(t.Context(), func(tx *storage.Tx) error { return org.Join(tx, o.ID, user, org.RoleOwner) })
				if err != nil && !errors.Is(err, org.ErrAlreadyMember) {
					t.Fatal(err)
				}
			}
		}
	})
}

func (w *world) invite(by string, orgID id.ID, name, role string) (i org.Invitation, err error) {
	return w.orgs.Invite(w.Context(), w.db, w.as(by), orgID, w.phone(name), role)
}

func (w *world) accept(name string, invitation id.ID) error {
	actor, hash := w.as(name), w.hash(name)
	return w.db.InTx(w.Context(), func(tx *storage.Tx) error {
		_, err := w.orgs.Accept(tx, actor, hash, invitation)
		return err
	})
}

func TestInvitationsRunOutAndAreRenewed(t *testing.T) {
	each(t, func(w *world) {
		o := w.admitted("社长", org.Cooperative)
		w.user("会计")
		var old org.Invitation
		w.earlier(org.InvitationTTL, func() {
			var err error
			if old, err = w.invite("社长", o.ID, "会计", org.RoleAccountant); err != nil {
				t.Fatal(err)
			}
			_, err = w.invite("社长", o.ID, "会计", org.RolePacker)
			w.want(err, org.ErrInvited)
		})
		w.want(w.accept("会计", old.ID), org.ErrInvitationExpired)
		if waiting, err := org.InvitationsTo(w.db.Read(t.Context()), w.db.Now(), w.hash("会计")); err != nil || len(waiting) != 0 {
			t.Errorf("still waiting: %v, %v", waiting, err)
		}
		renewed, err := w.invite("社长", o.ID, "会计", org.RoleAccountant)
		if err != nil {
			t.Fatal(err)
		}
		actor := w.as("外人")
		err = w.db.InTx(t.Context(), func(tx *storage.Tx) error {
			_, err := w.orgs.Accept(tx, actor, "", renewed.ID) // a phone that is not verified has no hash
			return err
		})
		w.want(err, org.ErrNotFound)
		w.want(w.accept("外人", renewed.ID), org.ErrNotFound)
		w.put(o.ID, org.Suspended)
		w.want(w.accept("会计", renewed.ID), org.ErrSuspended)
		w.put(o.ID, org.Admitted)
		for range 2 {
			if err := w.accept("会计", renewed.ID); err != nil {
				t.Fatal(err)
			}
		}
		list, err := w.orgs.Invitations(w.db.Read(t.Context()), w.db.Now(), o.ID, w.user("社长"))
		if err != nil || len(list) != 2 || list[0].Status != org.InvitationAccepted || list[1].Status != org.InvitationExpired {
			t.Errorf("%+v, %v", list, err)
		}
		_, err = w.orgs.Invitations(w.db.Read(t.Context()), w.db.Now(), o.ID, w.user("会计"))
		w.want(err, org.ErrForbidden)
		if w.told("invitation") != 2 || w.told("invitation_accepted") != 1 {
			t.Errorf("%d, %d", w.told("invitation"), w.told("invitation_accepted"))
		}
	})
}

func TestNobodyInvitesBeforeAdmissionNorForMoreThanADay(t *testing.T) {
	each(t, func(w *world) {
		o := w.applied("社长", org.Cooperative)
		w.user("会计")
		for _, status := range []string{org.Draft, org.Submitted, org.Recommended, org.Returned, org.Rejected} {
			w.put(o.ID, status)
			_, err := w.invite("社长", o.ID, "会计", org.RoleAccountant)
			w.want(err, org.ErrNotAdmitted)
		}
		for n := range 2 { // two organisations, so that neither's own bound is reached
			other := w.admitted("社长", org.Cooperative)
			for i := range 25 {
				if _, err := w.invite("社长", other.ID, fmt.Sprint("人", n, i), org.RolePacker); err != nil {
					t.Fatalf("invitation %d of %d: %v", i, n, err)
				}
			}
		}
		w.put(o.ID, org.Admitted)
		_, err := w.invite("社长", o.ID, "会计", org.RoleAccountant)
		w.want(err, attempt.ErrTooMany)
		if w.told("invitation") != 50 {
			t.Errorf("%d messages", w.told("invitation"))
		}
	})
}

func TestRevokingAndTheDailyBound(t *testing.T) {
	each(t, func(w *world) {
		o := w.admitted("社长", org.Cooperative)
		revoke := func(invitation id.ID) error {
			actor := w.as("社长")
			return w.db.InTx(t.Context(), func(tx *storage.Tx) error { return w.orgs.Revoke(tx, actor, o.ID, invitation) })
		}
		for n := range 5 {
			i, err := w.invite("社长", o.ID, "发货", org.RolePacker)
			if err != nil {
				t.Fatalf("invitation %d: %v", n, err)
			}
			for range 2 {
				if err := revoke(i.ID); err != nil {
					t.Fatal(err)
				}
			}
			w.want(w.accept("发货", i.ID), org.ErrState)
		}
		_, err := w.invite("社长", o.ID, "发货", org.RolePacker)
		w.want(err, org.ErrTooManyInvites)
		foreign := w.admitted("别的社长", org.Cooperative)
		theirs, err := w.invite("别的社长", foreign.ID, "会计", org.RolePacker)
		if err != nil {
			t.Fatal(err)
		}
		w.want(revoke(theirs.ID), org.ErrNotFound)
		_, err = w.invite("社长", o.ID, "社长", org.RolePacker)
		w.want(err, org.ErrAlreadyMember)
	})
}

func wish(number string) org.PayeeAccount {
	return org.PayeeAccount{PayeeDetails: org.PayeeDetails{Holder: "高山合作社", Bank: "新化农商银行", Number: number}, Reason: "换行"}
}

func (w *world) askPayee(by string, orgID id.ID, a org.PayeeAccount) (asked approval.Approval, err error) {
	actor := w.as(by)
	err = w.db.InTx(w.Context(), func(tx *storage.Tx) (err error) {
		asked, err = w.orgs.AskPayee(tx, actor, orgID, a)
		return err
	})
	return asked, err
}

func (w *world) approve(by string, approvalID id.ID) error {
	_, err := w.desk.Decide(w.Context(), w.db, w.as(by), approvalID, true, "")
	return err
}

func TestAPayeeAccountRestsBeforeItIsUsed(t *testing.T) {
	each(t, func(w *world) {
		view := w.db.Read(t.Context())
		var o org.Organisation
		w.earlier(2*org.PayeeCooling, func() { // whoever decides was there when it was asked
			o = w.admitted("社长", org.Cooperative)
			w.join("会计", o.ID, org.RoleAccountant)
			w.join("发货", o.ID, org.RolePacker)
		})
		_, err := w.orgs.UsablePayee(view, o.ID, w.db.Now())
		w.want(err, org.ErrNoPayee)
		_, err = w.askPayee("发货", o.ID, wish("6222021234567890"))
		w.want(err, org.ErrForbidden)
		_, err = w.askPayee("外人", o.ID, wish("1"))
		w.want(err, org.ErrNotFound)
		_, err = w.askPayee("会计", o.ID, org.PayeeAccount{Agency: true})
		w.wantFields(err, "holder:required", "bank:required", "number:invalid", "reason:required", "agency:invalid")
		w.earlier(org.PayeeCooling, func() {
			asked, err := w.askPayee("会计", o.ID, wish("6222 0212 3456 7890"))
			if err != nil {
				t.Fatal(err)
			}
			w.want(w.approve("会计", asked.ID), approval.ErrOwnRequest)
			w.want(w.approve("发货", asked.ID), approval.ErrNotFound)
			if err := w.approve("社长", asked.ID); err != nil {
				t.Fatal(err)
			}
			_, err = w.orgs.UsablePayee(view, o.ID, w.db.Now())
			w.want(err, org.ErrPayeeCooling)
		})
		_, err = w.orgs.UsablePayee(view, o.ID, w.db.Now()-1)
		w.want(err, org.ErrPayeeCooling)
		usable, err := w.orgs.UsablePayee(view, o.ID, w.db.Now())
		if err != nil || usable.Number != "6222021234567890" || usable.Masked() != "**** 7890" || usable.Holder != "高山合作社" {
			t.Fatalf("%+v, %v", usable, err)
		}
		asked, err := w.askPayee("社长", o.ID, wish("6222021234560000"))
		if err != nil || asked.BeforeJSON == "null" {
			t.Fatalf("%+v, %v", asked, err)
		}
		w.put(o.ID, org.Suspended)
		w.want(w.approve("会计", asked.ID), org.ErrSuspended)
		w.put(o.ID, org.Admitted)
		if err := w.approve("会计", asked.ID); err != nil {
			t.Fatal(err)
		}
		_, err = w.orgs.UsablePayee(view, o.ID, w.db.Now()) // the account before may be the one that was lost
		w.want(err, org.ErrPayeeCooling)
		all, err := w.orgs.Payees(view, o.ID, w.user("社长"))
		if err != nil || len(all) != 2 || all[0].Status != org.PayeeActive || all[1].Status != org.PayeeReplaced || all[1].ReplacedAt == nil {
			t.Errorf("%+v, %v", all, err)
		}
		_, err = w.orgs.Payees(view, o.ID, w.user("发货"))
		w.want(err, org.ErrForbidden)
		if w.audited("payee_account.changed") != 2 || w.told("payee_change_asked") != 2 || w.told("payee_change_approved") != 2 {
			t.Error("not every change is in the audit log and the inboxes")
		}
	})
}

// Of the two, the decision has read that the member decides before the removal commits, and
// waits for the organisation's lock meanwhile. SQLite lets one write after the other.
func TestWhoIsRemovedWhileDecidingDoesNotDecide(t *testing.T) {
	each(t, func(w *world) {
		var o org.Organisation
		w.earlier(org.PayeeCooling, func() {
			o = w.admitted("社长", org.Cooperative)
			w.join("会计", o.ID, org.RoleAccountant)
		})
		asked, err := w.askPayee("社长", o.ID, wish("6222021234567890"))
		if err != nil {
			t.Fatal(err)
		}
		decided, reached := make(chan error, 1), make(chan struct{}, 10)
		err = w.db.InTx(t.Context(), func(tx *storage.Tx) error {
			if err := w.orgs.RemoveMember(tx, w.as("社长"), o.ID, w.user("会计")); err != nil {
				return err
			}
			err := tx.Callback().Query().Before("gorm:query").Register("reached", func(q *gorm.DB) {
				if q.Statement.Table == "organisations" {
					reached <- struct{}{}
				}
			})
			go func() { decided <- w.approve("会计", asked.ID) }()
			if tx.Name() != "sqlite" {
				<-reached
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.want(<-decided, approval.ErrNotFound)
		_, err = w.orgs.UsablePayee(w.db.Read(t.Context()), o.ID, w.db.Now().Add(2*org.PayeeCooling))
		w.want(err, org.ErrNoPayee)
	})
}

func TestAnOperatorDecidesWhereThereIsNobodyElse(t *testing.T) {
	each(t, func(w *world) {
		w.operator("运营")
		var collective org.Organisation
		w.in(func(tx *storage.Tx) (err error) {
			collective, err = org.Add(tx, org.VillageCollective, "油溪桥村集体", false)
			return err
		})
		w.join("村支书", collective.ID, org.RoleHead)
		agency := wish("43100000000012345")
		agency.Agency, agency.Holder = true, "油溪乡村账代理中心"
		asked, err := w.askPayee("村支书", collective.ID, agency)
		if err != nil {
			t.Fatal(err)
		}
		queue, err := w.desk.List(w.db.Read(t.Context()), w.db.Now(), approval.Query{UserID: w.user("运营"), Status: approval.Pending, Limit: 10})
		if err != nil || len(queue) != 1 || !queue[0].MayDecide || queue[0].OrgName != "油溪桥村集体" {
			t.Errorf("the operator's queue %+v, %v", queue, err)
		}
		w.db.Clock().Advance(time.Millisecond)
		w.join("会计", collective.ID, org.RoleAccountant)
		w.want(w.approve("会计", asked.ID), approval.ErrNotFound) // brought in after it was asked
		if err := w.approve("运营", asked.ID); err != nil {
			t.Fatal(err)
		}

		cooperative := w.admitted("独社长", org.Cooperative)
		w.join("发货", cooperative.ID, org.RolePacker)
		asked, err = w.askPayee("独社长", cooperative.ID, wish("6222021234567890"))
		if err != nil {
			t.Fatal(err)
		}
		w.db.Clock().Advance(time.Millisecond)
		if err := w.setRole("独社长", cooperative.ID, "发货", org.RoleAccountant); err != nil {
			t.Fatal(err)
		}
		w.want(w.approve("发货", asked.ID), approval.ErrNotFound) // was there, but not with money
		w.join("运营", cooperative.ID, org.RolePacker)
		w.want(w.approve("运营", asked.ID), approval.ErrNotFound) // a member now
		w.operator("申请人")                                       // who founded it
		w.in(func(tx *storage.Tx) error {
			return tx.Create(&org.Step{ID: tx.NewID(), OrgID: cooperative.ID, FromStatus: org.Draft, ToStatus: org.Submitted, ActorID: w.user("申请人"), CreatedAt: tx.Now()}).Error
		})
		w.want(w.approve("申请人", asked.ID), approval.ErrNotFound)
		w.operator("外来运营")
		if err := w.approve("外来运营", asked.ID); err != nil {
			t.Fatal(err)
		}

		w.earlier(2*org.PayeeCooling, func() { cooperative = w.admitted("老社长", org.Cooperative) })
		w.join("新会计", cooperative.ID, org.RoleAccountant)
		asked, err = w.askPayee("新会计", cooperative.ID, wish("6222021234567890"))
		if err != nil {
			t.Fatal(err)
		}
		w.want(w.approve("老社长", asked.ID), approval.ErrNotFound) // whoever brought the asker in is not the second person
		if err := w.approve("外来运营", asked.ID); err != nil {
			t.Fatal(err)
		}
		draft := w.applied("社长", org.Cooperative)
		_, err = w.askPayee("社长", draft.ID, wish("6222021234567890"))
		w.want(err, org.ErrNotAdmitted)
	})
}

func TestAQueueCostsTheSameForOneAsForMany(t *testing.T) {
	each(t, func(w *world) {
		w.operator("运营")
		view := w.db.Read(t.Context())
		var asked atomic.Int32
		count := func(*gorm.DB) { asked.Add(1) }
		if err := errors.Join(view.Callback().Row().Before("gorm:row").Register("count", count), view.Callback().Query().Before("gorm:query").Register("count", count)); err != nil {
			t.Fatal(err)
		}
		queue := func() (found []approval.Approval, queries int32) {
			asked.Store(0)
			found, err := w.desk.List(view, w.db.Now(), approval.Query{UserID: w.user("运营"), Status: approval.Pending, Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			return found, asked.Load()
		}
		for n := range 12 { // every other one is for the members to decide
			o := w.admitted(fmt.Sprint("社长", n), org.Cooperative)
			if n%2 == 1 {
				w.join(fmt.Sprint("会计", n), o.ID, org.RoleAccountant)
			}
			if _, err := w.askPayee(fmt.Sprint("社长", n), o.ID, wish("6222021234567890")); err != nil {
				t.Fatal(err)
			}
			if n > 0 {
				continue
			}
			if one, queries := queue(); len(one) != 1 || queries > 4 {
				t.Errorf("%d requests by %d queries", len(one), queries)
			}
		}
		many, queries := queue()
		if len(many) != 5 || queries > 4 {
			t.Errorf("%d requests by %d queries", len(many), queries)
		}
		for _, a := range many {
			if !a.MayDecide || a.RequesterName == "" || a.OrgName == "" {
				t.Errorf("%+v", a)
			}
		}
	})
}

func TestNoTableHoldsAPhoneOrABankNumberInClear(t *testing.T) {
	each(t, func(w *world) {
		var o org.Organisation
		w.earlier(org.PayeeCooling, func() {
			o = w.admitted("社长", org.Cooperative)
			w.join("会计", o.ID, org.RoleAccountant)
		})
		if _, err := w.invite("社长", o.ID, "发货", org.RolePacker); err != nil {
			t.Fatal(err)
		}
		first, err := w.askPayee("社长", o.ID, wish("6222021234567890"))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.approve("会计", first.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := w.askPayee("社长", o.ID, wish("6222021234560000")); err != nil {
			t.Fatal(err)
		}
		hidden := []string{"13812345678", w.phone("社长"), w.phone("发货"), "6222021234567890", "6222021234560000"}
		for _, table := range []string{"organisations", "org_invitations", "payee_accounts", "approvals", "audit_log", "outbox_events"} {
			var rows []map[string]any
			if err := w.db.Read(t.Context()).Table(table).Find(&rows).Error; err != nil || len(rows) == 0 {
				t.Fatalf("%s: %d rows, %v", table, len(rows), err)
			}
			for _, row := range rows {
				for column, value := range row {
					text, ok := value.([]byte)
					if !ok {
						text = fmt.Append(nil, value)
					}
					for _, secret := range hidden {
						if bytes.Contains(text, []byte(secret)) {
							t.Errorf("%s.%s holds %s in clear", table, column, secret)
						}
					}
				}
			}
		}
	})
}
