package rest

import (
	"context"
	"strconv"
	"time"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/report"
)

// CardTermsJSON are the terms of the equation of cards: issued + moved_in = used + balance +
// expired + voided + returned + moved_out.
type CardTermsJSON struct {
	Cards         int64     `json:"cards"`
	IssuedFen     money.Fen `json:"issued_fen" doc:"face of the cards as they were made"`
	MovedInFen    money.Fen `json:"moved_in_fen" doc:"from other cards"`
	SpentFen      money.Fen `json:"spent_fen" doc:"paid for orders, also those that wait for the rest"`
	RefundedFen   money.Fen `json:"refunded_fen" doc:"come back for goods"`
	UsedFen       money.Fen `json:"used_fen" doc:"spent without what came back"`
	BalanceFen    money.Fen `json:"balance_fen" doc:"on cards that are not expired"`
	ExpiredFen    money.Fen `json:"expired_fen" doc:"on expired cards, to be re-activated"`
	VoidedFen     money.Fen `json:"voided_fen"`
	ReturnedFen   money.Fen `json:"returned_fen" doc:"of unused cards that went back"`
	MovedOutFen   money.Fen `json:"moved_out_fen" doc:"to other cards"`
	DifferenceFen money.Fen `json:"difference_fen" doc:"0 where the equation holds"`
}

func cardTermsJSON(t report.Terms) CardTermsJSON {
	return CardTermsJSON{t.Cards, t.IssuedFen, t.MovedInFen, t.SpentFen, t.RefundedFen, t.UsedFen(), t.BalanceFen, t.ExpiredFen, t.VoidedFen, t.ReturnedFen, t.MovedOutFen, t.DifferenceFen()}
}

// DepartmentTermsJSON are those of a department's cards in a batch.
type DepartmentTermsJSON struct {
	Department string `json:"department" doc:"empty: of none"`
	CardTermsJSON
}

// BatchTermsJSON are those of a batch.
type BatchTermsJSON struct {
	BatchID     string                `json:"batch_id"`
	FaceFen     money.Fen             `json:"face_fen"`
	Departments []DepartmentTermsJSON `json:"departments"`
	CardTermsJSON
}

// ReconciliationJSON holds what an enterprise's cards were given against where it is.
type ReconciliationJSON struct {
	EnterpriseID   string           `json:"enterprise_id"`
	EnterpriseName string           `json:"enterprise_name"`
	AsOf           time.Time        `json:"as_of"`
	Seq            int64            `json:"seq" doc:"the last transaction of the ledger that is counted"`
	Balanced       bool             `json:"balanced" doc:"the equation holds for every department of every batch"`
	PaidInFen      money.Fen        `json:"paid_in_fen" doc:"paid in, and on no card: before issue, or after cards were voided"`
	Total          CardTermsJSON    `json:"total"`
	Batches        []BatchTermsJSON `json:"batches" doc:"the oldest first"`
}

// TermCardJSON is a card with what it has in one term.
type TermCardJSON struct {
	ID           string    `json:"id"`
	MaskedNumber string    `json:"masked_number" example:"**** **** 1234"`
	BatchID      string    `json:"batch_id"`
	Department   string    `json:"department"`
	AmountFen    money.Fen `json:"amount_fen"`
}

// Reconciled says whose books are read, and as of when.
type Reconciled struct {
	EnterpriseID string `query:"enterprise_id" maxLength:"20" doc:"for the staff, to whom every enterprise's are open; a member's is their own"`
	AsOf         string `query:"as_of" maxLength:"10" example:"2026-11-30" doc:"the end of this day in Asia/Shanghai; without it, now"`
}

// reconciles reads in one snapshot, as of one point, what belongs to one organisation.
func (s *Server) reconciles(ctx context.Context, in Reconciled, read func(view *gorm.DB, o org.Organisation, at ledger.Point) error) error {
	enterprise := acting(ctx).OrgID
	switch {
	case enterprise == 0:
		var err error
		if enterprise, err = parseID(in.EnterpriseID, "enterprise_id"); err != nil {
			return err
		}
	case in.EnterpriseID != "" && in.EnterpriseID != enterprise.String():
		return org.ErrNotFound
	}
	return s.DB.Snapshot(ctx, func(view *gorm.DB) error {
		o, err := s.Orgs.Get(view, enterprise)
		if err != nil {
			return err
		}
		at, err := ledger.AsOf(view, in.AsOf, s.DB.Now())
		if err != nil {
			return err
		}
		return read(view, o, at)
	})
}

func (s *Server) reconciliation(ctx context.Context, in *Reconciled) (*body[ReconciliationJSON], error) {
	out := &body[ReconciliationJSON]{}
	return out, s.reconciles(ctx, *in, func(view *gorm.DB, o org.Organisation, at ledger.Point) error {
		r, err := report.Reconcile(view, o.ID, at)
		out.Body = ReconciliationJSON{EnterpriseID: o.ID.String(), EnterpriseName: o.Name, AsOf: at.At.Time(), Seq: at.Seq, Balanced: r.Balanced(),
			PaidInFen: r.PaidInFen, Total: cardTermsJSON(r.Terms), Batches: []BatchTermsJSON{}}
		for _, b := range r.Batches {
			of := BatchTermsJSON{BatchID: b.BatchID.String(), FaceFen: b.FaceFen, CardTermsJSON: cardTermsJSON(b.Terms)}
			for _, d := range b.Departments {
				of.Departments = append(of.Departments, DepartmentTermsJSON{d.Department, cardTermsJSON(d.Terms)})
			}
			out.Body.Batches = append(out.Body.Batches, of)
		}
		return err
	})
}

type termCardsIn struct {
	Reconciled
	Term       string `query:"term" required:"true" enum:"issued,moved_in,spent,refunded,balance,expired,voided,returned,moved_out"`
	BatchID    string `query:"batch_id" maxLength:"20"`
	Department string `query:"department" maxLength:"200" doc:"of a batch; without it, all"`
	NoneOnly   bool   `query:"no_department" doc:"only cards of no department"`
	LedgerPaging
}

func (in termCardsIn) cards(enterprise id.ID) (of report.Cards, err error) {
	of.EnterpriseID = enterprise
	if in.BatchID != "" {
		of.BatchID, err = parseID(in.BatchID, "batch_id")
	}
	if in.Department != "" || in.NoneOnly {
		of.Department = &in.Department
	}
	return of, err
}

// termCards lists the cards of a term. All pages stand at the seq of the first.
func (s *Server) termCards(ctx context.Context, in *termCardsIn) (*body[list[TermCardJSON]], error) {
	out := &body[list[TermCardJSON]]{list[TermCardJSON]{Items: []TermCardJSON{}}}
	return out, s.reconciles(ctx, in.Reconciled, func(view *gorm.DB, o org.Organisation, at ledger.Point) error {
		of, err := in.cards(o.ID)
		if err != nil {
			return err
		}
		begun, err := s.pin(ctx, in.LedgerPaging, func() (int64, error) { return at.Seq, nil })
		if err != nil {
			return err
		}
		above, err := strconv.ParseInt("0"+begun.from, 10, 64)
		if err != nil {
			return errNoCursor
		}
		at.Seq = begun.seq
		var found []TermCardJSON
		err = report.EachCard(view, of, at, id.ID(above), func(c report.CardTerms) bool {
			if amount := c.Amount(in.Term); amount != 0 {
				found = append(found, TermCardJSON{c.ID.String(), masked(c.Number), c.BatchID.String(), c.Department, amount})
			}
			return len(found) <= in.Limit
		})
		page, next := cut(found, in.Limit, func(c TermCardJSON) string { return pinned{at.Seq, c.ID}.String() })
		out.Body.Items, out.Body.NextCursor = append(out.Body.Items, page...), next
		return err
	})
}

type reconciliationFileIn struct {
	Reconciled
	Of string `query:"of" enum:"terms,cards" default:"terms"`
}

func (s *Server) reconciliationFile(ctx context.Context, in *reconciliationFileIn) (out *attachment, err error) {
	sheet := report.ReconciliationSheet
	if in.Of == "cards" {
		sheet = report.CardsSheet
	}
	err = s.reconciles(ctx, in.Reconciled, func(view *gorm.DB, o org.Organisation, at ledger.Point) error {
		content, err := sheet(view, o.ID, o.Name, at)
		if err == nil {
			out, err = attach("reconciliation-"+in.Of+"-"+at.At.Day()+".xlsx", content)
		}
		return err
	})
	return out, err
}
