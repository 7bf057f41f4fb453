package org

import (
	"context"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// What operators do for village collectives, which are made without people: the county
// invites the first head, who invites the others, and two operators set the account of
// one that has nobody yet, or remove a head (see HeadRemoval). Whoever calls has checked that they are operators.

// ErrHasHead refuses the operators once a collective can act by itself.
var ErrHasHead = fault.New(fault.Conflict, "has_head", "the collective has a head, who invites others")

// InviteHead invites the first head of a collective instead of whoever is invited to it
// now, which may have been a mistake. It fails like Invite, or with ErrHasHead or ErrOwnRequest.
func (s *Service) InviteHead(ctx context.Context, db *storage.DB, by audit.Actor, collectiveID id.ID, phone string) (Invitation, error) {
	return counted(ctx, db, by, invitesOfOperator, func(tx *storage.Tx) (Invitation, error) {
		o, err := lockHeadless(tx, by, collectiveID)
		if err != nil {
			return Invitation{}, err
		}
		if err := revokeAll(tx, by, o.ID); err != nil {
			return Invitation{}, err
		}
		return s.invite(tx, by, o, phone, RoleHead)
	})
}

// RevokeHead takes the invitation of a first head back; see Revoke.
func (s *Service) RevokeHead(tx *storage.Tx, by audit.Actor, collectiveID, invitationID id.ID) error {
	o, err := lockHeadless(tx, by, collectiveID)
	if err != nil {
		return err
	}
	return revoke(tx, by, o.ID, invitationID)
}

// lockHeadless locks a collective that nobody manages, for an operator who is and was not of it.
func lockHeadless(tx *storage.Tx, by audit.Actor, collectiveID id.ID) (Organisation, error) {
	o, err := lock(tx, collectiveID)
	switch {
	case err != nil:
		return o, err
	case o.Kind != VillageCollective:
		return o, ErrNotFound
	case o.Status == Suspended:
		return o, ErrSuspended
	}
	if err := NotInsider(tx, by.UserID, o.ID); err != nil {
		return o, err
	}
	heads, err := holders(tx, o.ID, managing)
	if err == nil && len(heads) > 0 {
		err = ErrHasHead
	}
	return o, err
}

// revokeAll takes back the invitations that wait for an answer.
func revokeAll(tx *storage.Tx, by audit.Actor, orgID id.ID) error {
	return revokeWhere(tx, by, "org_id = ? AND status = ?", orgID, InvitationPending)
}

func revokeWhere(tx *storage.Tx, by audit.Actor, which string, args ...any) error {
	var open []Invitation
	err := tx.ForUpdate().Where(which, args...).Order("id").Find(&open).Error
	if err != nil {
		return err
	}
	for _, i := range open {
		if err := endInvitation(tx, by, i, InvitationRevoked); err != nil {
			return err
		}
	}
	return nil
}

// CollectiveInvitations lists a collective's invitations, the newest first, for operators.
func (s *Service) CollectiveInvitations(view *gorm.DB, now clock.Millis, collectiveID id.ID) ([]Invitation, error) {
	if _, err := getCollective(view, collectiveID); err != nil {
		return nil, err
	}
	return s.invitations(view, now, collectiveID)
}

// AskCollectivePayee is AskPayee for an operator, on behalf of a collective. A member
// with the money role decides, or another operator where there is none.
func (s *Service) AskCollectivePayee(tx *storage.Tx, by audit.Actor, collectiveID id.ID, a PayeeAccount) (approval.Approval, error) {
	o, err := getCollective(tx.DB, collectiveID)
	if err != nil {
		return approval.Approval{}, err
	}
	return s.askPayee(tx, by, o, a)
}

// CollectivePayees is Payees for operators.
func (s *Service) CollectivePayees(view *gorm.DB, collectiveID id.ID) ([]Payee, error) {
	if _, err := getCollective(view, collectiveID); err != nil {
		return nil, err
	}
	return s.payees(view, collectiveID)
}

func getCollective(view *gorm.DB, collectiveID id.ID) (Organisation, error) {
	var o Organisation
	err := view.Where("id = ? AND kind = ?", collectiveID, VillageCollective).Take(&o).Error
	if storage.IsNotFound(err) {
		return o, ErrNotFound
	}
	return o, err
}
