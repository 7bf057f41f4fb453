// Package order is the sale. An order is divided into one sub-order for each
// cooperative, each with its own freight, status and, later, settlement.
//
// Invariants: total = goods + freight − discounts = what the tenders paid; what is
// refunded never exceeds what was paid or bought; a line's share entries sum to
// share.Target of the line; whatever moves money posts one balanced transaction.
package order

import (
	"slices"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
)

// Statuses of a sub-order, from the least to the most advanced. An order has the
// least advanced status of its sub-orders that are not cancelled, else Cancelled.
const (
	AwaitingPayment = "awaiting_payment"
	Paid            = "paid"
	PartlyShipped   = "partly_shipped"
	Shipped         = "shipped"
	ReceivedByBuyer = "received"
	Closed          = "closed"
	Cancelled       = "cancelled"
)

var advance = []string{AwaitingPayment, Paid, PartlyShipped, Shipped, ReceivedByBuyer, Closed}

// Statuses are all that a listing may be filtered by.
var Statuses = append(slices.Clone(advance), Cancelled)

// Refunded is the status of a refund that was carried out.
const Refunded = "refunded"

// TenderAidCard is the tender of payments by aid card.
const TenderAidCard = "aid_card"

// Refusals.
var (
	ErrNotFound      = fault.New(fault.NotFound, "not_found", "there is no such order")
	ErrPriceChanged  = fault.New(fault.Conflict, "price_changed", "a price has changed since it was shown")
	ErrCartChanged   = fault.New(fault.Conflict, "cart_changed", "something in the cart is no longer on sale; look at the cart again")
	ErrCartEmpty     = fault.New(fault.Conflict, "cart_empty", "there is nothing in the cart to order")
	ErrState         = fault.New(fault.Conflict, "state_conflict", "the order is in a state that does not allow this")
	ErrRefundExceeds = fault.New(fault.Conflict, "refund_exceeds", "this is more than is left to refund")
)

// Order is what one buyer bought in one checkout.
type Order struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	BuyerID       id.ID
	Status        string
	GoodsFen      money.Fen
	FreightFen    money.Fen
	DiscountFen   money.Fen
	TotalFen      money.Fen
	AddressCipher []byte // the address as it was, sealed
	ProofCode     string
	CreatedAt     clock.Millis

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
	GoodsFen           money.Fen
	FreightFen         money.Fen
	RefundedFreightFen money.Fen

	CooperativeName string `gorm:"->"`
}

// TableName is the table's name.
func (SubOrder) TableName() string { return "sub_orders" }

// Line is one SKU of an order, with the share rule frozen as it was.
type Line struct {
	ID               id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrderID          id.ID
	SubOrderID       id.ID
	ProductID        id.ID
	SKUID            id.ID `gorm:"column:sku_id"`
	VillageID        id.ID
	Title            string
	Spec             string
	CoverURL         string
	Quantity         int64
	PriceFen         money.Fen // of one unit
	NetFen           money.Fen // paid for the goods, after discounts, without freight
	RefundedQuantity int64
	RefundedFen      money.Fen
	RuleID           id.ID
	RateBp           money.BasisPoints
	ShareFen         money.Fen // posted so far for the village collective

	VillageName string `gorm:"->"`
}

// TableName is the table's name.
func (Line) TableName() string { return "order_lines" }

// Payment is what one tender paid of an order.
type Payment struct {
	ID          id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrderID     id.ID
	Position    int
	Tender      string
	CardID      id.ID
	AmountFen   money.Fen
	RefundedFen money.Fen

	CardNumber string `gorm:"->"`
}

// TableName is the table's name.
func (Payment) TableName() string { return "order_payments" }

// Refund is money given back to the tenders that paid.
type Refund struct {
	ID               id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrderID          id.ID
	Status           string
	GoodsFen         money.Fen
	FreightFen       money.Fen
	AmountFen        money.Fen
	ShareReversedFen money.Fen
	Reason           string
	CreatedAt        clock.Millis

	Payments []RefundPayment `gorm:"-"`
}

// TableName is the table's name.
func (Refund) TableName() string { return "refunds" }

type refundLine struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	RefundID  id.ID
	LineID    id.ID
	Quantity  int64
	AmountFen money.Fen
}

func (refundLine) TableName() string { return "refund_lines" }

// RefundPayment is what one tender got back.
type RefundPayment struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	RefundID  id.ID
	PaymentID id.ID
	CardID    id.ID
	AmountFen money.Fen

	CardNumber string `gorm:"->"`
}

// TableName is the table's name.
func (RefundPayment) TableName() string { return "refund_payments" }

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

func (o Order) statusOfParts() string {
	least := len(advance)
	for _, s := range o.SubOrders {
		if at := slices.Index(advance, s.Status); at >= 0 && at < least {
			least = at
		}
	}
	if least == len(advance) {
		return Cancelled
	}
	return advance[least]
}
