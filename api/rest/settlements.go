package rest

import (
	"context"
	"fmt"
	"time"

	"zique/internal/approval"
	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/settlement"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
)

// SettlementCountJSON sums a settlement's statements of one status.
type SettlementCountJSON struct {
	Status     string    `json:"status"`
	Count      int64     `json:"count"`
	ClosingFen money.Fen `json:"closing_fen"`
}

// SettlementJSON is a run that cut the journal and made statements.
type SettlementJSON struct {
	ID        string                `json:"id"`
	Status    string                `json:"status" enum:"making,open,closed"`
	Period    string                `json:"period,omitempty" example:"2026-10" doc:"of a monthly run"`
	Note      string                `json:"note,omitempty"`
	ToSeq     int64                 `json:"to_seq" doc:"the last transaction of the journal in it"`
	Counts    []SettlementCountJSON `json:"counts" doc:"its statements by status"`
	CreatedAt time.Time             `json:"created_at"`
	MadeAt    *time.Time            `json:"made_at,omitempty"`
	ClosedAt  *time.Time            `json:"closed_at,omitempty"`
	Approval  string                `json:"approval_id,omitempty" doc:"the request for a payout that waits for a decision"`
}

func settlementJSON(run settlement.Settlement, v veil) SettlementJSON {
	out := SettlementJSON{ID: run.ID.String(), Status: run.Status, Note: v.text(run.Note), ToSeq: run.ToSeq, Counts: []SettlementCountJSON{},
		CreatedAt: run.CreatedAt.Time(), MadeAt: instant(run.MadeAt), ClosedAt: instant(run.ClosedAt), Approval: idOrNone(run.ApprovalID)}
	if run.Period != nil {
		out.Period = *run.Period
	}
	for _, c := range run.Counts {
		out.Counts = append(out.Counts, SettlementCountJSON{c.Status, c.Count, c.ClosingFen})
	}
	return out
}

func (s *Server) listSettlements(ctx context.Context, in *Paging) (*body[list[SettlementJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := settlement.List(s.DB.Read(ctx), s.DB.Now(), before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(run settlement.Settlement) string { return run.ID.String() })
	out := &body[list[SettlementJSON]]{list[SettlementJSON]{Items: []SettlementJSON{}, NextCursor: next}}
	veiled, err := veils(ctx, s, page, aroundSettlement)
	for i, v := range veiled {
		out.Body.Items = append(out.Body.Items, settlementJSON(page[i], v))
	}
	return out, err
}

func (s *Server) getSettlement(ctx context.Context, in *PathID) (*body[SettlementJSON], error) {
	settlementID, err := in.parse(settlement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	run, err := settlement.Get(s.DB.Read(ctx), s.DB.Now(), settlementID)
	if err != nil {
		return nil, err
	}
	v, err := s.veilOf(ctx, aroundSettlement(run))
	return &body[SettlementJSON]{settlementJSON(run, v)}, err
}

func aroundSettlement(run settlement.Settlement) audit.Circle {
	return audit.Circle{Users: []id.ID{run.AskedBy}}
}

type beginIn struct {
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Note string `json:"note,omitempty" maxLength:"5000"`
	}
}

func (s *Server) beginSettlement(ctx context.Context, in *beginIn) (*stored, error) {
	key, err := keyFor(ctx, "begin-settlement", base+"/ops/settlements", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	if _, err := ledger.Seal(ctx, s.DB); err != nil {
		return nil, err
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		run, err := s.Settlements.Begin(tx, actor(ctx), in.Body.Note)
		return settlementJSON(run, veil{}), run.ID, err
	})
}

func (s *Server) askPayout(ctx context.Context, in *reasonIn) (*body[ApprovalJSON], error) {
	settlementID, err := in.parse(settlement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	var asked approval.Approval
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = s.Settlements.AskPayout(tx, actor(ctx), settlementID, in.Body.Reason)
		return err
	})
	return s.shownApproval(ctx, asked, err)
}

type payoutFileIn struct {
	PathID
	Format string `query:"format" enum:"xlsx,csv" default:"xlsx"`
}

// payoutFile shows account numbers in clear, so each one stands in the audit log.
func (s *Server) payoutFile(ctx context.Context, in *payoutFileIn) (*attachment, error) {
	settlementID, err := in.parse(settlement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	var transfers []settlement.Transfer
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		transfers, err = s.Settlements.File(tx, actor(ctx), settlementID)
		return err
	})
	if err == nil && len(transfers) == 0 { // what lapsed is committed
		err = settlement.ErrNothingToPay
	}
	if err != nil {
		return nil, err
	}
	content, err := settlement.PayoutSheet(transfers, spreadsheet.Format(in.Format))
	if err != nil {
		return nil, err
	}
	return attach(fmt.Sprintf("payout-%s.%s", settlementID, in.Format), content)
}

func (s *Server) closeSettlement(ctx context.Context, in *PathID) (*body[SettlementJSON], error) {
	settlementID, err := in.parse(settlement.ErrNotFound)
	if err != nil {
		return nil, err
	}
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error { return settlement.Close(tx, actor(ctx), settlementID) })
	if err != nil {
		return nil, err
	}
	return s.getSettlement(ctx, in)
}
