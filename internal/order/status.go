package order

import (
	"slices"
	"time"

	"zique/internal/clock"
	"zique/internal/payment"
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

// event is what moves a sub-order on.
type event int

const (
	pay      event = iota // the tenders have paid it all
	cancel                // nothing is left of it, and nothing was sent
	shipSome              // a parcel, and units are left
	shipRest              // nothing is left to be sent, and something was
	waive                 // nothing is left to be sent and nothing was, yet the money is not all given back
	receive               // the buyer has it, or the time to say otherwise is over
	finish                // the after-sale window is over: shares and sales become available
)

// moves is what may follow what. Everything else is ErrState.
var moves = map[event]struct {
	from []string
	to   string
}{
	pay:      {[]string{AwaitingPayment}, Paid},
	cancel:   {[]string{AwaitingPayment, Paid, ReceivedByBuyer}, Cancelled}, // received: only if waived
	shipSome: {[]string{Paid, PartlyShipped}, PartlyShipped},
	shipRest: {[]string{Paid, PartlyShipped}, Shipped},
	waive:    {[]string{Paid}, ReceivedByBuyer},
	receive:  {[]string{Shipped}, ReceivedByBuyer},
	finish:   {[]string{ReceivedByBuyer}, Closed},
}

// move carries the event out on the locked sub-order, or answers ErrState.
func (s *SubOrder) move(e event, now clock.Millis) error {
	m := moves[e]
	if !slices.Contains(m.from, s.Status) {
		return ErrState
	}
	s.Status = m.to
	switch m.to {
	case PartlyShipped, Shipped:
		s.ShippedAt = &now
	case ReceivedByBuyer:
		s.ReceivedAt = &now
	case Closed:
		s.ClosedAt = &now
	}
	return nil
}

// isBeforeDispatch tells whether nothing was sent and nothing is over: it can be cancelled.
func (s *SubOrder) isBeforeDispatch() bool {
	return s.Status == Paid || s.Status == ReceivedByBuyer && s.ShippedAt == nil
}

// Timing says how long an order waits before a timer moves it on.
type Timing struct {
	Pay      time.Duration // from placing until an unpaid order is given up
	Transfer time.Duration // the same, of one that is paid by bank
	Receive  time.Duration // from the last parcel until it counts as received
	Close    time.Duration // from receipt: the after-sale window
}

// DefaultTiming is what buyers are told unless the operator decides otherwise.
var DefaultTiming = Timing{Pay: 30 * time.Minute, Transfer: 7 * 24 * time.Hour, Receive: 10 * 24 * time.Hour, Close: 7 * 24 * time.Hour}

// payWithin is how long an order waits for a tender, which is its last.
func (t Timing) payWithin(tender string) time.Duration {
	if tender == payment.BankTransfer {
		return t.Transfer
	}
	return t.Pay
}

// afterRefusal is how long at least a refused buyer may still ask again; where the after-sale
// window is shorter, it is that.
const afterRefusal = 48 * time.Hour

// setDue says when a timer moves the sub-order on. A refund stops the clock while it is
// open; afterwards the time is left that was left then, and after a refusal enough to ask
// again: nobody refuses when it is too late to.
func (o *Order) setDue(s *SubOrder, t Timing) {
	var since clock.Millis
	var wait time.Duration
	s.DueAt = nil
	switch s.Status {
	case Shipped:
		since, wait = *s.ShippedAt, t.Receive
	case ReceivedByBuyer:
		since, wait = *s.ReceivedAt, t.Close
	default:
		return
	}
	due := since.Add(wait)
	for _, r := range o.Refunds { // the one that was asked for first comes first
		switch {
		case r.SubOrderID != s.ID:
			continue
		case r.IsOpen():
			return
		}
		if from := max(since, r.CreatedAt); r.ChangedAt > from {
			due += r.ChangedAt - from
			since = r.ChangedAt
		}
		if r.Status == Rejected && r.DecidedBy != o.BuyerID {
			due = max(due, r.ChangedAt.Add(min(afterRefusal, t.Close)))
		}
	}
	s.DueAt = &due
}

func (o *Order) statusOfParts() string {
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
