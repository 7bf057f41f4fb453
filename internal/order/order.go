// Package order is the sale. An order is divided into one sub-order for each
// cooperative, each with its own freight, status and, later, settlement.
//
// Invariants: total = goods + freight − discounts + shares on top = what the tenders
// paid; what is refunded, with what open requests hold back, never exceeds what was
// paid or bought; a line's share entries sum to share.Target of the line; whatever
// moves money posts one balanced transaction.
//
// A file for each verb: checkout and commit, ship, receive, cancel, refund; status is
// the one table of what may follow what; books is every posting.
package order

import (
	"slices"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
)

// TenderAidCard is the tender of payments by aid card.
const TenderAidCard = "aid_card"

// Refusals.
var (
	ErrNotFound      = fault.New(fault.NotFound, "not_found", "there is no such order")
	errNoPart        = fault.New(fault.NotFound, "not_found", "the order has no such part").With("sub_order_id", "unknown", "the order has no such part")
	ErrPriceChanged  = fault.New(fault.Conflict, "price_changed", "a price has changed since it was shown")
	ErrCartChanged   = fault.New(fault.Conflict, "cart_changed", "something in the cart is no longer on sale; look at the cart again")
	ErrCartEmpty     = fault.New(fault.Conflict, "cart_empty", "there is nothing in the cart to order")
	ErrState         = fault.New(fault.Conflict, "state_conflict", "the order is in a state that does not allow this")
	ErrShipExceeds   = fault.New(fault.Conflict, "shipment_exceeds", "this is more than is still to be sent")
	ErrRefundExceeds = fault.New(fault.Conflict, "refund_exceeds", "this is more than is left to refund")
)

// Order is what one buyer bought in one checkout.
type Order struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	BuyerID       id.ID
	OrgID         id.ID // that it was placed for; 0: the buyer
	Status        string
	GoodsFen      money.Fen
	FreightFen    money.Fen
	DiscountFen   money.Fen
	OnTopFen      money.Fen // shares that the buyer bears
	TotalFen      money.Fen
	Channel       string // empty: the storefront
	AddressCipher []byte // the address as it was, sealed
	ProofCode     string
	PayBy         *clock.Millis // while it waits for payment
	PaidAt        *clock.Millis // nil: never paid
	CreatedAt     clock.Millis
	BulkID        id.ID // the bulk order that it is of; 0: none
	BulkRow       int   // and for which of its recipients

	SubOrders []SubOrder `gorm:"-"`
	Lines     []Line     `gorm:"-"`
	Payments  []Payment  `gorm:"-"`
	Refunds   []Refund   `gorm:"-"`
}

// TableName is the table's name.
func (Order) TableName() string { return "orders" }

// SubOrder is one cooperative's part of an order.
type SubOrder struct {
	ID                 id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrderID            id.ID
	CooperativeID      id.ID
	Status             string
	GoodsFen           money.Fen // before discounts
	DiscountFen        money.Fen
	PromotionID        id.ID
	FreightFen         money.Fen
	RefundedFreightFen money.Fen
	ReservedFreightFen money.Fen // held back by open refunds
	ShippedAt          *clock.Millis
	ReceivedAt         *clock.Millis
	ClosedAt           *clock.Millis
	DueAt              *clock.Millis // when a timer moves it on; nil: not by itself

	CooperativeName string     `gorm:"->"`
	Shipments       []Shipment `gorm:"-"`
}

// TableName is the table's name.
func (SubOrder) TableName() string { return "sub_orders" }

// Line is one SKU of an order, with the share rule frozen as it was.
type Line struct {
	ID          id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrderID     id.ID
	SubOrderID  id.ID
	ProductID   id.ID
	SKUID       id.ID `gorm:"column:sku_id"`
	VillageID   id.ID
	Title       string
	Spec        string
	CoverURL    string
	Quantity    int64
	PriceFen    money.Fen // of one unit
	DiscountFen money.Fen
	NetFen      money.Fen // paid for the goods, after discounts, without freight

	ShippedQuantity   int64
	CancelledQuantity int64 // came off before dispatch
	RestockedQuantity int64 // went back to the stock
	RefundedQuantity  int64 // before or after dispatch
	RefundedFen       money.Fen
	ReservedQuantity  int64 // held back by open refunds
	ReservedFen       money.Fen

	RuleID          id.ID
	RateBp          money.BasisPoints
	ShareBearer     string
	ShareCampaignID id.ID
	CampaignID      id.ID     // in which the product was on sale; 0: in none
	ShareFen        money.Fen // posted so far for the village collective
	OnTopFen        money.Fen // the share as the buyer paid it on top, where the buyer bears it

	VillageName   string `gorm:"->"`
	CooperativeID id.ID  `gorm:"-"` // while the order is priced and its parts have no ids
}

// TableName is the table's name.
func (Line) TableName() string { return "order_lines" }

// Payment is what one tender paid of an order.
type Payment struct {
	ID          id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrderID     id.ID
	Position    int
	Tender      string // TenderAidCard, payment.BankTransfer, or the name of a gateway
	CardID      id.ID  // of an aid card
	ChargeID    id.ID  // of a gateway or a bank transfer
	AmountFen   money.Fen
	RefundedFen money.Fen
	Status      string

	CardNumber     string  `gorm:"->"`
	RemittanceCode *string `gorm:"->"` // for the memo of a bank transfer
}

// TableName is the table's name.
func (Payment) TableName() string { return "order_payments" }

// ShareFen is the villages' share of the order as it stands.
func (o Order) ShareFen() money.Fen {
	var sum money.Fen
	for _, l := range o.Lines {
		sum += l.ShareFen
	}
	return sum
}

// RefundedFen is all that went back to the tenders.
func (o Order) RefundedFen() money.Fen {
	var sum money.Fen
	for _, p := range o.Payments {
		sum += p.RefundedFen
	}
	return sum
}

// waited tells whether a gateway had, or has, to pay a part.
func (o *Order) waited() bool {
	return slices.ContainsFunc(o.Payments, func(p Payment) bool { return p.Tender != TenderAidCard })
}

func (o *Order) sub(subID id.ID) *SubOrder {
	at := slices.IndexFunc(o.SubOrders, func(s SubOrder) bool { return s.ID == subID })
	if at < 0 {
		return nil
	}
	return &o.SubOrders[at]
}

func (o *Order) line(lineID id.ID) *Line {
	at := slices.IndexFunc(o.Lines, func(l Line) bool { return l.ID == lineID })
	if at < 0 {
		return nil
	}
	return &o.Lines[at]
}

// linesOf are the lines of a sub-order.
func (o *Order) linesOf(subID id.ID) []*Line {
	return o.linesThat(func(l Line) bool { return l.SubOrderID == subID })
}

// soldBy are the lines of a cooperative, while the order is priced.
func (o *Order) soldBy(cooperative id.ID) []*Line {
	return o.linesThat(func(l Line) bool { return l.CooperativeID == cooperative })
}

func (o *Order) linesThat(belong func(Line) bool) []*Line {
	var found []*Line
	for i := range o.Lines {
		if belong(o.Lines[i]) {
			found = append(found, &o.Lines[i])
		}
	}
	return found
}

// unshipped are the units that are still to be sent.
func (l Line) unshipped() int64 { return l.Quantity - l.CancelledQuantity - l.ShippedQuantity }

// leftUnits and leftFen are what may still be asked back.
func (l Line) leftUnits() int64   { return l.Quantity - l.RefundedQuantity - l.ReservedQuantity }
func (l Line) leftFen() money.Fen { return l.NetFen - l.RefundedFen - l.ReservedFen }

func (s SubOrder) leftFreight() money.Fen {
	return s.FreightFen - s.RefundedFreightFen - s.ReservedFreightFen
}
