package rest

import (
	"context"
	"time"

	"zique/internal/identity"
	"zique/internal/storage"
)

type resetIn struct {
	Body struct {
		Phone    string `json:"phone" maxLength:"20"`
		Code     string `json:"code" maxLength:"20"`
		Password string `json:"password" maxLength:"256"`
	}
}

func (s *Server) resetPassword(ctx context.Context, in *resetIn) (*struct{}, error) {
	return nil, s.People.ResetPassword(ctx, actor(ctx), in.Body.Phone, in.Body.Code, in.Body.Password)
}

type renameIn struct {
	Body struct {
		Name string `json:"name" maxLength:"200"`
	}
}

func (s *Server) renameMe(ctx context.Context, in *renameIn) (*body[MeJSON], error) {
	return s.meJSON(ctx, func() (user identity.User, err error) {
		err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
			user, err = s.People.Rename(tx, actor(ctx), caller(ctx).UserID, in.Body.Name)
			return err
		})
		return user, err
	})
}

type verifyPhoneIn struct {
	Body struct {
		Code string `json:"code" maxLength:"20"`
	}
}

func (s *Server) verifyPhone(ctx context.Context, in *verifyPhoneIn) (*body[MeJSON], error) {
	return s.meJSON(ctx, func() (identity.User, error) {
		return s.People.VerifyPhone(ctx, actor(ctx), caller(ctx).UserID, in.Body.Code)
	})
}

type passwordIn struct {
	Body struct {
		CurrentPassword string `json:"current_password" maxLength:"256"`
		NewPassword     string `json:"new_password" maxLength:"256"`
	}
}

func (s *Server) changePassword(ctx context.Context, in *passwordIn) (*body[SessionJSON], error) {
	return sessionJSON(s.People.ChangePassword(ctx, actor(ctx), caller(ctx).UserID, device(ctx), in.Body.CurrentPassword, in.Body.NewPassword))
}

// OpenSessionJSON is a place where the caller is signed in.
type OpenSessionJSON struct {
	ID         string    `json:"id"`
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at" doc:"signed in or refreshed"`
	Device     string    `json:"device" example:"WeChat, Android" doc:"empty when not known"`
	Peer       string    `json:"peer" doc:"network of the address"`
	Current    bool      `json:"current" doc:"the session that asks"`
}

func (s *Server) listSessions(ctx context.Context, _ *struct{}) (*body[list[OpenSessionJSON]], error) {
	found, err := s.People.Sessions(ctx, caller(ctx).UserID)
	if err != nil {
		return nil, err
	}
	out := &body[list[OpenSessionJSON]]{list[OpenSessionJSON]{Items: []OpenSessionJSON{}}}
	for _, o := range found {
		out.Body.Items = append(out.Body.Items, sessionOf(o, caller(ctx)))
	}
	return out, nil
}

func sessionOf(o identity.OpenSession, who identity.Caller) OpenSessionJSON {
	return OpenSessionJSON{o.ID.String(), o.CreatedAt.Time(), o.LastUsedAt.Time(), o.Device, o.Peer, o.ID == who.SessionID}
}

func (s *Server) endSession(ctx context.Context, in *PathID) (*struct{}, error) {
	sessionID, err := in.parse(identity.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error {
		return identity.EndSession(tx, actor(ctx), caller(ctx).UserID, sessionID)
	})
}

func (s *Server) signOutEverywhere(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, s.DB.InTx(ctx, func(tx *storage.Tx) error {
		return identity.SignOutEverywhere(tx, actor(ctx), caller(ctx).UserID)
	})
}

// ConsentJSON is what the caller said about a document.
type ConsentJSON struct {
	Document  string    `json:"document" enum:"privacy_policy,terms_of_service"`
	Version   string    `json:"version"`
	Given     bool      `json:"given" doc:"false: taken back"`
	CreatedAt time.Time `json:"created_at"`
}

const consentsShown = 200 // the newest

func consentJSON(c identity.Consent) ConsentJSON {
	return ConsentJSON{c.Document, c.Version, c.Given, c.CreatedAt.Time()}
}

func (s *Server) listConsents(ctx context.Context, _ *struct{}) (*body[list[ConsentJSON]], error) {
	found, err := identity.Consents(s.DB.Read(ctx), caller(ctx).UserID, 0, consentsShown)
	if err != nil {
		return nil, err
	}
	out := &body[list[ConsentJSON]]{list[ConsentJSON]{Items: []ConsentJSON{}}}
	for _, c := range found {
		out.Body.Items = append(out.Body.Items, consentJSON(c))
	}
	return out, nil
}

type consentIn struct {
	Body struct {
		Document string `json:"document" enum:"privacy_policy,terms_of_service"`
		Version  string `json:"version" maxLength:"20"`
		Given    bool   `json:"given"`
	}
}

func (s *Server) addConsent(ctx context.Context, in *consentIn) (*body[ConsentJSON], error) {
	var added identity.Consent
	err := s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		added, err = identity.AddConsent(tx, actor(ctx), caller(ctx).UserID,
			identity.Consent{Document: in.Body.Document, Version: in.Body.Version, Given: in.Body.Given})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[ConsentJSON]{consentJSON(added)}, nil
}

type deletionIn struct {
	Body struct {
		Password string `json:"password" maxLength:"256"`
	}
}

func (s *Server) deleteMe(ctx context.Context, in *deletionIn) (*struct{}, error) {
	return nil, s.People.DeleteAccount(ctx, actor(ctx), caller(ctx).UserID, in.Body.Password)
}
