package rest

import (
	"context"
	"time"

	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/settlement"
)

// MoneyJSON is where the money of a cooperative or a collective is.
type MoneyJSON struct {
	PendingFen     money.Fen `json:"pending_fen" doc:"sold or shared, may still be refunded"`
	AvailableFen   money.Fen `json:"available_fen"`
	PaidFen        money.Fen `json:"paid_fen" doc:"so far"`
	SharesFen      money.Fen `json:"shares_fen" doc:"a cooperative: what its sales gave to villages; a collective: all of its shares"`
	CarriedFen     money.Fen `json:"carried_fen" doc:"into the next statement; below 0: taken back after a payout, made up for by later sales"`
	OpenStatements int64     `json:"open_statements"`
	OpenFen        money.Fen `json:"open_fen" doc:"on statements that are not paid yet"`
}

func (s *Server) money(ctx context.Context, _ *struct{}) (*body[MoneyJSON], error) {
	view, at := s.DB.Read(ctx), acting(ctx)
	villageID := id.ID(0)
	if at.Kind == org.VillageCollective {
		var err error
		if villageID, err = settlement.VillageOf(view, at.OrgID); err != nil {
			return nil, err
		}
	}
	found, err := settlement.StandingOf(view, at.OrgID, villageID)
	return &body[MoneyJSON]{MoneyJSON(found)}, err
}

// ShareTraceJSON is a movement of a village's share with the order line and the rule that
// it comes from.
type ShareTraceJSON struct {
	ID            string            `json:"id"`
	Stage         string            `json:"stage" enum:"pending,available"`
	AmountFen     money.Fen         `json:"amount_fen"`
	CreatedAt     time.Time         `json:"created_at"`
	TransactionID string            `json:"transaction_id"`
	Kind          string            `json:"kind" example:"order_payment"`
	LineID        string            `json:"line_id"`
	Title         string            `json:"title"`
	Spec          string            `json:"spec"`
	NetFen        money.Fen         `json:"net_fen"`
	OrderedAt     time.Time         `json:"ordered_at"`
	VillageID     string            `json:"village_id"`
	Bearer        string            `json:"bearer" enum:"seller,buyer,campaign"`
	RuleID        string            `json:"rule_id"`
	RuleName      string            `json:"rule_name"`
	RateBp        money.BasisPoints `json:"rate_bp"`
	RuleSource    string            `json:"rule_source"`
	RuleFrom      time.Time         `json:"rule_from" doc:"since when the rule holds"`
}

func shareTraceJSON(t settlement.Trace) ShareTraceJSON {
	return ShareTraceJSON{t.ID.String(), t.Stage, t.AmountFen, t.CreatedAt.Time(), t.TxID.String(), t.TxKind, t.LineID.String(), t.Title, t.Spec,
		t.NetFen, t.OrderedAt.Time(), t.VillageID.String(), t.Bearer, t.RuleID.String(), t.RuleName, t.RateBp, t.RuleSource, t.ValidFrom.Time()}
}

func (s *Server) listOwnShares(ctx context.Context, in *Paging) (*body[list[ShareTraceJSON]], error) {
	villageID, err := settlement.VillageOf(s.DB.Read(ctx), acting(ctx).OrgID)
	if err != nil {
		return nil, err
	}
	return s.shares(ctx, *in, villageID)
}

type villageSharesIn struct {
	PathID
	Paging
}

func (s *Server) listVillageShares(ctx context.Context, in *villageSharesIn) (*body[list[ShareTraceJSON]], error) {
	villageID, err := in.parse(settlement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.shares(ctx, in.Paging, villageID)
}

func (s *Server) shares(ctx context.Context, p Paging, villageID id.ID) (*body[list[ShareTraceJSON]], error) {
	before, err := p.after()
	if err != nil {
		return nil, err
	}
	found, err := settlement.SharesOf(s.DB.Read(ctx), villageID, before, p.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, p.Limit, func(t settlement.Trace) string { return t.ID.String() })
	out := sharesBody(page)
	out.Body.NextCursor = next
	return out, nil
}

func sharesBody(found []settlement.Trace) *body[list[ShareTraceJSON]] {
	out := &body[list[ShareTraceJSON]]{list[ShareTraceJSON]{Items: []ShareTraceJSON{}}}
	for _, t := range found {
		out.Body.Items = append(out.Body.Items, shareTraceJSON(t))
	}
	return out
}

type lineIn struct {
	LineID string `path:"line_id" maxLength:"20"`
}

func (s *Server) listLineShares(ctx context.Context, in *lineIn) (*body[list[ShareTraceJSON]], error) {
	lineID, err := PathID{in.LineID}.parse(settlement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	found, err := settlement.SharesOfLine(s.DB.Read(ctx), lineID)
	return sharesBody(found), err
}
