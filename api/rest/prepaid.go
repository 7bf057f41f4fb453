package rest

import (
	"context"
	"time"

	"gorm.io/gorm"

	"zique/internal/approval"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/prepaid"
	"zique/internal/rulepack"
	"zique/internal/storage"
)

// RuleShareJSON is a share that a pack of rules asks for.
type RuleShareJSON struct {
	RateBp  money.BasisPoints `json:"rate_bp"`
	Pack    string            `json:"pack"`
	Article string            `json:"article"`
	Source  string            `json:"source"`
	Draft   bool              `json:"draft" doc:"found only in a draft, or remembered: check it before relying on it"`
}

func ruleShareJSON(l rulepack.Limit) RuleShareJSON {
	return RuleShareJSON{money.BasisPoints(l.Value), l.Pack, l.Article, l.Source, l.Draft}
}

// CustodyJSON is what was recorded to be in custody.
type CustodyJSON struct {
	Day       string    `json:"day" example:"2026-11-30"`
	AmountFen money.Fen `json:"amount_fen"`
	Source    string    `json:"source"`
}

// RevenueJSON is what an issuer was recorded to have earned.
type RevenueJSON struct {
	Year      int64     `json:"year"`
	AmountFen money.Fen `json:"amount_fen"`
	Source    string    `json:"source"`
}

// PrepaidFundJSON is what is owed on the cards of a program, and what the rules ask about it.
type PrepaidFundJSON struct {
	ProgramID      string        `json:"program_id"`
	ProgramName    string        `json:"program_name"`
	Issuer         string        `json:"issuer"`
	IssuerClass    string        `json:"issuer_class" enum:"scale,group,brand"`
	FilingNumber   string        `json:"filing_number"`
	OutstandingFen money.Fen     `json:"outstanding_fen" doc:"on all cards, also expired and frozen ones"`
	QuarterEnd     string        `json:"quarter_end" doc:"the last day of the last quarter"`
	QuarterFen     money.Fen     `json:"quarter_fen" doc:"what was outstanding then"`
	IssuedFen      money.Fen     `json:"issued_fen" doc:"since"`
	UsedFen        money.Fen     `json:"used_fen" doc:"since, without what came back for goods"`
	CustodyShare   RuleShareJSON `json:"custody_share" doc:"of quarter_fen"`
	RequiredFen    money.Fen     `json:"required_fen" doc:"to be in custody"`
	Custody        *CustodyJSON  `json:"custody,omitempty" doc:"the last that was recorded; absent: none"`
	IssuerFen      money.Fen     `json:"issuer_fen" doc:"outstanding of all programs of the issuer"`
	CeilingShare   RuleShareJSON `json:"ceiling_share" doc:"of the revenue"`
	RevenueYear    int64         `json:"revenue_year"`
	Revenue        *RevenueJSON  `json:"revenue,omitempty" doc:"absent: none was recorded for that year"`
	CeilingFen     *money.Fen    `json:"ceiling_fen,omitempty" doc:"absent while the revenue is not known"`
	Alerts         []string      `json:"alerts" enum:"custody_short,ceiling_exceeded,custody_unknown,revenue_unknown"`
	Light          string        `json:"light" enum:"green,amber,red" doc:"red: a rule is broken; amber: a figure is missing"`
}

// PrepaidFundsJSON are all of them as of one point.
type PrepaidFundsJSON struct {
	AsOf           time.Time         `json:"as_of"`
	Seq            int64             `json:"seq" doc:"the last transaction of the ledger that is counted"`
	OutstandingFen money.Fen         `json:"outstanding_fen"`
	Items          []PrepaidFundJSON `json:"items" doc:"a program each, the oldest first"`
}

func prepaidFundJSON(f prepaid.Fund) PrepaidFundJSON {
	p := f.Program
	out := PrepaidFundJSON{ProgramID: p.ID.String(), ProgramName: p.Name, Issuer: p.Issuer, IssuerClass: p.IssuerClass, FilingNumber: p.FilingNumber,
		OutstandingFen: f.OutstandingFen, QuarterEnd: f.QuarterEnd, QuarterFen: f.QuarterFen, IssuedFen: f.IssuedFen, UsedFen: f.UsedFen,
		CustodyShare: ruleShareJSON(f.CustodyShare), RequiredFen: f.RequiredFen, IssuerFen: f.IssuerFen, CeilingShare: ruleShareJSON(f.CeilingShare),
		RevenueYear: f.Year, Alerts: f.Alerts(), Light: f.Light()}
	if f.Custody != nil {
		out.Custody = &CustodyJSON{f.Custody.Day, f.Custody.AmountFen, f.Custody.Source}
	}
	if f.Revenue != nil {
		out.Revenue, out.CeilingFen = &RevenueJSON{f.Revenue.Year, f.Revenue.AmountFen, f.Revenue.Source}, &f.CeilingFen
	}
	return out
}

type prepaidIn struct {
	AsOf string `query:"as_of" maxLength:"10" example:"2026-11-30" doc:"the end of this day in Asia/Shanghai; without it, now"`
}

func (s *Server) funds(ctx context.Context, in prepaidIn) (at ledger.Point, funds []prepaid.Fund, err error) {
	err = s.DB.Snapshot(ctx, func(view *gorm.DB) error {
		if at, err = ledger.AsOf(view, in.AsOf, s.DB.Now()); err == nil {
			funds, err = s.Funds.Funds(view, at)
		}
		return err
	})
	return at, funds, err
}

func (s *Server) prepaidFunds(ctx context.Context, in *prepaidIn) (*body[PrepaidFundsJSON], error) {
	at, funds, err := s.funds(ctx, *in)
	out := &body[PrepaidFundsJSON]{PrepaidFundsJSON{AsOf: at.At.Time(), Seq: at.Seq, Items: []PrepaidFundJSON{}}}
	for _, f := range funds {
		out.Body.OutstandingFen += f.OutstandingFen
		out.Body.Items = append(out.Body.Items, prepaidFundJSON(f))
	}
	return out, err
}

func (s *Server) prepaidFile(ctx context.Context, in *prepaidIn) (*attachment, error) {
	at, funds, err := s.funds(ctx, *in)
	if err != nil {
		return nil, err
	}
	content, err := prepaid.Sheet(funds, at)
	if err != nil {
		return nil, err
	}
	return attach("prepaid-funds-"+at.At.Day()+".xlsx", content)
}

type newCustody struct {
	ProgramID string    `json:"program_id" maxLength:"20"`
	Day       string    `json:"day" maxLength:"10" example:"2026-11-30" doc:"at the end of which it was so"`
	AmountFen money.Fen `json:"amount_fen"`
	Source    string    `json:"source" maxLength:"800" doc:"the bank's letter or statement"`
}

func (s *Server) askCustody(ctx context.Context, in *body[newCustody]) (*body[ApprovalJSON], error) {
	programID, err := parseID(in.Body.ProgramID, "program_id")
	if err != nil {
		return nil, err
	}
	return s.asks(ctx, func(tx *storage.Tx) (approval.Approval, error) {
		return s.Funds.AskCustody(tx, actor(ctx), prepaid.Custody{ProgramID: programID, Day: in.Body.Day, AmountFen: in.Body.AmountFen, Source: in.Body.Source})
	})
}

type newRevenue struct {
	ProgramID string    `json:"program_id" maxLength:"20" doc:"a program of the issuer"`
	Year      int64     `json:"year" example:"2025" doc:"that is over"`
	AmountFen money.Fen `json:"amount_fen" doc:"main revenue"`
	Source    string    `json:"source" maxLength:"800" doc:"the audited accounts"`
}

func (s *Server) askRevenue(ctx context.Context, in *body[newRevenue]) (*body[ApprovalJSON], error) {
	programID, err := parseID(in.Body.ProgramID, "program_id")
	if err != nil {
		return nil, err
	}
	return s.asks(ctx, func(tx *storage.Tx) (approval.Approval, error) {
		return s.Funds.AskRevenue(tx, actor(ctx), programID, prepaid.Revenue{Year: in.Body.Year, AmountFen: in.Body.AmountFen, Source: in.Body.Source})
	})
}
