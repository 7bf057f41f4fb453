package rest

import (
	"context"

	"zique/internal/id"
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

// parts reads which order is meant, and which one of its sub-orders; nil: all.
func (in *cancelIn) parts() (orderID id.ID, only *id.ID, err error) {
	if orderID, err = in.parse(order.ErrNotFound); err != nil || in.Body == nil || in.Body.SubOrderID == "" {
		return orderID, nil, err
	}
	subID, err := parseID(in.Body.SubOrderID, "sub_order_id")
	return orderID, &subID, err
}

func (s *Server) cancelOrder(ctx context.Context, in *cancelIn) (*body[OrderJSON], error) {
	orderID, only, err := in.parts()
	if err != nil {
		return nil, err
	}
	if err := s.DB.InTx(ctx, func(tx *storage.Tx) error { return s.Lifecycle.Cancel(tx, actor(ctx), orderID, only) }); err != nil {
		return nil, err
	}
	return s.showOrder(ctx, orderID)
}

type refundLine struct {
	LineID    string     `json:"line_id" maxLength:"20"`
	Quantity  int64      `json:"quantity" minimum:"0" maximum:"9999" doc:"0: of what is left when all units went back, and some of them for less"`
	AmountFen *money.Fen `json:"amount_fen,omitempty" doc:"less than was paid for these units; left out: all of it"`
}

// RefundFields is what is asked, or given, back.
type RefundFields struct {
	Lines      []refundLine `json:"lines,omitempty" maxItems:"200"`
	FreightFen *money.Fen   `json:"freight_fen,omitempty" doc:"left out: goes back with the last goods of a sub-order that was not sent"`
	Reason     string       `json:"reason" minLength:"1" maxLength:"800"`
}

// ask reads what is asked back, of the sub-order if one is named.
func (f RefundFields) ask(subOrderID string) (order.RefundAsk, error) {
	ask := order.RefundAsk{FreightFen: f.FreightFen, Reason: f.Reason}
	var wrong wrongIDs
	if subOrderID != "" {
		ask.SubOrderID = wrong.parse(subOrderID, "sub_order_id")
	}
	for i, l := range f.Lines {
		lineID := wrong.parse(l.LineID, index("lines", i)+".line_id")
		ask.Lines = append(ask.Lines, order.RefundLine{LineID: lineID, Quantity: l.Quantity, AmountFen: l.AmountFen})
	}
	return ask, wrong.Err()
}

type refundIn struct {
	PathID
	Key  string `header:"Idempotency-Key"`
	Body struct {
		RefundFields
		SubOrderID string `json:"sub_order_id,omitempty" minLength:"1" maxLength:"20" doc:"whose freight and goods are meant; left out: of any"`
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
	ask, err := in.Body.ask(in.Body.SubOrderID)
	if err != nil {
		return nil, err
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		return madeRefund(s.Lifecycle.AskRefund(tx, actor(ctx), orderID, ask))
	})
}

type giveBackIn struct {
	PathSubOrder
	Key  string `header:"Idempotency-Key"`
	Body RefundFields
}

func (s *Server) giveBack(ctx context.Context, in *giveBackIn) (*stored, error) {
	subID, err := in.parse()
	if err != nil {
		return nil, err
	}
	key, err := keyFor(ctx, "give-back", base+"/coop/orders/"+in.SubOrderID+"/refunds", in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	ask, err := in.Body.ask("")
	if err != nil {
		return nil, err
	}
	return s.once(ctx, key, func(tx *storage.Tx) (any, id.ID, error) {
		return madeRefund(s.Lifecycle.GiveBack(tx, actor(ctx), subID, ask))
	})
}

func madeRefund(r *order.Refund, err error) (any, id.ID, error) {
	if err != nil {
		return nil, 0, err
	}
	return refundJSON(*r), r.ID, nil
}

// verb is a state verb on a refund: it answers the refund as it stands afterwards.
func (s *Server) verb(ctx context.Context, in PathID, do func(tx *storage.Tx, refundID id.ID) (*order.Refund, error)) (*body[RefundJSON], error) {
	refundID, err := in.parse(order.ErrRefundNotFound)
	if err != nil {
		return nil, err
	}
	var done *order.Refund
	err = s.DB.InTx(ctx, func(tx *storage.Tx) (err error) {
		done, err = do(tx, refundID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &body[RefundJSON]{refundJSON(*done)}, nil
}

type approveRefundIn struct {
	PathID
	Body *struct {
		GoodsComeBack bool `json:"goods_come_back,omitempty" doc:"true: the money goes back when the goods have come back"`
	}
}

func (s *Server) approveRefund(ctx context.Context, in *approveRefundIn) (*body[RefundJSON], error) {
	return s.verb(ctx, in.PathID, func(tx *storage.Tx, refundID id.ID) (*order.Refund, error) {
		return s.Lifecycle.Approve(tx, actor(ctx), refundID, in.Body != nil && in.Body.GoodsComeBack)
	})
}

type rejectRefundIn struct {
	PathID
	Body struct {
		Reason string `json:"reason" minLength:"1" maxLength:"800"`
	}
}

func (s *Server) rejectRefund(ctx context.Context, in *rejectRefundIn) (*body[RefundJSON], error) {
	return s.verb(ctx, in.PathID, func(tx *storage.Tx, refundID id.ID) (*order.Refund, error) {
		return s.Lifecycle.Reject(tx, actor(ctx), refundID, in.Body.Reason)
	})
}

type restockedLine struct {
	LineID   string `json:"line_id" maxLength:"20"`
	Quantity int64  `json:"quantity" minimum:"0" maximum:"9999"`
}

type acceptReturnIn struct {
	PathID
	Body *struct {
		Restock []restockedLine `json:"restock,omitempty" maxItems:"200" doc:"what can be sold again"`
	}
}

func (s *Server) acceptReturn(ctx context.Context, in *acceptReturnIn) (*body[RefundJSON], error) {
	var restock []order.CameBack
	var wrong wrongIDs
	if in.Body != nil {
		for i, l := range in.Body.Restock {
			restock = append(restock, order.CameBack{LineID: wrong.parse(l.LineID, index("restock", i)+".line_id"), Quantity: l.Quantity})
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return s.verb(ctx, in.PathID, func(tx *storage.Tx, refundID id.ID) (*order.Refund, error) {
		return s.Lifecycle.Accept(tx, actor(ctx), refundID, restock)
	})
}

type sendBackIn struct {
	PathID
	Body ParcelFields
}

func (s *Server) sendBack(ctx context.Context, in *sendBackIn) (*body[RefundJSON], error) {
	return s.verb(ctx, in.PathID, func(tx *storage.Tx, refundID id.ID) (*order.Refund, error) {
		return s.Lifecycle.SendBack(tx, actor(ctx), refundID, order.Parcel(in.Body))
	})
}

func (s *Server) withdrawRefund(ctx context.Context, in *PathID) (*body[RefundJSON], error) {
	return s.verb(ctx, *in, func(tx *storage.Tx, refundID id.ID) (*order.Refund, error) {
		return s.Lifecycle.Withdraw(tx, actor(ctx), refundID)
	})
}
