package rest

import (
	"context"
	"strings"
	"time"

	"zique/internal/aidcard"
	"zique/internal/bank"
	"zique/internal/cardsale"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/identity"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/payment"
	"zique/internal/pii"
	"zique/internal/report"
	"zique/internal/settlement"
	"zique/internal/worker"
)

// QueueJSON is work that waits for the county's staff.
type QueueJSON struct {
	Queue    string     `json:"queue" enum:"admissions_county,admissions_federation,approvals,refunds_requested,refunds_returned,refund_transfers,gateway_refunds_failing,bank_differences,payment_differences,card_batches_funded,card_returns_requested,card_returns_approved,statements_disputed,statements_approved,events_stuck,jobs_failed"`
	Count    int64      `json:"count"`
	OldestAt *time.Time `json:"oldest_at,omitempty" doc:"since when the first has waited"`
}

// failedSince is how far back a failed job still counts as work for somebody.
const failedSince = 7 * 24 * time.Hour

func (s *Server) listQueues(ctx context.Context, _ *struct{}) (*body[list[QueueJSON]], error) {
	view, now := s.DB.Read(ctx), s.DB.Now()
	out := &body[list[QueueJSON]]{}
	for _, q := range []struct {
		name  string
		count func() (int64, *clock.Millis, error)
	}{
		{"admissions_county", func() (int64, *clock.Millis, error) { return org.Waiting(view, org.County) }},
		{"admissions_federation", func() (int64, *clock.Millis, error) { return org.Waiting(view, org.Federation) }},
		{"approvals", func() (int64, *clock.Millis, error) { return s.Approvals.Waiting(view, now) }},
		{"refunds_requested", func() (int64, *clock.Millis, error) { return order.RefundsWaiting(view, order.Requested) }},
		{"refunds_returned", func() (int64, *clock.Millis, error) { return order.RefundsWaiting(view, order.Returned) }},
		{"refund_transfers", func() (int64, *clock.Millis, error) { return payment.TransfersWaiting(view) }},
		{"gateway_refunds_failing", func() (int64, *clock.Millis, error) { return payment.RefundsFailing(view) }},
		{"bank_differences", func() (int64, *clock.Millis, error) { return bank.DifferencesOpen(view) }},
		{"payment_differences", func() (int64, *clock.Millis, error) { return payment.DifferencesOpen(view) }},
		{"card_batches_funded", func() (int64, *clock.Millis, error) { return cardsale.IssueWaiting(view) }},
		{"card_returns_requested", func() (int64, *clock.Millis, error) { return aidcard.ReturnsWaiting(view, aidcard.ReturnRequested) }},
		{"card_returns_approved", func() (int64, *clock.Millis, error) { return aidcard.ReturnsWaiting(view, aidcard.ReturnApproved) }},
		{"statements_disputed", func() (int64, *clock.Millis, error) { return settlement.Waiting(view, settlement.Disputed) }},
		{"statements_approved", func() (int64, *clock.Millis, error) { return settlement.Waiting(view, settlement.Approved) }},
		{"events_stuck", func() (int64, *clock.Millis, error) { return outbox.Stuck(view, now.Add(-stuckAfter)) }},
		{"jobs_failed", func() (int64, *clock.Millis, error) { return worker.CountFailed(view, now.Add(-failedSince)) }},
	} {
		count, oldest, err := q.count()
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, QueueJSON{Queue: q.name, Count: count, OldestAt: instant(oldest)})
	}
	return out, nil
}

// HitJSON is one thing that a search found.
type HitJSON struct {
	Kind   string `json:"kind" enum:"organisation,user,village,order,card"`
	ID     string `json:"id"`
	Title  string `json:"title" doc:"people's names are masked for auditors, card numbers for all"`
	Detail string `json:"detail"`
}

type searchIn struct {
	Query string `query:"q" required:"true" minLength:"1" maxLength:"100" doc:"a part of a name, or a whole phone, credit code, order number, proof code or card number"`
}

func (s *Server) search(ctx context.Context, in *searchIn) (*body[list[HitJSON]], error) {
	found, err := report.Search(s.DB.Read(ctx), in.Query)
	if err != nil {
		return nil, err
	}
	if user, err := s.People.FindByPhone(ctx, actor(ctx), strings.TrimSpace(in.Query)); err == nil {
		found = append(found, report.Hit{Kind: "user", ID: user.ID, Title: user.Name, Detail: user.MaskedPhone})
	} else if !fault.IsKind(err, fault.NotFound) && !fault.IsKind(err, fault.Invalid) {
		return nil, err
	}
	out := &body[list[HitJSON]]{list[HitJSON]{Items: []HitJSON{}}}
	for _, h := range found {
		switch {
		case h.Kind == "card":
			h.Title = masked(h.Title)
		case h.Kind == "user" && !caller(ctx).Has(identity.RoleOperator):
			h.Title = pii.MaskName(h.Title)
		}
		out.Body.Items = append(out.Body.Items, HitJSON{h.Kind, h.ID.String(), h.Title, h.Detail})
	}
	return out, nil
}
