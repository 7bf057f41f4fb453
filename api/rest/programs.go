package rest

import (
	"context"

	"gorm.io/gorm"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/org"
	"zique/internal/storage"
)

// ProgramFields are what a card program says.
type ProgramFields struct {
	Name           string   `json:"name" maxLength:"240"`
	Issuer         string   `json:"issuer" maxLength:"240"`
	IssuerClass    string   `json:"issuer_class,omitempty" enum:"scale,group,brand" doc:"by which the share in custody goes; absent: scale"`
	FilingNumber   string   `json:"filing_number,omitempty" maxLength:"240" doc:"of the issuer's filing, or licence"`
	LegalBasis     string   `json:"legal_basis" enum:"seller_of_record,licensed_institution,goods_voucher"`
	RulePack       string   `json:"rule_pack" maxLength:"40" example:"national"`
	AcceptsAll     bool     `json:"accepts_all" doc:"every cooperative takes the cards"`
	CooperativeIDs []string `json:"cooperative_ids,omitempty" maxItems:"1000" doc:"those that do, unless all do"`
}

// ProgramJSON is a card program.
type ProgramJSON struct {
	ID           string      `json:"id"`
	Live         bool        `json:"live" doc:"there are cards of it: a second operator decides about changes"`
	ApprovalID   string      `json:"approval_id,omitempty" doc:"the change that waits for a second operator"`
	Cooperatives []NamedJSON `json:"cooperatives" doc:"the names of cooperative_ids"`
	ProgramFields
}

func (f ProgramFields) terms() (aidcard.Terms, error) {
	t := aidcard.Terms{Name: f.Name, Issuer: f.Issuer, IssuerClass: f.IssuerClass, FilingNumber: f.FilingNumber, LegalBasis: f.LegalBasis, RulePack: f.RulePack, AcceptsAll: f.AcceptsAll}
	var wrong fault.Problems
	for i, text := range f.CooperativeIDs {
		c, err := id.Parse(text)
		if err != nil {
			wrong.Add(index("cooperative_ids", i), "invalid", "must be an id")
		}
		t.CooperativeIDs = append(t.CooperativeIDs, c)
	}
	return t, wrong.Err()
}

// programsJSON are programs with the names of their cooperatives and what waits about them.
func (s *Server) programsJSON(view *gorm.DB, found []aidcard.Program) ([]ProgramJSON, error) {
	var ids, listed []id.ID
	for _, p := range found {
		ids, listed = append(ids, p.ID), append(listed, p.CooperativeIDs...)
	}
	waiting, err := approval.PendingOf(view, s.DB.Now(), aidcard.ProgramChange, "card_program", ids)
	if err != nil {
		return nil, err
	}
	var orgs []org.Organisation
	if len(listed) > 0 {
		if err := view.Select("id, name").Where("id IN ?", listed).Find(&orgs).Error; err != nil {
			return nil, err
		}
	}
	names := map[id.ID]string{}
	for _, o := range orgs {
		names[o.ID] = o.Name
	}
	out := []ProgramJSON{}
	for _, p := range found {
		one := ProgramJSON{ID: p.ID.String(), Live: p.Live, ApprovalID: idOrNone(waiting[p.ID]), Cooperatives: []NamedJSON{},
			ProgramFields: ProgramFields{Name: p.Name, Issuer: p.Issuer, IssuerClass: p.IssuerClass, FilingNumber: p.FilingNumber, LegalBasis: p.LegalBasis, RulePack: p.RulePack, AcceptsAll: p.AcceptsAll}}
		for _, c := range p.CooperativeIDs {
			one.CooperativeIDs = append(one.CooperativeIDs, c.String())
			one.Cooperatives = append(one.Cooperatives, NamedJSON{c.String(), names[c]})
		}
		out = append(out, one)
	}
	return out, nil
}

func (s *Server) listPrograms(ctx context.Context, in *Paging) (*body[list[ProgramJSON]], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := aidcard.Programs(s.DB.Read(ctx), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(p aidcard.Program) string { return p.ID.String() })
	items, err := s.programsJSON(s.DB.Read(ctx), page)
	return &body[list[ProgramJSON]]{list[ProgramJSON]{Items: items, NextCursor: next}}, err
}

func (s *Server) getProgram(ctx context.Context, in *PathID) (*body[ProgramJSON], error) {
	programID, err := in.parse(aidcard.ErrNoProgram)
	return s.shownProgram(ctx, programID, err)
}

// shownProgram answers a program as it is now.
func (s *Server) shownProgram(ctx context.Context, programID id.ID, err error) (*body[ProgramJSON], error) {
	if err != nil {
		return nil, err
	}
	p, err := aidcard.GetProgram(s.DB.Read(ctx), programID)
	if err != nil {
		return nil, err
	}
	items, err := s.programsJSON(s.DB.Read(ctx), []aidcard.Program{p})
	if err != nil {
		return nil, err
	}
	return &body[ProgramJSON]{items[0]}, nil
}

type addProgramIn struct{ Body ProgramFields }

func (s *Server) addProgram(ctx context.Context, in *addProgramIn) (*body[ProgramJSON], error) {
	t, err := in.Body.terms()
	if err != nil {
		return nil, err
	}
	var added aidcard.Program
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		added, err = s.Cards.AddProgram(tx, actor(ctx), t)
		return err
	})
	return s.shownProgram(ctx, added.ID, err)
}

type changeProgramIn struct {
	PathID
	Body struct {
		ProgramFields
		Reason string `json:"reason,omitempty" maxLength:"5000" doc:"needed for a program that is live"`
	}
}

func (s *Server) changeProgram(ctx context.Context, in *changeProgramIn) (*body[ProgramJSON], error) {
	programID, err := in.parse(aidcard.ErrNoProgram)
	if err != nil {
		return nil, err
	}
	t, err := in.Body.terms()
	if err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		_, _, err := s.Cards.ChangeProgram(tx, actor(ctx), programID, t, in.Body.Reason)
		return err
	})
	return s.shownProgram(ctx, programID, err)
}
