package rest

import (
	"context"
	"time"

	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

// MemberJSON is who belongs to an organisation.
type MemberJSON struct {
	UserID    string    `json:"user_id"`
	Name      string    `json:"name"`
	Phone     string    `json:"phone" doc:"masked"`
	Role      string    `json:"role"`
	CreatedAt time.Time `json:"created_at"`
}

func memberJSON(m org.Member) MemberJSON {
	return MemberJSON{m.UserID.String(), m.Name, m.Phone, m.Role, m.CreatedAt.Time()}
}

func (s *Server) listMembers(ctx context.Context, in *PathID) (*body[list[MemberJSON]], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return membersBody(s.Orgs.Members(s.DB.Read(ctx), orgID, caller(ctx).UserID))
}

func membersBody(members []org.Member, err error) (*body[list[MemberJSON]], error) {
	out := &body[list[MemberJSON]]{list[MemberJSON]{Items: []MemberJSON{}}}
	for _, m := range members {
		out.Body.Items = append(out.Body.Items, memberJSON(m))
	}
	return out, err
}

// MemberPath names a member of an organisation.
type MemberPath struct {
	PathID
	UserID string `path:"user_id" maxLength:"20"`
}

func (p MemberPath) both() (orgID, userID id.ID, err error) {
	if orgID, err = p.parse(org.ErrNotFound); err != nil {
		return 0, 0, err
	}
	userID, err = PathID{p.UserID}.parse(org.ErrNotFound)
	return orgID, userID, err
}

type setMemberIn struct {
	MemberPath
	Body struct {
		Role string `json:"role" maxLength:"30"`
	}
}

func (s *Server) setMember(ctx context.Context, in *setMemberIn) (*body[MemberJSON], error) {
	orgID, userID, err := in.both()
	if err != nil {
		return nil, err
	}
	var m org.Member
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		m, err = s.Orgs.SetRole(tx, actor(ctx), orgID, userID, in.Body.Role)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[MemberJSON]{memberJSON(m)}, nil
}

func (s *Server) removeMember(ctx context.Context, in *MemberPath) (*struct{}, error) {
	orgID, userID, err := in.both()
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error { return s.Orgs.RemoveMember(tx, actor(ctx), orgID, userID) })
}
