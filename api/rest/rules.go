package rest

import (
	"context"

	"zique/internal/rulepack"
)

// RulePackJSON is a pack of the numbers that the law sets.
type RulePackJSON struct {
	ID      string      `json:"id" example:"national"`
	Name    string      `json:"name"`
	NameEn  string      `json:"name_en"`
	Extends string      `json:"extends,omitempty" doc:"the pack whose limits hold where this one sets none"`
	Limits  []LimitJSON `json:"limits"`
}

// LimitJSON is one number and the days in Asia/Shanghai on which it holds.
type LimitJSON struct {
	Limit      string `json:"limit" example:"anonymous_face_max"`
	Value      int64  `json:"value"`
	Unit       string `json:"unit" enum:"fen,bp,days,working_days,months,allowed" doc:"allowed: 1 yes, 0 no"`
	ValidFrom  string `json:"valid_from,omitempty" example:"2025-05-01"`
	ValidUntil string `json:"valid_until,omitempty" doc:"the last day"`
	Article    string `json:"article"`
	Source     string `json:"source" doc:"where it was read"`
	Draft      bool   `json:"draft" doc:"found in a draft text only, or remembered: not to be relied on unchecked"`
}

func rulePackJSON(p *rulepack.Pack) RulePackJSON {
	out := RulePackJSON{ID: p.ID, Name: p.Name, NameEn: p.NameEn, Extends: p.Extends, Limits: []LimitJSON{}}
	for _, l := range p.Limits {
		out.Limits = append(out.Limits, LimitJSON{l.Name, l.Value, l.Unit, l.ValidFrom, l.ValidUntil, l.Article, l.Source, l.Draft})
	}
	return out
}

func (s *Server) listRulePacks(_ context.Context, _ *struct{}) (*body[list[RulePackJSON]], error) {
	out := &body[list[RulePackJSON]]{list[RulePackJSON]{Items: []RulePackJSON{}}}
	for _, p := range s.RulePacks.All() {
		out.Body.Items = append(out.Body.Items, rulePackJSON(p))
	}
	return out, nil
}
