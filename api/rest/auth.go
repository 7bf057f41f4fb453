package rest

import (
	"context"
	"time"

	"zique/internal/identity"
	"zique/internal/org"
)

// UserJSON is who is signed in.
type UserJSON struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Phone         string   `json:"phone" doc:"masked"`
	PhoneVerified bool     `json:"phone_verified"`
	Roles         []string `json:"roles"`
}

func userJSON(u identity.User) UserJSON {
	roles := u.Roles
	if roles == nil {
		roles = []string{}
	}
	return UserJSON{ID: u.ID.String(), Name: u.Name, Phone: u.MaskedPhone, PhoneVerified: u.PhoneVerified, Roles: roles}
}

// SessionJSON is what signing in answers.
type SessionJSON struct {
	User         UserJSON `json:"user"`
	AccessToken  string   `json:"access_token"`
	ExpiresIn    int64    `json:"expires_in" doc:"seconds"`
	RefreshToken string   `json:"refresh_token" doc:"used once; each refresh answers a new one"`
}

func sessionJSON(started identity.Session, err error) (*body[SessionJSON], error) {
	if err != nil {
		return nil, err
	}
	return &body[SessionJSON]{SessionJSON{
		User: userJSON(started.User), AccessToken: started.AccessToken,
		ExpiresIn: int64(started.ExpiresIn / time.Second), RefreshToken: started.RefreshToken,
	}}, nil
}

type codeIn struct {
	Body struct {
		Phone   string `json:"phone" maxLength:"20"`
		Purpose string `json:"purpose" enum:"register,verify_phone,reset_password"`
	}
}

// CodeJSON answers that a code is on its way; in demo mode it is the code.
type CodeJSON struct {
	DemoCode  string `json:"demo_code,omitempty"`
	ExpiresIn int64  `json:"expires_in" doc:"seconds"`
}

func (s *Server) sendCode(ctx context.Context, in *codeIn) (*body[CodeJSON], error) {
	code, err := s.People.SendCode(ctx, actor(ctx), in.Body.Phone, in.Body.Purpose)
	if err != nil {
		return nil, err
	}
	return &body[CodeJSON]{CodeJSON{DemoCode: code.DemoCode, ExpiresIn: int64(code.ExpiresIn / time.Second)}}, nil
}

type registerIn struct {
	Body struct {
		Phone    string `json:"phone" maxLength:"20"`
		Password string `json:"password" maxLength:"256"`
		Name     string `json:"name" maxLength:"200"`
		Code     string `json:"code,omitempty" maxLength:"20"`
		Consents []struct {
			Document string `json:"document" enum:"privacy_policy,terms_of_service"`
			Version  string `json:"version" maxLength:"20"`
		} `json:"consents,omitempty" maxItems:"10" doc:"what the newcomer agrees to"`
	}
}

func (s *Server) register(ctx context.Context, in *registerIn) (*body[SessionJSON], error) {
	r := identity.Registration{Phone: in.Body.Phone, Password: in.Body.Password, Name: in.Body.Name, Code: in.Body.Code}
	for _, c := range in.Body.Consents {
		r.Consents = append(r.Consents, identity.Consent{Document: c.Document, Version: c.Version})
	}
	return sessionJSON(s.People.Register(ctx, actor(ctx), device(ctx), r))
}

type loginIn struct {
	Body struct {
		Phone    string `json:"phone" maxLength:"20"`
		Password string `json:"password" maxLength:"256"`
	}
}

func (s *Server) login(ctx context.Context, in *loginIn) (*body[SessionJSON], error) {
	return sessionJSON(s.People.Login(ctx, actor(ctx), device(ctx), in.Body.Phone, in.Body.Password))
}

type refreshIn struct {
	Body struct {
		RefreshToken string `json:"refresh_token" maxLength:"200"`
	}
}

func (s *Server) refresh(ctx context.Context, in *refreshIn) (*body[SessionJSON], error) {
	return sessionJSON(s.People.Refresh(ctx, actor(ctx), in.Body.RefreshToken))
}

type logoutIn struct {
	Body *struct {
		RefreshToken string `json:"refresh_token,omitempty" maxLength:"200"`
	} `required:"false"`
}

func (s *Server) logout(ctx context.Context, in *logoutIn) (*struct{}, error) {
	token := ""
	if in.Body != nil {
		token = in.Body.RefreshToken
	}
	return nil, s.People.Logout(ctx, actor(ctx), caller(ctx), token)
}

// MeJSON is the signed-in user and where they belong.
type MeJSON struct {
	User        UserJSON         `json:"user"`
	Memberships []MembershipJSON `json:"memberships"`
}

// MembershipJSON is a user's place in an organisation.
type MembershipJSON struct {
	OrgID string `json:"org_id"`
	Kind  string `json:"kind"`
	Role  string `json:"role"`
	Name  string `json:"name"`
}

func (s *Server) me(ctx context.Context, _ *struct{}) (*body[MeJSON], error) {
	return s.meJSON(ctx, func() (identity.User, error) { return s.People.Get(ctx, caller(ctx).UserID) })
}

// meJSON answers the user that find finds.
func (s *Server) meJSON(ctx context.Context, find func() (identity.User, error)) (*body[MeJSON], error) {
	user, err := find()
	if err != nil {
		return nil, err
	}
	memberships, err := org.Memberships(s.DB.Read(ctx), user.ID)
	if err != nil {
		return nil, err
	}
	me := MeJSON{User: userJSON(user), Memberships: []MembershipJSON{}}
	for _, m := range memberships {
		me.Memberships = append(me.Memberships, MembershipJSON{m.OrgID.String(), m.Kind, m.Role, m.Name})
	}
	return &body[MeJSON]{me}, nil
}
