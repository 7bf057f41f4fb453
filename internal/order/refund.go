package order

import (
	"slices"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
)

// Statuses of a refund. One before dispatch is carried out at once. Afterwards the
// cooperative decides: at once, or when the goods have come back.
const (
	Requested = "requested" // the buyer asked; what it asks for is held back
	Approved  = "approved"  // the buyer is to send the goods back
	Returned  = "returned"  // the goods are on their way back
	Refunded  = "refunded"  // the money went back
	Rejected  = "rejected"  // by the cooperative, or withdrawn by the buyer
)

// refundEvent is what moves a refund on.
type refundEvent int

const (
	promise  refundEvent = iota // the cooperative agrees, once the goods have come back
	grant                       // the cooperative agrees at once
	sendBack                    // the buyer gave the goods to a carrier
	accept                      // the goods came back
	refuse                      // the cooperative does not agree, or not any more
	withdraw                    // the buyer takes the wish back
)

// refundMoves is what may follow what. Everything else is ErrState.
var refundMoves = map[refundEvent]struct {
	from []string
	to   string
	deed string // in the audit log
}{
	promise:  {[]string{Requested}, Approved, "refund.approved"},
	grant:    {[]string{Requested}, Refunded, "refund.granted"},
	sendBack: {[]string{Approved}, Returned, "refund.goods_sent_back"},
	accept:   {[]string{Returned}, Refunded, "refund.goods_accepted"},
	refuse:   {[]string{Requested, Approved, Returned}, Rejected, "refund.rejected"},
	withdraw: {[]string{Requested, Approved}, Rejected, "refund.withdrawn"},
}

// ErrRefundNotFound says there is no such refund, or it is not the asker's.
var ErrRefundNotFound = fault.New(fault.NotFound, "not_found", "there is no such refund")

// Refund is money given back to the tenders that paid, or asked for.
type Refund struct {
	ID               id.ID `gorm:"primaryKey;autoIncrement:false"`
	OrderID          id.ID
	SubOrderID       id.ID // of one after dispatch; 0: of any, before
	Status           string
	GoodsFen         money.Fen
	FreightFen       money.Fen
	OnTopFen         money.Fen // of shares that the buyer bore
	AmountFen        money.Fen
	ShareReversedFen money.Fen // 0 until the money went back
	Reason           string
	AskedBy          id.ID
	DecidedBy        id.ID
	DecisionReason   string
	ReturnCarrier    string
	ReturnTrackingNo string
	CreatedAt        clock.Millis
	ChangedAt        clock.Millis

	Lines    []RefundedLine  `gorm:"-"`
	Payments []RefundPayment `gorm:"-"`
}

// TableName is the table's name.
func (Refund) TableName() string { return "refunds" }

// IsOpen tells whether the refund waits for somebody and holds back what it asks for.
func (r Refund) IsOpen() bool { return slices.Contains(openRefund, r.Status) }

var openRefund = []string{Requested, Approved, Returned}

// move carries the event out, or answers ErrState.
func (r *Refund) move(e refundEvent, now clock.Millis) error {
	m := refundMoves[e]
	if !slices.Contains(m.from, r.Status) {
		return ErrState
	}
	r.Status, r.ChangedAt = m.to, now
	return nil
}

// RefundedLine is what a refund gives, or asks, back of a line.
type RefundedLine struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	RefundID  id.ID
	LineID    id.ID
	Quantity  int64
	AmountFen money.Fen

	Title string `gorm:"->"`
	Spec  string `gorm:"->"`
}

// TableName is the table's name.
func (RefundedLine) TableName() string { return "refund_lines" }

// RefundPayment is what one tender got back.
type RefundPayment struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	RefundID  id.ID
	PaymentID id.ID
	Tender    string
	CardID    id.ID // of an aid card
	AmountFen money.Fen

	CardNumber string `gorm:"->"`
}

// TableName is the table's name.
func (RefundPayment) TableName() string { return "refund_payments" }
