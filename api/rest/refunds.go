package rest

import (
	"context"
	"net/http"

	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/idempotency"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/storage"
)

type cancelIn struct {
	PathID
	Body *struct {
		SubOrderID string `json:"sub_order_id,omitempty" minLength:"1" maxLength:"20"`
	}
}

func (s *Server) cancelOrder(ctx context.Context, in *cancelIn) (*body[OrderJSON], error) {
	orderID, err := in.parse(order.ErrNotFound)
	if err != nil {
		return nil, err
	}
	var only *id.ID
	if in.Body != nil && in.Body.SubOrderID != "" {
		subID, err := parseID(in.Body.SubOrderID, "sub_order_id")
		if err != nil {
			return nil, err
		}
		only = &subID
	}
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error { return s.Lifecycle.Cancel(tx, actor(ctx), orderID, only) })
	if err != nil {
		return nil, err
	}
	return s.showOrder(ctx, orderID)
}

type refundLine struct {
	LineID    string     `json:"line_id" maxLength:"20"`
	Quantity  int64      `json:"quantity" minimum:"1" maximum:"9999"`
	AmountFen *money.Fen `json:"amount_fen,omitempty" doc:"less than was paid for these units; left out: all of it"`
}

type refundIn struct {
	PathID
	Key  string `header:"Idempotency-Key"`
	Body struct {
		Lines      []refundLine `json:"lines,omitempty" maxItems:"200"`
		FreightFen *money.Fen   `json:"freight_fen,omitempty" doc:"left out: goes back with the last goods of a sub-order"`
		Reason     string       `json:"reason" minLength:"1" maxLength:"800"`
	}
}

func (s *Server) refundOrder(ctx context.Context, in *refundIn) (*stored, error) {
	orderID, err := in.parse(order.ErrNotFound)
	if err != nil {
		return nil, err
	}
	key, err := keyFor(ctx, "refund-order", base+"/orders/"+in.ID+"/refunds", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	ask := order.RefundAsk{FreightFen: in.Body.FreightFen, Reason: in.Body.Reason}
	var wrong wrongIDs
	for i, l := range in.Body.Lines {
		lineID := wrong.parse(l.LineID, index("lines", i)+".line_id")
		ask.Lines = append(ask.Lines, order.RefundLine{LineID: lineID, Quantity: l.Quantity, AmountFen: l.AmountFen})
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	encode := func(result any, declined *fault.Fault) (idempotency.Encoded, error) {
		if declined != nil {
			return s.sealDecline(ctx, declined)
		}
		made := result.(*order.Refund)
		return s.seal(http.StatusCreated, refundJSON(*made), made.ID)
	}
	answer, err := idempotency.Run(ctx, s.DB, key, encode, func(tx *storage.Tx) (any, error) {
		return s.Lifecycle.AskRefund(tx, actor(ctx), orderID, ask)
	})
	if err != nil {
		return nil, err
	}
	return s.answerStored(answer)
}
