package approval

import (
	"encoding/json"
	"fmt"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Request is what Ask wants to know. Before and After are shown to whoever decides,
// so they are masked; Payload is for Carry alone, with personal values sealed.
type Request struct {
	Kind      string
	Subject   string
	SubjectID id.ID
	OrgID     id.ID
	AboutUser id.ID // whom it is about; 0: nobody
	Reason    string
	Before    any
	After     any
	Payload   any
}

func (r Request) pendingKey() string { return r.Kind + ":" + r.Subject + ":" + r.SubjectID.String() }

// Ask files a request. It fails with ErrPending while one for the same thing is
// pending, and with a wrong `reason`.
func (d *Desk) Ask(tx *storage.Tx, by audit.Actor, r Request) (Approval, error) {
	kind, err := d.kind(r.Kind)
	if err != nil {
		return Approval{}, err
	}
	reason, err := why(r.Reason, true)
	if err != nil {
		return Approval{}, err
	}
	key := r.pendingKey()
	if err := d.clear(tx, key); err != nil {
		return Approval{}, err
	}
	a := Approval{
		ID: tx.NewID(), Kind: r.Kind, Subject: r.Subject, SubjectID: r.SubjectID, OrgID: r.OrgID, AboutUserID: r.AboutUser,
		RequestedBy: by.UserID, Reason: reason, Status: Pending, PendingKey: &key,
		CreatedAt: tx.Now(), ExpiresAt: tx.Now().Add(kind.TTL),
	}
	for _, part := range []struct {
		into *string
		from any
	}{{&a.BeforeJSON, r.Before}, {&a.AfterJSON, r.After}, {&a.Payload, r.Payload}} {
		encoded, err := json.Marshal(part.from)
		if err != nil {
			return Approval{}, fmt.Errorf("approval %s: %w", r.Kind, err)
		}
		*part.into = string(encoded)
	}
	if err := tx.Create(&a).Error; storage.IsDuplicate(err) {
		return Approval{}, ErrPending // another asked at the same moment
	} else if err != nil {
		return Approval{}, err
	}
	if err := keep(tx, a); err != nil {
		return Approval{}, err
	}
	if a.OrgID != 0 { // else the asker may have said
		by = by.For(a.OrgID)
	}
	return a, audit.Write(tx, by, audit.Change{
		Action: "approval.requested", Subject: "approval", SubjectID: a.ID, Reason: reason,
		Before: json.RawMessage(a.BeforeJSON), After: json.RawMessage(a.AfterJSON),
	})
}

// keep holds the accounts of who asks and whom it is about until tx is over: an erasure
// then finds the request, see WithdrawAll, or was before it. Whoever was erased asks for
// nothing; what is about them may still have to be done, as money be given back.
func keep(tx *storage.Tx, a Approval) error {
	var people []struct {
		ID     id.ID
		Status string
	}
	err := tx.ForUpdate().Table("users").Select("id, status").Where("id IN ?", []id.ID{a.RequestedBy, a.AboutUserID}).Order("id").Scan(&people).Error
	for _, p := range people {
		if p.ID == a.RequestedBy && p.Status == "deleted" {
			err = errErased
		}
	}
	return err
}

// clear makes room for a new request where the pending one has run out.
func (d *Desk) clear(tx *storage.Tx, key string) error {
	var open []Approval
	if err := tx.ForUpdate().Where("pending_key = ?", key).Find(&open).Error; err != nil || len(open) == 0 {
		return err
	}
	if open[0].ExpiresAt > tx.Now() {
		return ErrPending
	}
	_, err := d.settle(tx, audit.System, open[0], Expired, "")
	return err
}

func (d *Desk) kind(name string) (Kind, error) {
	kind, known := d.kinds[name]
	if !known {
		return kind, fmt.Errorf("approval: no kind %q is registered", name)
	}
	return kind, nil
}

func why(reason string, required bool) (string, error) {
	var p fault.Problems
	reason = p.Reason(reason, required)
	return reason, p.Err()
}
