package approval

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/storage"
)

// Decide approves or rejects a request in a transaction of its own, because a
// request that turns out to have run out stays marked while the caller is refused.
// What is approved is carried out in the same transaction.
//
// It fails with ErrOwnRequest for whoever asked and whose own it concerns, ErrNotFound for who may not decide,
// ErrExpired, ErrDecided when another was faster, a wrong `reason` (a rejection needs
// one), or with what Carry refuses. The same decision repeated by the same person
// answers the present state.
func (d *Desk) Decide(ctx context.Context, db *storage.DB, by audit.Actor, approvalID id.ID, approve bool, reason string) (Approval, error) {
	reason, err := why(reason, !approve)
	if err != nil {
		return Approval{}, err
	}
	verdict := Rejected
	if approve {
		verdict = Approved
	}
	var a Approval
	err = db.InTx(ctx, func(tx *storage.Tx) (err error) {
		a, err = d.decide(tx, by, approvalID, verdict, reason)
		return err
	})
	if err == nil && a.Status == Expired {
		err = ErrExpired
	}
	return a, err
}

// decides tells whether the user decides a request of the kind.
func (k Kind) decides(view *gorm.DB, userID, approvalID id.ID) (bool, error) {
	c, err := k.Decides(view, userID)
	if err != nil || c.SQL == "" {
		return false, err
	}
	var n int64
	err = view.Table("approvals a").Where("a.id = ?", approvalID).Where("("+c.SQL+")", c.Args...).Count(&n).Error
	return n > 0, err
}

func (k Kind) own(view *gorm.DB, userID id.ID, a Approval) (bool, error) {
	if k.Own == nil {
		return false, nil
	}
	return k.Own(view, userID, a)
}

func (d *Desk) decide(tx *storage.Tx, by audit.Actor, approvalID id.ID, verdict, reason string) (Approval, error) {
	a, err := lock(tx, approvalID)
	if err != nil {
		return Approval{}, err
	}
	if a.RequestedBy == by.UserID {
		return Approval{}, ErrOwnRequest
	}
	if a.Status == verdict && a.DecidedBy == by.UserID {
		return a, nil
	}
	kind, err := d.kind(a.Kind)
	if err != nil {
		return Approval{}, err
	}
	may, err := kind.decides(tx.DB, by.UserID, a.ID)
	switch {
	case err != nil:
		return Approval{}, err
	case !may:
		return Approval{}, ErrNotFound
	case a.Status == Expired:
		return a, nil
	case a.Status != Pending:
		return Approval{}, ErrDecided
	case a.ExpiresAt <= tx.Now():
		return d.settle(tx, audit.System, a, Expired, "")
	}
	if own, err := kind.own(tx.DB, by.UserID, a); err != nil || own {
		return Approval{}, cmp.Or(err, error(ErrOwnRequest))
	}
	if verdict == Approved {
		if err := kind.Carry(tx, by, a); err != nil {
			return Approval{}, err
		}
		// Carry holds the locks under which people lose their part: asked again, nobody
		// decides who lost it while this waited.
		if may, err = kind.decides(tx.DB, by.UserID, a.ID); err != nil || !may {
			return Approval{}, cmp.Or(err, error(ErrNotFound))
		}
	}
	return d.settle(tx, by, a, verdict, reason)
}

// Withdraw takes a request back for the one who asked; to anybody else it is
// ErrNotFound. What is decided or ran out stays so: ErrDecided, ErrExpired.
func (d *Desk) Withdraw(tx *storage.Tx, by audit.Actor, approvalID id.ID) (Approval, error) {
	a, err := lock(tx, approvalID)
	if err != nil {
		return Approval{}, err
	}
	a.asOf(tx.Now())
	switch {
	case a.RequestedBy != by.UserID:
		return Approval{}, ErrNotFound
	case a.Status == Withdrawn:
		return a, nil
	case a.Status == Expired:
		return Approval{}, ErrExpired
	case a.Status != Pending:
		return Approval{}, ErrDecided
	}
	return d.settle(tx, by, a, Withdrawn, "")
}

const expireBatch = 200

// Expire marks the requests that have run out; a recurring job calls it. Until it
// does they read as expired and cannot be decided all the same.
func (d *Desk) Expire(ctx context.Context, db *storage.DB) error {
	for {
		var over []id.ID
		err := db.Read(ctx).Model(&Approval{}).Where("status = ? AND expires_at <= ?", Pending, db.Now()).
			Order("expires_at").Limit(expireBatch).Pluck("id", &over).Error
		if err != nil || len(over) == 0 {
			return err
		}
		for _, approvalID := range over {
			if err := db.InTx(ctx, func(tx *storage.Tx) error { return d.expire(tx, approvalID) }); err != nil {
				return err
			}
		}
	}
}

func (d *Desk) expire(tx *storage.Tx, approvalID id.ID) error {
	a, err := lock(tx, approvalID)
	if err != nil || a.Status != Pending {
		return err
	}
	_, err = d.settle(tx, audit.System, a, Expired, "")
	return err
}

func lock(tx *storage.Tx, approvalID id.ID) (Approval, error) {
	var found []Approval
	if err := tx.LockByID(&found, []id.ID{approvalID}); err != nil {
		return Approval{}, err
	}
	if len(found) == 0 {
		return Approval{}, ErrNotFound
	}
	return found[0], nil
}

// LockAll locks the requests that WithdrawAll ends, and answers them. The erasure of an
// account begins with it: approvals come before users and organisations.
func LockAll(tx *storage.Tx, userID id.ID) ([]Approval, error) {
	var ids []id.ID
	err := tx.Model(&Approval{}).Where("status = ? AND (requested_by = ? OR about_user_id = ?)", Pending, userID, userID).Pluck("id", &ids).Error
	if err != nil {
		return nil, err
	}
	var open []Approval
	err = tx.LockByID(&open, ids)
	return slices.DeleteFunc(open, func(a Approval) bool { return a.Status != Pending }), err
}

// WithdrawAll ends what a user asked for whose account is about to be erased, and what
// others asked about them. What is asked meanwhile is found here or comes after: see keep.
func (d *Desk) WithdrawAll(tx *storage.Tx, by audit.Actor, userID id.ID) error {
	open, err := LockAll(tx, userID)
	if err != nil {
		return err
	}
	for _, a := range open {
		if _, err := d.settle(tx, by, a, Withdrawn, ""); err != nil {
			return err
		}
	}
	return nil
}

// settle ends a locked, pending request. What was to be carried out is forgotten.
func (d *Desk) settle(tx *storage.Tx, by audit.Actor, a Approval, status, reason string) (Approval, error) {
	now := tx.Now()
	a.Status, a.PendingKey, a.DecidedBy, a.DecidedAt, a.DecisionReason = status, nil, by.UserID, &now, reason
	err := tx.Model(&Approval{}).Where("id = ?", a.ID).Updates(map[string]any{
		"status": status, "pending_key": nil, "payload": "null", "decided_by": by.UserID, "decided_at": now, "decision_reason": reason,
	}).Error
	if err != nil {
		return Approval{}, err
	}
	err = audit.Write(tx, by.For(a.OrgID), audit.Change{
		Action: "approval." + status, Subject: "approval", SubjectID: a.ID, Reason: reason,
		Before: map[string]any{"status": Pending},
		After:  map[string]any{"status": status, "kind": a.Kind, "subject": a.Subject, "subject_id": a.SubjectID.String()},
	})
	if err != nil {
		return Approval{}, err
	}
	if kind, known := d.kinds[a.Kind]; known && kind.Settled != nil {
		return a, kind.Settled(tx, a)
	}
	return a, nil
}
