package rest

import (
	"context"
	"time"

	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/org"
	"zique/internal/storage"
	"zique/internal/village"
)

// OrganisationJSON is an organisation as its members and operators see it.
type OrganisationJSON struct {
	ID           string         `json:"id"`
	Kind         string         `json:"kind" enum:"federation,county,chamber,enterprise,cooperative,village_collective"`
	Name         string         `json:"name"`
	CreditCode   string         `json:"credit_code" doc:"统一社会信用代码; empty where there is none"`
	Status       string         `json:"status" enum:"draft,submitted,recommended,returned,rejected,admitted,suspended,withdrawn"`
	ContactName  string         `json:"contact_name" doc:"masked for auditors"`
	ContactPhone string         `json:"contact_phone" doc:"masked"`
	VillageIDs   []string       `json:"village_ids" doc:"villages that a cooperative serves"`
	Documents    []DocumentJSON `json:"documents"`
	Reason       string         `json:"reason" doc:"of the last decision; people in it are masked for auditors"`
	MyRole       string         `json:"my_role,omitempty" doc:"of the member who asks"`
	CreatedAt    time.Time      `json:"created_at"`
	SubmittedAt  *time.Time     `json:"submitted_at,omitempty"`
	Demo         bool           `json:"demo" doc:"fictional"`
}

// DocumentJSON is a file of an application; GET /files/{file_id} answers its bytes.
type DocumentJSON struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind" enum:"business_licence,id_card,bank_permit,other"`
	FileID    string    `json:"file_id"`
	Name      string    `json:"name" doc:"masked for auditors"`
	CreatedAt time.Time `json:"created_at"`
}

func organisationJSON(o org.Organisation) OrganisationJSON {
	out := OrganisationJSON{
		ID: o.ID.String(), Kind: o.Kind, Name: o.Name, CreditCode: o.CreditCode, Status: o.Status,
		ContactName: o.ContactName, ContactPhone: o.ContactPhone, VillageIDs: []string{}, Documents: []DocumentJSON{},
		Reason: o.Reason, MyRole: o.MyRole, CreatedAt: o.CreatedAt.Time(), SubmittedAt: instant(o.SubmittedAt), Demo: o.Demo,
	}
	for _, d := range o.Documents {
		out.Documents = append(out.Documents, DocumentJSON{d.ID.String(), d.Kind, d.FileID.String(), d.Name, d.CreatedAt.Time()})
	}
	return out
}

func (s *Server) organisationBody(ctx context.Context, o org.Organisation, err error) (*body[OrganisationJSON], error) {
	if err != nil {
		return nil, err
	}
	shown, err := s.organisationsJSON(ctx, []org.Organisation{o})
	if err != nil {
		return nil, err
	}
	return &body[OrganisationJSON]{shown[0]}, nil
}

// organisationsJSON shows organisations with the villages that those among them serve
// which are cooperatives.
func (s *Server) organisationsJSON(ctx context.Context, organisations []org.Organisation) ([]OrganisationJSON, error) {
	ids := make([]id.ID, len(organisations))
	for i, o := range organisations {
		ids[i] = o.ID
	}
	served, err := village.ServedByEach(s.DB.Read(ctx), ids)
	out := []OrganisationJSON{}
	for _, o := range organisations {
		shown := organisationJSON(o)
		for _, villageID := range served[o.ID] {
			shown.VillageIDs = append(shown.VillageIDs, villageID.String())
		}
		out = append(out, shown)
	}
	return out, err
}

// ApplicationIn is what an applicant fills in. The bounds here only keep the body
// small; package org names what is wrong, all of it at once.
type ApplicationIn struct {
	Name         string       `json:"name" maxLength:"1000"`
	CreditCode   string       `json:"credit_code" maxLength:"1000"`
	ContactName  string       `json:"contact_name" maxLength:"1000"`
	ContactPhone string       `json:"contact_phone" maxLength:"1000"`
	VillageIDs   []string     `json:"village_ids,omitempty" maxItems:"1000" doc:"of a cooperative; left out: those that are there stay"`
	Documents    []DocumentIn `json:"documents,omitempty" maxItems:"1000" doc:"left out: those that are there stay"`
}

// DocumentIn names a file of the caller's that was uploaded before.
type DocumentIn struct {
	Kind   string `json:"kind" maxLength:"100" doc:"business_licence, id_card, bank_permit or other"`
	FileID string `json:"file_id" maxLength:"100"`
}

func (in ApplicationIn) application(kind string) org.Application {
	a := org.Application{Kind: kind, Name: in.Name, CreditCode: in.CreditCode, ContactName: in.ContactName, ContactPhone: in.ContactPhone}
	if in.VillageIDs != nil {
		a.VillageIDs = []id.ID{}
	}
	for _, v := range in.VillageIDs {
		villageID, _ := id.Parse(v) // 0 is refused with the other fields
		a.VillageIDs = append(a.VillageIDs, villageID)
	}
	if in.Documents != nil {
		a.Documents = []org.Document{}
	}
	for _, d := range in.Documents {
		fileID, _ := id.Parse(d.FileID)
		a.Documents = append(a.Documents, org.Document{Kind: d.Kind, FileID: fileID})
	}
	return a
}

type applyIn struct {
	Body struct {
		Kind string `json:"kind" maxLength:"100" doc:"cooperative, enterprise or chamber"`
		ApplicationIn
	}
}

func (s *Server) applyOrganisation(ctx context.Context, in *applyIn) (*body[OrganisationJSON], error) {
	return s.changeOrganisation(ctx, func(tx *storage.Tx) (org.Organisation, error) {
		return s.apply(ctx, tx, 0, in.Body.application(in.Body.Kind))
	})
}

type editOrganisationIn struct {
	PathID
	Body ApplicationIn
}

func (s *Server) editOrganisation(ctx context.Context, in *editOrganisationIn) (*body[OrganisationJSON], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.changeOrganisation(ctx, func(tx *storage.Tx) (org.Organisation, error) {
		return s.apply(ctx, tx, orgID, in.Body.application(""))
	})
}

// apply writes an application, a new one where orgID is 0, together with what other
// packages keep of it.
func (s *Server) apply(ctx context.Context, tx *storage.Tx, orgID id.ID, a org.Application) (o org.Organisation, err error) {
	if orgID == 0 {
		if err := identity.KeepAccount(tx, caller(ctx).UserID); err != nil {
			return o, err
		}
		o, err = s.Orgs.Apply(tx, actor(ctx), a)
	} else {
		o, err = s.Orgs.Edit(tx, actor(ctx), orgID, a)
	}
	if err != nil || a.VillageIDs == nil {
		return o, err
	}
	return o, catalog.Serve(tx, actor(ctx).For(o.ID), o.ID, a.VillageIDs)
}

// changeOrganisation runs one change and answers the organisation as it is then.
func (s *Server) changeOrganisation(ctx context.Context, change func(tx *storage.Tx) (org.Organisation, error)) (*body[OrganisationJSON], error) {
	var changed org.Organisation
	err := s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		changed, err = change(tx)
		return err
	})
	return s.organisationBody(ctx, changed, err)
}

type contactIn struct {
	PathID
	Body struct {
		Name  string `json:"contact_name" maxLength:"1000"`
		Phone string `json:"contact_phone" maxLength:"1000"`
	}
}

func (s *Server) changeContact(ctx context.Context, in *contactIn) (*body[OrganisationJSON], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.changeOrganisation(ctx, func(tx *storage.Tx) (org.Organisation, error) {
		return s.Orgs.ChangeContact(tx, actor(ctx), orgID, in.Body.Name, in.Body.Phone)
	})
}

func (s *Server) submitOrganisation(ctx context.Context, in *PathID) (*body[OrganisationJSON], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.changeOrganisation(ctx, func(tx *storage.Tx) (org.Organisation, error) {
		return s.Orgs.SubmitApplication(tx, actor(ctx), orgID)
	})
}

func (s *Server) withdrawOrganisation(ctx context.Context, in *PathID) (*body[OrganisationJSON], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.changeOrganisation(ctx, func(tx *storage.Tx) (org.Organisation, error) {
		return s.Orgs.WithdrawApplication(tx, actor(ctx), orgID)
	})
}

func (s *Server) listOwnOrganisations(ctx context.Context, _ *struct{}) (*body[list[OrganisationJSON]], error) {
	mine, err := s.Orgs.Mine(s.DB.Read(ctx), caller(ctx).UserID)
	if err != nil {
		return nil, err
	}
	items, err := s.organisationsJSON(ctx, mine)
	return &body[list[OrganisationJSON]]{list[OrganisationJSON]{Items: items}}, err
}

func (s *Server) getOrganisation(ctx context.Context, in *PathID) (*body[OrganisationJSON], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	o, err := s.Orgs.Of(s.DB.Read(ctx), orgID, caller(ctx).UserID)
	return s.organisationBody(ctx, o, err)
}

// StepJSON is one step of an organisation's way.
type StepJSON struct {
	From      string    `json:"from"`
	To        string    `json:"to"`
	Reason    string    `json:"reason"`
	ActorName string    `json:"actor_name" doc:"masked for auditors"`
	CreatedAt time.Time `json:"created_at"`
}

func stepsBody(steps []org.Step, err error) (*body[list[StepJSON]], error) {
	return &body[list[StepJSON]]{list[StepJSON]{Items: stepsJSON(steps)}}, err
}

func stepsJSON(steps []org.Step) []StepJSON {
	out := []StepJSON{}
	for _, step := range steps {
		out = append(out, StepJSON{step.FromStatus, step.ToStatus, step.Reason, step.ActorName, step.CreatedAt.Time()})
	}
	return out
}

func (s *Server) organisationHistory(ctx context.Context, in *PathID) (*body[list[StepJSON]], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	steps, err := org.History(s.DB.Read(ctx), orgID, caller(ctx).UserID)
	return stepsBody(steps, err)
}

// reviewed makes of organisations what the caller may see.
func (s *Server) reviewed(ctx context.Context, found []org.Organisation) error {
	veiled, err := veils(ctx, s, found, func(o org.Organisation) audit.Circle { return audit.Circle{Orgs: []id.ID{o.ID}} })
	for i, v := range veiled {
		o := &found[i]
		o.Reason, o.ContactName = v.text(o.Reason), v.name(o.ContactName)
		for n := range o.Documents {
			o.Documents[n].Name = v.text(o.Documents[n].Name)
		}
	}
	return err
}

type reviewListIn struct {
	Status string `query:"status" enum:"draft,submitted,recommended,returned,rejected,admitted,suspended,withdrawn"`
	Kind   string `query:"kind" enum:"federation,county,chamber,enterprise,cooperative,village_collective"`
	Q      string `query:"q" maxLength:"60" doc:"part of the name, or the beginning of the credit code"`
	Paging
}

func (s *Server) reviewOrganisations(ctx context.Context, in *reviewListIn) (*body[list[OrganisationJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := s.Orgs.List(s.DB.Read(ctx), org.Filter{Status: in.Status, Kind: in.Kind, Text: in.Q, Before: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(o org.Organisation) string { return o.ID.String() })
	if err := s.reviewed(ctx, page); err != nil {
		return nil, err
	}
	items, err := s.organisationsJSON(ctx, page)
	return &body[list[OrganisationJSON]]{list[OrganisationJSON]{Items: items, NextCursor: next}}, err
}

func (s *Server) reviewOrganisation(ctx context.Context, in *PathID) (*body[OrganisationJSON], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	o, err := s.Orgs.Get(s.DB.Read(ctx), orgID)
	if err != nil {
		return nil, err
	}
	one := []org.Organisation{o}
	err = s.reviewed(ctx, one)
	return s.organisationBody(ctx, one[0], err)
}

func (s *Server) reviewHistory(ctx context.Context, in *PathID) (*body[list[StepJSON]], error) {
	orgID, err := in.parse(org.ErrNotFound)
	if err != nil {
		return nil, err
	}
	steps, err := org.Steps(s.DB.Read(ctx), orgID)
	if err != nil {
		return nil, err
	}
	veiled, err := veils(ctx, s, steps, func(step org.Step) audit.Circle {
		return audit.Circle{Users: []id.ID{step.ActorID}, Orgs: []id.ID{orgID}}
	})
	for i, v := range veiled {
		steps[i].Reason, steps[i].ActorName = v.text(steps[i].Reason), v.name(steps[i].ActorName)
	}
	return stepsBody(steps, err)
}

type reviewIn struct {
	PathID
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"5000"`
	}
}

// review is the handler of one verb of the operators.
func (s *Server) review(verb string) handler[reviewIn, body[OrganisationJSON]] {
	return func(ctx context.Context, in *reviewIn) (*body[OrganisationJSON], error) {
		orgID, err := in.parse(org.ErrNotFound)
		if err != nil {
			return nil, err
		}
		var reason string
		if in.Body != nil {
			reason = in.Body.Reason
		}
		return s.changeOrganisation(ctx, func(tx *storage.Tx) (org.Organisation, error) {
			o, err := s.Orgs.Review(tx, actor(ctx), acting(ctx).Kind, verb, orgID, reason)
			if err == nil && o.Kind == org.Cooperative && (verb == org.Recommend || verb == org.Approve) {
				err = village.MustServe(tx, orgID)
			}
			return o, err
		})
	}
}
