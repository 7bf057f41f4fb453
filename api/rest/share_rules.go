package rest

import (
	"context"
	"time"

	"zique/internal/approval"
	"zique/internal/money"
	"zique/internal/share"
	"zique/internal/storage"
)

// ShareRuleJSON is a dated rule of what a sale brings the collective of its village.
type ShareRuleJSON struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	State      string            `json:"state" enum:"coming,in_force,past"`
	RateBp     money.BasisPoints `json:"rate_bp" doc:"basis points of what is paid for the goods: 500 are 5 %"`
	Eligible   bool              `json:"eligible" doc:"false: such sales bring no share"`
	Bearer     string            `json:"bearer" enum:"seller,buyer,campaign" doc:"a seller gives it from the price, a buyer pays it on top"`
	Category   *NamedJSON        `json:"category,omitempty" doc:"absent: all"`
	Village    *NamedJSON        `json:"village,omitempty" doc:"absent: all"`
	Channel    string            `json:"channel,omitempty" doc:"absent: all"`
	ValidFrom  time.Time         `json:"valid_from"`
	ValidUntil *time.Time        `json:"valid_until,omitempty" doc:"exclusive; absent: until further notice"`
	Source     string            `json:"source" doc:"the decision or contract that it rests on"`
	ReplacedBy string            `json:"replaced_by,omitempty" doc:"the newer rule of the same reach that goes before it now"`
}

func (s *Server) shareRuleJSON(r share.Shown) ShareRuleJSON {
	out := ShareRuleJSON{ID: r.ID.String(), Name: r.Name, State: r.State(s.DB.Now()), RateBp: r.RateBp, Eligible: r.Eligible, Bearer: r.Bearer,
		Channel: r.Channel, ValidFrom: r.ValidFrom.Time(), ValidUntil: instant(r.ValidUntil), Source: r.Source, ReplacedBy: idOrNone(r.ReplacedBy)}
	if r.CategoryID != "" {
		out.Category = &NamedJSON{r.CategoryID, r.CategoryName}
	}
	if r.VillageID != 0 {
		out.Village = &NamedJSON{r.VillageID.String(), r.VillageName}
	}
	return out
}

type listShareRulesIn struct {
	Paging
	State string `query:"state" enum:"coming,in_force,past"`
}

func (s *Server) listShareRules(ctx context.Context, in *listShareRulesIn) (*body[list[ShareRuleJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := share.List(s.DB.Read(ctx), s.DB.Now(), in.State, before, in.Limit+1)
	page, next := cut(found, in.Limit, func(r share.Shown) string { return r.ID.String() })
	out := &body[list[ShareRuleJSON]]{list[ShareRuleJSON]{Items: []ShareRuleJSON{}, NextCursor: next}}
	for _, r := range page {
		out.Body.Items = append(out.Body.Items, s.shareRuleJSON(r))
	}
	return out, err
}

// newShareRule is a rule that is asked for. The domain checks it, so that every wrong field
// is named at once.
type newShareRule struct {
	Name       string            `json:"name" example:"干米线团购加付"`
	RateBp     money.BasisPoints `json:"rate_bp" example:"500" doc:"0 to 10000"`
	Eligible   bool              `json:"eligible" doc:"false: such sales bring no share, and the rate is 0"`
	Bearer     string            `json:"bearer" example:"buyer" doc:"seller or buyer"`
	Category   string            `json:"category,omitempty" doc:"a category's id; absent: all"`
	VillageID  string            `json:"village_id,omitempty" doc:"absent: all"`
	Channel    string            `json:"channel,omitempty" doc:"absent: all"`
	ValidFrom  string            `json:"valid_from" example:"2027-01-01T00:00:00+08:00" doc:"not in the past, also when it is approved"`
	ValidUntil string            `json:"valid_until,omitempty" example:"2028-01-01T00:00:00+08:00" doc:"exclusive; absent: until further notice"`
	Source     string            `json:"source" doc:"the decision or contract that it rests on"`
}

func (s *Server) askShareRule(ctx context.Context, in *body[newShareRule]) (*body[ApprovalJSON], error) {
	b := in.Body
	return s.asks(ctx, func(tx *storage.Tx) (approval.Approval, error) {
		return s.ShareRules.AskAdd(tx, actor(ctx), share.New{Name: b.Name, RateBp: b.RateBp, Bearer: b.Bearer, Eligible: b.Eligible, Category: b.Category,
			Village: b.VillageID, Channel: b.Channel, ValidFrom: b.ValidFrom, ValidUntil: b.ValidUntil, Source: b.Source})
	})
}

type endShareRuleIn struct {
	PathID
	Body struct {
		ValidUntil string `json:"valid_until" example:"2027-01-01T00:00:00+08:00" doc:"not in the past, also when it is approved; at its beginning the rule is called off"`
		Reason     string `json:"reason" maxLength:"5000"`
	}
}

func (s *Server) askShareRuleEnd(ctx context.Context, in *endShareRuleIn) (*body[ApprovalJSON], error) {
	ruleID, err := in.parse(share.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.asks(ctx, func(tx *storage.Tx) (approval.Approval, error) {
		return s.ShareRules.AskEnd(tx, actor(ctx), ruleID, in.Body.ValidUntil, in.Body.Reason)
	})
}

func (s *Server) asks(ctx context.Context, ask func(*storage.Tx) (approval.Approval, error)) (*body[ApprovalJSON], error) {
	var asked approval.Approval
	err := s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = ask(tx)
		return err
	})
	return s.shownApproval(ctx, asked, err)
}
