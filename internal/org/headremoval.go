package org

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// HeadRemoval is the kind of approval by which two operators end the membership of a
// collective's head who is the wrong one or cannot be reached: a head who is the last
// manager is removed by nobody inside. The county then invites another.
const HeadRemoval = "collective_head_removal"

const headRemovalTTL = 7 * 24 * time.Hour

// ErrNoHead says that the person does not head the collective, or not any more.
var ErrNoHead = fault.New(fault.Conflict, "not_head", "this person does not head the collective")

// removal is what waits in the approval; the name is sealed.
type removal struct {
	UserID id.ID  `json:"user_id"`
	Cipher []byte `json:"cipher"`
	Phone  string `json:"phone"` // masked
}

// Heads lists who heads a collective, for operators.
func (s *Service) Heads(view *gorm.DB, collectiveID id.ID) ([]Member, error) {
	if _, err := getCollective(view, collectiveID); err != nil {
		return nil, err
	}
	return s.listed(membersIn(view, collectiveID).Where("m.role = ?", RoleHead))
}

// AskHeadRemoval asks another operator to remove a head. Whoever calls has checked that
// the asker is an operator; who is or was of the collective is refused with ErrOwnRequest. It
// fails with a wrong `reason`, ErrNotFound, ErrNoHead, or approval.ErrPending.
//
// The approval's row comes before the organisation's, so the head is looked for again
// under its lock: somebody who leaves meanwhile takes what is asked about them along.
func (s *Service) AskHeadRemoval(tx *storage.Tx, by audit.Actor, collectiveID, userID id.ID, reason string) (approval.Approval, error) {
	o, err := getCollective(tx.DB, collectiveID)
	if err != nil {
		return approval.Approval{}, err
	}
	if err := NotInsider(tx, by.UserID, o.ID); err != nil {
		return approval.Approval{}, err
	}
	if _, err := headOf(tx.DB, o.ID, userID); err != nil {
		return approval.Approval{}, err
	}
	head, err := s.member(tx, o.ID, userID)
	if err != nil {
		return approval.Approval{}, err
	}
	sealed, err := s.keys.Seal([]byte(head.Name))
	if err != nil {
		return approval.Approval{}, err
	}
	asked, err := s.approvals.Ask(tx, by.For(o.ID), approval.Request{
		Kind: HeadRemoval, Subject: "organisation", SubjectID: o.ID, OrgID: o.ID, AboutUser: userID, Reason: reason,
		After: removed(pii.MaskName(head.Name), head.Phone), Payload: removal{userID, sealed, head.Phone},
	})
	if err != nil {
		return approval.Approval{}, err
	}
	if _, err := lock(tx, o.ID); err != nil {
		return approval.Approval{}, err
	}
	if _, err := headOf(tx.DB, o.ID, userID); err != nil {
		return approval.Approval{}, err
	}
	deciders, err := s.operators.All(tx.DB)
	if err != nil {
		return approval.Approval{}, err
	}
	deciders = slices.DeleteFunc(deciders, func(u id.ID) bool { return u == by.UserID || u == userID })
	return asked, tell(tx, deciders, "head_removal_asked", map[string]string{"organisation": o.Name}, "/approvals/"+asked.ID.String())
}

// removed is what people compare.
func removed(name, phone string) map[string]string {
	return map[string]string{"removed_head": name, "phone": phone}
}

// headOf finds a head's membership, or fails with ErrNoHead.
func headOf(view *gorm.DB, collectiveID, userID id.ID) (Membership, error) {
	m, err := memberOf(view, collectiveID, userID)
	if errors.Is(err, ErrNotFound) || err == nil && m.Role != RoleHead {
		err = ErrNoHead
	}
	return m, err
}

// headRemoval: another operator decides who neither is nor was of the collective.
func (s *Service) headRemoval() approval.Kind {
	return approval.Kind{
		Name: HeadRemoval, TTL: headRemovalTTL, Reveal: s.revealRemoval, Carry: s.removeHead, Settled: removalSettled,
		Decides: func(view *gorm.DB, userID id.ID) (approval.Condition, error) {
			operator, err := s.operators.Is(view, userID)
			if err != nil || !operator {
				return approval.Condition{}, err
			}
			return approval.Condition{SQL: "? NOT IN (" + insiders("a.org_id") + ")", Args: []any{userID}}, nil
		},
	}
}

// revealRemoval shows the name in clear: nobody can decide about a masked one.
func (s *Service) revealRemoval(a approval.Approval) (before, after any, err error) {
	var r removal
	if err := a.Open(&r); err != nil {
		return nil, nil, err
	}
	name, err := s.keys.Open(r.Cipher)
	return nil, removed(string(name), r.Phone), err
}

// removalSettled tells whoever asked that there is nobody left to remove.
func removalSettled(tx *storage.Tx, a approval.Approval) error {
	if !a.PersonLeft() {
		return nil
	}
	return tell(tx, []id.ID{a.RequestedBy}, "approval_person_left", map[string]string{"kind": a.Kind}, "/approvals/"+a.ID.String())
}

// removeHead ends the membership, also of the last head.
func (s *Service) removeHead(tx *storage.Tx, by audit.Actor, a approval.Approval) error {
	var r removal
	if err := a.Open(&r); err != nil {
		return err
	}
	o, err := lock(tx, a.OrgID)
	if err != nil {
		return err
	}
	if operator, err := s.operators.Is(tx.DB, a.RequestedBy); err != nil {
		return err
	} else if !operator {
		return approval.ErrAskerGone
	}
	if err := JoinedSince(NotInsider(tx, a.RequestedBy, o.ID)); err != nil {
		return err
	}
	m, err := headOf(tx.DB, o.ID, r.UserID)
	if err != nil {
		return err
	}
	if err := leave(tx, by, m); err != nil {
		return err
	}
	return tell(tx, []id.ID{r.UserID}, "head_removed", map[string]string{"organisation": o.Name, "reason": a.Reason}, "")
}
