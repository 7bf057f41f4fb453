package rest

import (
	"context"
	"time"

	"zique/internal/identity"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/payment"
)

// RefundCaseJSON is a refund as the platform's desk sees it.
type RefundCaseJSON struct {
	ID               string              `json:"id"`
	OrderID          string              `json:"order_id"`
	SubOrders        []RefundedPartJSON  `json:"sub_orders" doc:"whose goods or freight it is about: one, or before dispatch several"`
	Status           string              `json:"status" enum:"requested,approved,returned,refunded,rejected"`
	AmountFen        money.Fen           `json:"amount_fen"`
	FreightFen       money.Fen           `json:"freight_fen"`
	ShareReversedFen money.Fen           `json:"share_reversed_fen" doc:"0 until the money went back"`
	Reason           string              `json:"reason" doc:"empty for auditors: people write what they like"`
	DecisionReason   string              `json:"decision_reason,omitempty" doc:"absent for auditors"`
	Lines            []CaseLineJSON      `json:"lines"`
	Payments         []RefundPaymentJSON `json:"payments" doc:"what went back to which tender"`
	TransactionID    string              `json:"transaction_id,omitempty" doc:"of the ledger; absent until money went back"`
	CreatedAt        time.Time           `json:"created_at"`
	ChangedAt        time.Time           `json:"changed_at"`
}

// RefundedPartJSON is a sub-order and whose it is.
type RefundedPartJSON struct {
	ID          string    `json:"id"`
	Cooperative NamedJSON `json:"cooperative"`
}

// CaseLineJSON is what a refund gives, or asks, back of a line.
type CaseLineJSON struct {
	RefundedLineJSON
	Title string `json:"title"`
	Spec  string `json:"spec"`
}

func refundCaseJSON(ctx context.Context, c order.RefundCase) RefundCaseJSON {
	r := refundJSON(c.Refund)
	out := RefundCaseJSON{ID: r.ID, OrderID: c.OrderID.String(), SubOrders: []RefundedPartJSON{}, Status: r.Status, AmountFen: r.AmountFen,
		FreightFen: r.FreightFen, ShareReversedFen: r.ShareReversedFen, Lines: []CaseLineJSON{}, Payments: r.Payments,
		TransactionID: idOrNone(c.TxID), CreatedAt: r.CreatedAt, ChangedAt: r.ChangedAt}
	if caller(ctx).Has(identity.RoleOperator) {
		out.Reason, out.DecisionReason = r.Reason, r.DecisionReason
	}
	for _, p := range c.Parts {
		out.SubOrders = append(out.SubOrders, RefundedPartJSON{p.SubOrderID.String(), NamedJSON{p.CooperativeID.String(), p.CooperativeName}})
	}
	for i, l := range c.Lines {
		out.Lines = append(out.Lines, CaseLineJSON{r.Lines[i], l.Title, l.Spec})
	}
	return out
}

type refundCasesIn struct {
	Paging
	Status        string `query:"status" enum:"open,requested,approved,returned,refunded,rejected" doc:"open: any of the first three. Those that wait come the oldest first, else the newest first"`
	CooperativeID string `query:"cooperative_id" maxLength:"20"`
}

func (s *Server) listRefunds(ctx context.Context, in *refundCasesIn) (*body[list[RefundCaseJSON]], error) {
	f := order.RefundFilter{Status: in.Status, Limit: in.Limit + 1}
	var wrong wrongIDs
	if in.Cursor != "" {
		f.AfterID = wrong.parse(in.Cursor, "cursor")
	}
	if in.CooperativeID != "" {
		f.CooperativeID = wrong.parse(in.CooperativeID, "cooperative_id")
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	found, err := order.Refunds(s.DB.Read(ctx), f)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(c order.RefundCase) string { return c.ID.String() })
	out := &body[list[RefundCaseJSON]]{list[RefundCaseJSON]{Items: []RefundCaseJSON{}, NextCursor: next}}
	for _, c := range page {
		out.Body.Items = append(out.Body.Items, refundCaseJSON(ctx, c))
	}
	return out, nil
}

// GatewayRefundJSON is money on its way back through a payment gateway.
type GatewayRefundJSON struct {
	ID        string     `json:"id"`
	OrderID   string     `json:"order_id"`
	RefundID  string     `json:"refund_id,omitempty" doc:"absent: a payment that nobody waited for"`
	Gateway   string     `json:"gateway"`
	AmountFen money.Fen  `json:"amount_fen"`
	Status    string     `json:"status" enum:"queued,done"`
	Tries     int64      `json:"tries"`
	NextTryAt *time.Time `json:"next_try_at,omitempty"`
	Reference string     `json:"reference,omitempty" doc:"the gateway's own"`
	CreatedAt time.Time  `json:"created_at"`
	DoneAt    *time.Time `json:"done_at,omitempty"`
}

func gatewayRefundJSON(r payment.Returning) GatewayRefundJSON {
	out := GatewayRefundJSON{ID: r.ID.String(), OrderID: r.OrderID.String(), RefundID: idOrNone(r.OrderRefundID), Gateway: r.Gateway,
		AmountFen: r.AmountFen, Status: r.Status, Tries: r.Tries, Reference: r.Reference, CreatedAt: r.CreatedAt.Time(), DoneAt: instant(r.DoneAt)}
	if r.Status == payment.Queued {
		out.NextTryAt = instant(&r.TryAt)
	}
	return out
}

type gatewayRefundsIn struct {
	Paging
	Failing bool `query:"failing" doc:"only those that were refused several times and wait for the next try"`
}

func (s *Server) listGatewayRefunds(ctx context.Context, in *gatewayRefundsIn) (*body[list[GatewayRefundJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := payment.ThroughGateways(s.DB.Read(ctx), in.Failing, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(r payment.Returning) string { return r.ID.String() })
	out := &body[list[GatewayRefundJSON]]{list[GatewayRefundJSON]{Items: []GatewayRefundJSON{}, NextCursor: next}}
	for _, r := range page {
		out.Body.Items = append(out.Body.Items, gatewayRefundJSON(r))
	}
	return out, nil
}
