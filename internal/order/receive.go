package order

import (
	"context"
	"errors"

	"zique/internal/audit"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/share"
	"zique/internal/storage"
	"zique/internal/worker"
)

// Receive is the buyer's word that what was sent arrived: of one sub-order, or of every
// one that was sent whole. Repeated, it changes nothing.
func (lc Lifecycle) Receive(tx *storage.Tx, by audit.Actor, orderID id.ID, subOrderID *id.ID) error {
	o, err := lock(tx, orderID, by.UserID)
	if err != nil {
		return err
	}
	named := false
	received, again := []string{}, false
	for i := range o.SubOrders {
		s := &o.SubOrders[i]
		if subOrderID != nil && s.ID != *subOrderID {
			continue
		}
		named = true
		switch {
		case s.Status == ReceivedByBuyer || s.Status == Closed:
			again = true
		case s.Status == Shipped:
			if err := s.move(receive, tx.Now()); err != nil {
				return err
			}
			received = append(received, s.ID.String())
		case subOrderID != nil:
			return ErrState
		}
	}
	switch {
	case !named:
		return errNoPart
	case len(received) == 0 && again:
		return nil
	case len(received) == 0:
		return ErrState
	}
	if err := lc.save(tx, o); err != nil {
		return err
	}
	return audit.Write(tx, by, audit.Change{Action: "order.received", Subject: "order", SubjectID: o.ID,
		After: map[string]any{"status": o.Status, "sub_orders": received}})
}

// Advance moves on everything whose time is up: unpaid orders are given up, what was
// sent counts as received, what was received is closed.
func (lc Lifecycle) Advance(ctx context.Context, db *storage.DB) error {
	return errors.Join(worker.EachDue(ctx, db, &Order{}, "pay_by", lc.expire), worker.EachDue(ctx, db, &SubOrder{}, "due_at", lc.advance))
}

func (lc Lifecycle) advance(tx *storage.Tx, subID id.ID) error {
	o, err := lockOfCooperative(tx, subID, 0)
	if err != nil {
		return err
	}
	s := o.sub(subID)
	if s.DueAt == nil || *s.DueAt > tx.Now() { // moved on meanwhile
		return nil
	}
	before := s.Status
	if s.Status == Shipped {
		err = s.move(receive, tx.Now())
	} else {
		err = lc.finish(tx, o, s)
	}
	if err != nil {
		return err
	}
	if err := lc.save(tx, o); err != nil {
		return err
	}
	return audit.Write(tx, audit.System, audit.Change{Action: "order." + s.Status, Subject: "sub_order", SubjectID: s.ID,
		Before: map[string]string{"status": before}, After: map[string]string{"status": s.Status}})
}

// finish closes a sub-order: what is left of its sales, freight and shares becomes available.
func (lc Lifecycle) finish(tx *storage.Tx, o *Order, s *SubOrder) error {
	lines := o.linesOf(s.ID)
	posting := closePosting(s, lines)
	if err := s.move(finish, tx.Now()); err != nil || isEmpty(posting) {
		return err
	}
	posted, err := ledger.Post(tx, []ledger.Posting{posting})
	if err != nil {
		return err
	}
	var shares []share.Entry
	for _, l := range lines {
		shares = append(shares, shareEntry(l, share.Pending, -l.ShareFen, posted[0]), shareEntry(l, share.Available, l.ShareFen, posted[0]))
	}
	return share.Record(tx, shares)
}
