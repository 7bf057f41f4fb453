package rest

import (
	"context"
	"time"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/order"
)

// OrderJSON is a whole order.
type OrderJSON struct {
	ID          string         `json:"id"`
	Status      string         `json:"status" doc:"of the least advanced sub-order that is not cancelled"`
	GoodsFen    money.Fen      `json:"goods_fen"`
	FreightFen  money.Fen      `json:"freight_fen"`
	DiscountFen money.Fen      `json:"discount_fen"`
	OnTopFen    money.Fen      `json:"on_top_fen" doc:"shares that the buyer bears"`
	TotalFen    money.Fen      `json:"total_fen"`
	ShareFen    money.Fen      `json:"share_fen" doc:"credited to village collectives, net of refunds"`
	RefundedFen money.Fen      `json:"refunded_fen"`
	ProofCode   string         `json:"proof_code"`
	CreatedAt   time.Time      `json:"created_at"`
	PayBy       *time.Time     `json:"pay_by" doc:"until when the rest is to be paid; null: it is paid, or was given up"`
	PaidAt      *time.Time     `json:"paid_at" doc:"null: not paid"`
	Address     AddressFields  `json:"address"`
	Transfer    *TransferJSON  `json:"transfer,omitempty" doc:"while a bank transfer is awaited"`
	Payments    []PaymentJSON  `json:"payments"`
	Lines       []LineJSON     `json:"lines"`
	SubOrders   []SubOrderJSON `json:"sub_orders"`
	Refunds     []RefundJSON   `json:"refunds"`
}

// PaymentJSON is what one tender paid.
type PaymentJSON struct {
	Tender       string    `json:"tender" doc:"aid_card, bank_transfer, or the name of a payment gateway"`
	CardID       string    `json:"card_id,omitempty"`
	MaskedNumber string    `json:"masked_number,omitempty"`
	AmountFen    money.Fen `json:"amount_fen"`
	RefundedFen  money.Fen `json:"refunded_fen"`
	Status       string    `json:"status" enum:"held,awaited,captured,released"`
}

// LineJSON is one SKU of an order.
type LineJSON struct {
	ID               string    `json:"id"`
	SubOrderID       string    `json:"sub_order_id"`
	ProductID        string    `json:"product_id"`
	SKUID            string    `json:"sku_id"`
	Title            string    `json:"title"`
	Spec             string    `json:"spec"`
	CoverURL         string    `json:"cover_url"`
	Quantity         int64     `json:"quantity"`
	PriceFen         money.Fen `json:"price_fen"`
	NetFen           money.Fen `json:"net_fen"`
	RefundedQuantity int64     `json:"refunded_quantity"`
	RefundedFen      money.Fen `json:"refunded_fen"`
	ShippedQuantity  int64     `json:"shipped_quantity"`
	ReservedQuantity int64     `json:"reserved_quantity" doc:"held back by refunds that are not decided"`
	ReservedFen      money.Fen `json:"reserved_fen" doc:"held back with them"`
	ShareFen         money.Fen `json:"share_fen"`
	ShareBearer      string    `json:"share_bearer" enum:"seller,buyer,campaign"`
	OnTopFen         money.Fen `json:"on_top_fen" doc:"the share, where the buyer paid it on top"`
	VillageID        string    `json:"village_id"`
	VillageName      string    `json:"village_name"`
}

// SubOrderJSON is one cooperative's part of an order.
type SubOrderJSON struct {
	ID                 string         `json:"id"`
	Cooperative        NamedJSON      `json:"cooperative"`
	Status             string         `json:"status"`
	GoodsFen           money.Fen      `json:"goods_fen"`
	FreightFen         money.Fen      `json:"freight_fen"`
	RefundedFreightFen money.Fen      `json:"refunded_freight_fen"`
	ReservedFreightFen money.Fen      `json:"reserved_freight_fen" doc:"held back by refunds that are not decided"`
	ReceiveBy          *time.Time     `json:"receive_by" doc:"when what was sent counts as received by itself; null: not sent whole, or a refund stops the clock, which goes on when it is decided"`
	CloseBy            *time.Time     `json:"close_by" doc:"until when what was received can be asked back; null: not received, or a refund stops the clock, which goes on when it is decided; after a refusal there are 48 hours at least"`
	Shipments          []ShipmentJSON `json:"shipments"`
}

// ShipmentJSON is a parcel on its way.
type ShipmentJSON struct {
	ID         string            `json:"id"`
	Carrier    string            `json:"carrier"`
	TrackingNo string            `json:"tracking_no"`
	CreatedAt  time.Time         `json:"created_at"`
	Lines      []ShippedLineJSON `json:"lines"`
}

// ShippedLineJSON is what a parcel holds of a line.
type ShippedLineJSON struct {
	LineID   string `json:"line_id"`
	Quantity int64  `json:"quantity"`
}

func shipmentJSON(p order.Shipment) ShipmentJSON {
	out := ShipmentJSON{ID: p.ID.String(), Carrier: p.Carrier, TrackingNo: p.TrackingNo, CreatedAt: p.CreatedAt.Time(), Lines: []ShippedLineJSON{}}
	for _, l := range p.Lines {
		out.Lines = append(out.Lines, ShippedLineJSON{l.LineID.String(), l.Quantity})
	}
	return out
}

// RefundJSON is money given back, and to which cards.
type RefundJSON struct {
	ID               string              `json:"id"`
	Status           string              `json:"status"`
	AmountFen        money.Fen           `json:"amount_fen"`
	FreightFen       money.Fen           `json:"freight_fen"`
	ShareReversedFen money.Fen           `json:"share_reversed_fen"`
	Reason           string              `json:"reason"`
	SubOrderID       string              `json:"sub_order_id,omitempty" doc:"of one after dispatch"`
	DecisionReason   string              `json:"decision_reason,omitempty"`
	ReturnParcel     *ReturnParcelJSON   `json:"return_parcel,omitempty"`
	CreatedAt        time.Time           `json:"created_at"`
	ChangedAt        time.Time           `json:"changed_at"`
	Lines            []RefundedLineJSON  `json:"lines"`
	Payments         []RefundPaymentJSON `json:"payments"`
}

// ReturnParcelJSON is how goods come back.
type ReturnParcelJSON struct {
	Carrier    string `json:"carrier"`
	TrackingNo string `json:"tracking_no"`
}

// RefundedLineJSON is what a refund gives, or asks, back of a line.
type RefundedLineJSON struct {
	LineID    string    `json:"line_id"`
	Quantity  int64     `json:"quantity"`
	AmountFen money.Fen `json:"amount_fen"`
}

// RefundPaymentJSON is what one tender got back.
type RefundPaymentJSON struct {
	Tender       string    `json:"tender"`
	CardID       string    `json:"card_id,omitempty"`
	MaskedNumber string    `json:"masked_number,omitempty"`
	AmountFen    money.Fen `json:"amount_fen"`
}

// masked shows the last four digits of a card; a tender without a card has none.
func masked(number string) string {
	if number == "" {
		return ""
	}
	return "**** **** " + number[len(number)-4:]
}

func (s *Server) orderJSON(o order.Order) (OrderJSON, error) {
	address, err := s.openAddress(o.AddressCipher)
	if err != nil {
		return OrderJSON{}, err
	}
	out := OrderJSON{
		ID: o.ID.String(), Status: o.Status, GoodsFen: o.GoodsFen, FreightFen: o.FreightFen, DiscountFen: o.DiscountFen,
		OnTopFen: o.OnTopFen, TotalFen: o.TotalFen, ShareFen: o.ShareFen(), RefundedFen: o.RefundedFen(), ProofCode: o.ProofCode,
		CreatedAt: o.CreatedAt.Time(), PayBy: timeOrNil(o.PayBy), PaidAt: timeOrNil(o.PaidAt), Address: addressFields(address),
		Transfer: s.transferOf(o), Payments: []PaymentJSON{}, Lines: []LineJSON{}, SubOrders: []SubOrderJSON{}, Refunds: []RefundJSON{},
	}
	for _, p := range o.Payments {
		out.Payments = append(out.Payments, PaymentJSON{p.Tender, idOrNone(p.CardID), masked(p.CardNumber), p.AmountFen, p.RefundedFen, p.Status})
	}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, lineJSON(l))
	}
	for _, sub := range o.SubOrders {
		out.SubOrders = append(out.SubOrders, subOrderJSON(sub))
	}
	for _, r := range o.Refunds {
		out.Refunds = append(out.Refunds, refundJSON(r))
	}
	return out, nil
}

func timeOrNil(at *clock.Millis) *time.Time {
	if at == nil {
		return nil
	}
	t := at.Time()
	return &t
}

func lineJSON(l order.Line) LineJSON {
	return LineJSON{
		ID: l.ID.String(), SubOrderID: l.SubOrderID.String(), ProductID: l.ProductID.String(), SKUID: l.SKUID.String(),
		Title: l.Title, Spec: l.Spec, CoverURL: l.CoverURL, Quantity: l.Quantity, PriceFen: l.PriceFen, NetFen: l.NetFen,
		RefundedQuantity: l.RefundedQuantity, RefundedFen: l.RefundedFen, ShippedQuantity: l.ShippedQuantity, ReservedQuantity: l.ReservedQuantity, ReservedFen: l.ReservedFen,
		ShareFen: l.ShareFen, ShareBearer: l.ShareBearer, OnTopFen: l.OnTopFen, VillageID: l.VillageID.String(), VillageName: l.VillageName,
	}
}

func subOrderJSON(s order.SubOrder) SubOrderJSON {
	out := SubOrderJSON{
		ID: s.ID.String(), Cooperative: NamedJSON{s.CooperativeID.String(), s.CooperativeName}, Status: s.Status,
		GoodsFen: s.GoodsFen, FreightFen: s.FreightFen, RefundedFreightFen: s.RefundedFreightFen, ReservedFreightFen: s.ReservedFreightFen, Shipments: []ShipmentJSON{},
	}
	switch s.Status {
	case order.Shipped:
		out.ReceiveBy = timeOrNil(s.DueAt)
	case order.ReceivedByBuyer:
		out.CloseBy = timeOrNil(s.DueAt)
	}
	for _, p := range s.Shipments {
		out.Shipments = append(out.Shipments, shipmentJSON(p))
	}
	return out
}

func refundJSON(r order.Refund) RefundJSON {
	out := RefundJSON{ID: r.ID.String(), Status: r.Status, AmountFen: r.AmountFen, FreightFen: r.FreightFen,
		ShareReversedFen: r.ShareReversedFen, Reason: r.Reason, SubOrderID: idOrNone(r.SubOrderID), DecisionReason: r.DecisionReason,
		CreatedAt: r.CreatedAt.Time(), ChangedAt: r.ChangedAt.Time(), Lines: []RefundedLineJSON{}, Payments: []RefundPaymentJSON{}}
	if r.ReturnTrackingNo != "" {
		out.ReturnParcel = &ReturnParcelJSON{r.ReturnCarrier, r.ReturnTrackingNo}
	}
	for _, l := range r.Lines {
		out.Lines = append(out.Lines, RefundedLineJSON{l.LineID.String(), l.Quantity, l.AmountFen})
	}
	for _, p := range r.Payments {
		out.Payments = append(out.Payments, RefundPaymentJSON{p.Tender, idOrNone(p.CardID), masked(p.CardNumber), p.AmountFen})
	}
	return out
}

type ordersIn struct {
	Paging
	Status string `query:"status" enum:"awaiting_payment,paid,partly_shipped,shipped,received,closed,cancelled"`
}

func (s *Server) listOrders(ctx context.Context, in *ordersIn) (*body[list[OrderJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := order.List(s.DB.Read(ctx), caller(ctx).UserID, order.Filter{Status: in.Status, BeforeID: before, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(o order.Order) string { return o.ID.String() })
	out := &body[list[OrderJSON]]{list[OrderJSON]{Items: []OrderJSON{}, NextCursor: next}}
	for _, o := range page {
		shown, err := s.orderJSON(o)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, shown)
	}
	return out, nil
}

func (s *Server) getOrder(ctx context.Context, in *PathID) (*body[OrderJSON], error) {
	orderID, err := in.parse(order.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.showOrder(ctx, orderID)
}

func (s *Server) showOrder(ctx context.Context, orderID id.ID) (*body[OrderJSON], error) {
	o, err := order.Get(s.DB.Read(ctx), caller(ctx).UserID, orderID)
	if err != nil {
		return nil, err
	}
	shown, err := s.orderJSON(o)
	return &body[OrderJSON]{shown}, err
}
