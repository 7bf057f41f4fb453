package order

import (
	"fmt"
	"slices"

	"zique/internal/audit"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Approve is the cooperative's yes to a refund that was asked for: at once, or, where
// the goods are to come back first, when it says so with Accept.
func (lc Lifecycle) Approve(tx *storage.Tx, by audit.Actor, refundID id.ID, goodsComeBack bool) (*Refund, error) {
	if goodsComeBack {
		return lc.decide(tx, by, refundID, promise, "", nil)
	}
	return lc.decide(tx, by, refundID, grant, "", nil)
}

// Accept is the cooperative's word that the goods came back. Restock says how many of them
// can be sold again.
func (lc Lifecycle) Accept(tx *storage.Tx, by audit.Actor, refundID id.ID, restock []CameBack) (*Refund, error) {
	return lc.decide(tx, by, refundID, accept, "", restock)
}

// Reject is the cooperative's no, with a reason.
func (lc Lifecycle) Reject(tx *storage.Tx, by audit.Actor, refundID id.ID, reason string) (*Refund, error) {
	var wrong fault.Problems
	reason = wrong.Reason(reason, true)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	return lc.decide(tx, by, refundID, refuse, reason, nil)
}

// decide moves a refund of the acting cooperative's on. Repeated by the same person it
// changes nothing.
func (lc Lifecycle) decide(tx *storage.Tx, by audit.Actor, refundID id.ID, e refundEvent, reason string, restock []CameBack) (*Refund, error) {
	o, r, err := lockRefund(tx, refundID)
	if err != nil {
		return nil, err
	}
	if r.SubOrderID == 0 || o.sub(r.SubOrderID).CooperativeID != by.OrgID {
		return nil, ErrRefundNotFound
	}
	if r.Status == refundMoves[e].to && r.DecidedBy == by.UserID {
		return r, nil
	}
	before := r.Status
	if err := r.move(e, tx.Now()); err != nil {
		return nil, err
	}
	r.DecidedBy, r.DecisionReason = by.UserID, reason
	return r, lc.follow(tx, by, o, r, e, before, restock)
}

// follow does what a refund's new status entails.
func (lc Lifecycle) follow(tx *storage.Tx, by audit.Actor, o *Order, r *Refund, e refundEvent, before string, restock []CameBack) error {
	g := &giving{order: o, refund: r, freight: map[id.ID]money.Fen{r.SubOrderID: r.FreightFen}}
	err := g.takeIn(restock)
	if err != nil {
		return err
	}
	if !r.IsOpen() {
		g.release()
	}
	if r.Status == Refunded {
		err = lc.carryOut(tx, g)
	} else if err = saveRefund(tx, r); err == nil {
		err = lc.save(tx, o)
	}
	if err != nil {
		return err
	}
	deed := g.deed(refundMoves[e].deed)
	deed.Before, deed.Reason = map[string]string{"status": before}, r.DecisionReason
	return audit.Write(tx, by, deed)
}

// CameBack is how many units of a line came back and can be sold again.
type CameBack struct {
	LineID   id.ID
	Quantity int64
}

// takeIn notes what came back, unless it is not of the refund, or was never sent.
func (g *giving) takeIn(restock []CameBack) error {
	var wrong fault.Problems
	g.cameBack = map[id.ID]int64{}
	for i, back := range restock {
		at := slices.IndexFunc(g.refund.Lines, func(l RefundedLine) bool { return l.LineID == back.LineID })
		_, again := g.cameBack[back.LineID]
		switch {
		case at < 0:
			wrong.Add(fmt.Sprintf("restock[%d].line_id", i), "unknown", "the refund has no such line")
			continue
		case again:
			wrong.Add(fmt.Sprintf("restock[%d].line_id", i), "duplicate", "this line is named already")
			continue
		}
		asked := g.refund.Lines[at].Quantity
		if back.Quantity < 0 || back.Quantity > asked-g.order.line(back.LineID).unsentOf(asked) {
			wrong.Add(fmt.Sprintf("restock[%d].quantity", i), "range", "fewer units came back")
		}
		g.cameBack[back.LineID] = back.Quantity
	}
	return wrong.Err()
}

// SendBack is the buyer's word that the goods are on their way back.
func (lc Lifecycle) SendBack(tx *storage.Tx, by audit.Actor, refundID id.ID, p Parcel) (*Refund, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	o, r, err := lockOwnRefund(tx, by, refundID)
	if err != nil || r.Status == Returned {
		return r, err
	}
	if err := r.move(sendBack, tx.Now()); err != nil {
		return nil, err
	}
	r.ReturnCarrier, r.ReturnTrackingNo = p.Carrier, p.TrackingNo
	return r, lc.follow(tx, by, o, r, sendBack, Approved, nil)
}

// withdrawn is what a refund says that its buyer took back.
const withdrawn = "withdrawn by the buyer"

// Withdraw takes back what the buyer asked for.
func (lc Lifecycle) Withdraw(tx *storage.Tx, by audit.Actor, refundID id.ID) (*Refund, error) {
	o, r, err := lockOwnRefund(tx, by, refundID)
	if err != nil || r.Status == Rejected && r.DecidedBy == by.UserID {
		return r, err
	}
	before := r.Status
	if err := r.move(withdraw, tx.Now()); err != nil {
		return nil, err
	}
	r.DecidedBy, r.DecisionReason = by.UserID, withdrawn
	return r, lc.follow(tx, by, o, r, withdraw, before, nil)
}

func lockOwnRefund(tx *storage.Tx, by audit.Actor, refundID id.ID) (*Order, *Refund, error) {
	o, r, err := lockRefund(tx, refundID)
	if err == nil && o.BuyerID != by.UserID {
		err = ErrRefundNotFound
	}
	return o, r, err
}

// lockRefund locks the order of a refund, whole, and answers the refund in it.
func lockRefund(tx *storage.Tx, refundID id.ID) (*Order, *Refund, error) {
	var found Refund
	if err := tx.Take(&found, refundID).Error; storage.IsNotFound(err) {
		return nil, nil, ErrRefundNotFound
	} else if err != nil {
		return nil, nil, err
	}
	o, err := lock(tx, found.OrderID, 0)
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(o.Refunds, func(r Refund) bool { return r.ID == refundID })
	return o, &o.Refunds[at], nil
}
