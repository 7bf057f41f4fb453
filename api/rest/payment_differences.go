package rest

import (
	"context"
	"time"

	"zique/internal/approval"
	"zique/internal/money"
	"zique/internal/payment"
	"zique/internal/storage"
)

// PaymentDifferenceJSON is a payment that a gateway took in another amount than was asked for.
type PaymentDifferenceJSON struct {
	ID          string     `json:"id"`
	OrderID     string     `json:"order_id"`
	ChargeID    string     `json:"charge_id"`
	Gateway     string     `json:"gateway"`
	Reference   string     `json:"reference" doc:"the gateway's own"`
	AskedFen    money.Fen  `json:"asked_fen"`
	PaidFen     money.Fen  `json:"paid_fen"`
	Status      string     `json:"status" enum:"open,goes_back,given_back" doc:"open: nobody has decided yet"`
	PaidAt      time.Time  `json:"paid_at"`
	CreatedAt   time.Time  `json:"created_at" doc:"when we heard of it"`
	GivenBackAt *time.Time `json:"given_back_at,omitempty"`
}

func paymentDifferenceJSON(d payment.Difference) PaymentDifferenceJSON {
	status := map[string]string{"": "open", payment.Queued: "goes_back", payment.Done: "given_back"}[d.RefundStatus]
	return PaymentDifferenceJSON{d.ID.String(), d.OrderID.String(), d.ChargeID.String(), d.Gateway, d.Reference, d.AskedFen, d.AmountFen, status,
		d.PaidAt.Time(), d.CreatedAt.Time(), instant(d.DoneAt)}
}

type paymentDifferencesIn struct {
	Paging
	Open bool `query:"open" doc:"only those about which nobody has decided"`
}

func (s *Server) listPaymentDifferences(ctx context.Context, in *paymentDifferencesIn) (*body[list[PaymentDifferenceJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := payment.Differences(s.DB.Read(ctx), in.Open, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(d payment.Difference) string { return d.ID.String() })
	out := &body[list[PaymentDifferenceJSON]]{list[PaymentDifferenceJSON]{Items: []PaymentDifferenceJSON{}, NextCursor: next}}
	for _, d := range page {
		out.Body.Items = append(out.Body.Items, paymentDifferenceJSON(d))
	}
	return out, nil
}

func (s *Server) sendDifferenceBack(ctx context.Context, in *reasonIn) (*body[ApprovalJSON], error) {
	captureID, err := in.parse(payment.ErrNoDifference)
	if err != nil {
		return nil, err
	}
	var asked approval.Approval
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		asked, err = s.Bank.AskSendBack(tx, actor(ctx), captureID, in.Body.Reason)
		return err
	})
	return s.shownApproval(ctx, asked, err)
}
