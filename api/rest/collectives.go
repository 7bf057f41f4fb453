package rest

import (
	"context"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

// What operators do for a village collective; its members use /organisations.

type inviteHeadIn struct {
	PathID
	Body struct {
		Phone string `json:"phone" maxLength:"100"`
	}
}

func (s *Server) inviteHead(ctx context.Context, in *inviteHeadIn) (*body[InvitationJSON], error) {
	collectiveID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return invitationBody(s.Orgs.InviteHead(ctx, s.DB, actor(ctx), collectiveID, in.Body.Phone))
}

func (s *Server) listHeadInvitations(ctx context.Context, in *PathID) (*body[list[InvitationJSON]], error) {
	collectiveID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return invitationsBody(s.Orgs.CollectiveInvitations(s.DB.Read(ctx), s.DB.Now(), collectiveID))
}

func (s *Server) revokeHeadInvitation(ctx context.Context, in *revokeIn) (*struct{}, error) {
	collectiveID, invitationID, err := in.both()
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error { return s.Orgs.RevokeHead(tx, actor(ctx), collectiveID, invitationID) })
}

func (s *Server) listHeads(ctx context.Context, in *PathID) (*body[list[MemberJSON]], error) {
	collectiveID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	heads, err := s.Orgs.Heads(s.DB.Read(ctx), collectiveID)
	if err != nil {
		return nil, err
	}
	v := veil{drawn: lookingOn(ctx)}
	for i := range heads {
		heads[i].Name = v.name(heads[i].Name)
	}
	return membersBody(heads, nil)
}

type askHeadRemovalIn struct {
	MemberPath
	Body struct {
		Reason string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) askHeadRemoval(ctx context.Context, in *askHeadRemovalIn) (*body[ApprovalJSON], error) {
	collectiveID, userID, err := in.both()
	if err != nil {
		return nil, err
	}
	var asked approval.Approval
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = s.Orgs.AskHeadRemoval(tx, actor(ctx), collectiveID, userID, in.Body.Reason)
		return err
	})
	return s.shownApproval(ctx, asked, err)
}

func (s *Server) listCollectivePayees(ctx context.Context, in *PathID) (*body[list[PayeeJSON]], error) {
	collectiveID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	found, err := s.Orgs.CollectivePayees(s.DB.Read(ctx), collectiveID)
	if err != nil {
		return nil, err
	}
	veiled, err := veils(ctx, s, found, func(p org.Payee) audit.Circle {
		return audit.Circle{Orgs: []id.ID{collectiveID}, Names: []string{p.Holder}}
	})
	for i, v := range veiled { // people also write names after the bank's
		found[i].Holder, found[i].Bank = v.name(found[i].Holder), v.text(found[i].Bank)
	}
	return payeesBody(found, err)
}

func (s *Server) askCollectivePayee(ctx context.Context, in *askPayeeIn) (*body[ApprovalJSON], error) {
	return s.askingPayee(ctx, in, s.Orgs.AskCollectivePayee)
}
