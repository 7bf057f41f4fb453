package rest

import (
	"context"

	"zique/internal/approval"
	"zique/internal/identity"
	"zique/internal/staff"
	"zique/internal/storage"
)

// StaffJSON is a user with the roles of the platform.
type StaffJSON struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Phone string   `json:"phone" doc:"masked"`
	Roles []string `json:"roles"`
	Desks []string `json:"desks" doc:"county or federation, where an operator works"`
}

type findUsersIn struct {
	Phone string `query:"phone" required:"true" maxLength:"20" doc:"the whole number"`
}

func (s *Server) findUsers(ctx context.Context, in *findUsersIn) (*body[list[StaffJSON]], error) {
	out := &body[list[StaffJSON]]{list[StaffJSON]{Items: []StaffJSON{}}}
	user, err := s.People.FindByPhone(ctx, actor(ctx), in.Phone)
	if err == identity.ErrNotFound {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	at, err := staff.Desks(s.DB.Read(ctx), user.ID)
	out.Body.Items = append(out.Body.Items, StaffJSON{user.ID.String(), user.Name, user.MaskedPhone, userJSON(user).Roles, at})
	return out, err
}

type grantRoleIn struct {
	PathID
	Body struct {
		Role   string `json:"role" maxLength:"100" doc:"operator, auditor or liaison"`
		Desk   string `json:"desk,omitempty" maxLength:"100" doc:"county or federation (the default), for operators"`
		Reason string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) grantRole(ctx context.Context, in *grantRoleIn) (*body[ApprovalJSON], error) {
	userID, err := in.parse(identity.ErrNotFound)
	if err != nil {
		return nil, err
	}
	var asked approval.Approval
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = s.Staff.Ask(tx, actor(ctx), staff.Grant{UserID: userID, Role: in.Body.Role, Desk: in.Body.Desk}, in.Body.Reason)
		return err
	})
	return s.shownApproval(ctx, asked, err)
}

type revokeRoleIn struct {
	PathID
	Role string `path:"role" maxLength:"30"`
	Body struct {
		Reason string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) revokeRole(ctx context.Context, in *revokeRoleIn) (*struct{}, error) {
	userID, err := in.parse(identity.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error { return s.Staff.Revoke(tx, actor(ctx), userID, in.Role, in.Body.Reason) })
}
