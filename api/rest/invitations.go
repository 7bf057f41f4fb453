package rest

import (
	"context"
	"time"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/org"
	"zique/internal/storage"
)

// InvitationJSON is an invitation as the organisation sees it. It does not tell whether
// the phone has an account.
type InvitationJSON struct {
	ID        string    `json:"id"`
	Phone     string    `json:"phone" doc:"masked"`
	Role      string    `json:"role"`
	Status    string    `json:"status" enum:"pending,accepted,declined,revoked,expired"`
	ExpiresAt time.Time `json:"expires_at"`
	CreatedAt time.Time `json:"created_at"`
}

func invitationJSON(i org.Invitation) InvitationJSON {
	return InvitationJSON{i.ID.String(), i.Phone, i.Role, i.Status, i.ExpiresAt.Time(), i.CreatedAt.Time()}
}

type inviteIn struct {
	PathID
	Body struct {
		Phone string `json:"phone" maxLength:"100"`
		Role  string `json:"role" maxLength:"100"`
	}
}

func (s *Server) invite(ctx context.Context, in *inviteIn) (*body[InvitationJSON], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	i, err := s.Orgs.Invite(ctx, s.DB, actor(ctx), orgID, in.Body.Phone, in.Body.Role)
	return invitationBody(i, err)
}

func invitationBody(i org.Invitation, err error) (*body[InvitationJSON], error) {
	if err != nil {
		return nil, err
	}
	return &body[InvitationJSON]{invitationJSON(i)}, nil
}

func invitationsBody(found []org.Invitation, err error) (*body[list[InvitationJSON]], error) {
	out := &body[list[InvitationJSON]]{list[InvitationJSON]{Items: []InvitationJSON{}}}
	for _, i := range found {
		out.Body.Items = append(out.Body.Items, invitationJSON(i))
	}
	return out, err
}

func (s *Server) listInvitations(ctx context.Context, in *PathID) (*body[list[InvitationJSON]], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return invitationsBody(s.Orgs.Invitations(s.DB.Read(ctx), s.DB.Now(), orgID, caller(ctx).UserID))
}

type revokeIn struct {
	PathID
	InvitationID string `path:"invitation_id" maxLength:"20"`
}

func (in revokeIn) both() (orgID, invitationID id.ID, err error) {
	if orgID, err = in.parse(org.ErrNotFound); err != nil {
		return 0, 0, err
	}
	invitationID, err = PathID{in.InvitationID}.parse(org.ErrNotFound)
	return orgID, invitationID, err
}

func (s *Server) revokeInvitation(ctx context.Context, in *revokeIn) (*struct{}, error) {
	orgID, invitationID, err := in.both()
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error { return s.Orgs.Revoke(tx, actor(ctx), orgID, invitationID) })
}

// ReceivedInvitationJSON is an invitation as the one who is invited sees it.
type ReceivedInvitationJSON struct {
	ID        string    `json:"id"`
	OrgID     string    `json:"org_id"`
	OrgName   string    `json:"org_name"`
	OrgKind   string    `json:"org_kind"`
	Role      string    `json:"role"`
	Status    string    `json:"status" enum:"pending,accepted,declined"`
	ExpiresAt time.Time `json:"expires_at"`
}

func receivedJSON(i org.Invitation) ReceivedInvitationJSON {
	return ReceivedInvitationJSON{i.ID.String(), i.OrgID.String(), i.OrgName, i.OrgKind, i.Role, i.Status, i.ExpiresAt.Time()}
}

func (s *Server) listReceivedInvitations(ctx context.Context, _ *struct{}) (*body[list[ReceivedInvitationJSON]], error) {
	hash, err := s.People.PhoneHashOf(ctx, caller(ctx).UserID)
	if err != nil {
		return nil, err
	}
	found, err := org.InvitationsTo(s.DB.Read(ctx), s.DB.Now(), hash)
	out := &body[list[ReceivedInvitationJSON]]{list[ReceivedInvitationJSON]{Items: []ReceivedInvitationJSON{}}}
	for _, i := range found {
		out.Body.Items = append(out.Body.Items, receivedJSON(i))
	}
	return out, err
}

func (s *Server) acceptInvitation(ctx context.Context, in *PathID) (*body[ReceivedInvitationJSON], error) {
	return s.answerInvitation(ctx, in, s.Orgs.Accept)
}

func (s *Server) declineInvitation(ctx context.Context, in *PathID) (*body[ReceivedInvitationJSON], error) {
	return s.answerInvitation(ctx, in, s.Orgs.Decline)
}

type answering func(tx *storage.Tx, by audit.Actor, phoneHash string, invitationID id.ID) (org.Invitation, error)

func (s *Server) answerInvitation(ctx context.Context, in *PathID, answer answering) (*body[ReceivedInvitationJSON], error) {
	invitationID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	hash, err := s.People.PhoneHashOf(ctx, caller(ctx).UserID)
	if err != nil {
		return nil, err
	}
	var i org.Invitation
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		if err := identity.KeepAccount(tx, caller(ctx).UserID); err != nil {
			return err
		}
		i, err = answer(tx, actor(ctx), hash, invitationID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[ReceivedInvitationJSON]{receivedJSON(i)}, nil
}
