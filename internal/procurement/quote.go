package procurement

import (
	"strconv"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/storage"
)

// maxLead is how many days ahead a delivery may be promised.
const maxLead = 730

// Quote is a cooperative's offer: a price for each line, and the day by which it delivers.
type Quote struct {
	Prices    map[id.ID]money.Fen // by the line
	DeliverBy string
}

// Quote offers what was asked for. Repeated by the same person it changes nothing.
func (s *Service) Quote(tx *storage.Tx, by audit.Actor, orderID id.ID, in Quote) error {
	o, err := s.ofCooperative(tx, by, orderID)
	if err != nil || o.QuotedBy == by.UserID {
		return err
	}
	if o.Status != Requested {
		return ErrState
	}
	if err := in.check(o, tx.Now()); err != nil {
		return err
	}
	prices := map[string]money.Fen{}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.PriceFen = in.Prices[l.ID]
		o.QuotedFen += l.quoted()
		prices[l.ID.String()] = l.PriceFen
		if err := l.save(tx, "PriceFen"); err != nil {
			return err
		}
	}
	o.DeliverBy = in.DeliverBy
	err = o.step(tx, by, quote, "purchase_order.quoted", map[string]any{"quoted_fen": o.QuotedFen, "deliver_by": o.DeliverBy, "prices": prices},
		func(now *clock.Millis) { o.QuotedBy, o.QuotedAt = by.UserID, now })
	if err != nil {
		return err
	}
	return o.tellOther(tx, o.EnterpriseID, "purchase_quoted")
}

func (in Quote) check(o Order, now clock.Millis) error {
	var p fault.Problems
	if _, err := clock.DayBegins(in.DeliverBy); err != nil || in.DeliverBy < now.Day() || in.DeliverBy > dayAfter(now, maxLead) {
		p.Add("deliver_by", "invalid", "must be a day from today on, within two years")
	}
	for i, l := range o.Lines {
		if price := in.Prices[l.ID]; price < 1 || price > maxPrice {
			p.Add(lineAt(i)+"price_fen", "invalid", "must be 1 to "+strconv.FormatInt(int64(maxPrice), 10)+", for each line")
		}
	}
	if len(in.Prices) > len(o.Lines) {
		p.Add("lines", "unknown", "name the lines of this purchase order, each once")
	}
	return p.Err()
}

// Decline is a cooperative's no. Repeated by the same person it changes nothing.
func (s *Service) Decline(tx *storage.Tx, by audit.Actor, orderID id.ID, reason string) error {
	o, err := s.ofCooperative(tx, by, orderID)
	if err != nil {
		return err
	}
	return o.end(tx, by, decline, "purchase_order.declined", reason, o.EnterpriseID, "purchase_declined")
}

// Cancel gives an order up before its goods are on their way, for the enterprise. Repeated by
// the same person it changes nothing.
func (s *Service) Cancel(tx *storage.Tx, by audit.Actor, orderID id.ID, reason string) error {
	o, err := lock(tx, by.OrgID, orderID)
	if err != nil {
		return err
	}
	return o.end(tx, by, cancel, "purchase_order.cancelled", reason, o.CooperativeID, "purchase_cancelled")
}

func (o *Order) end(tx *storage.Tx, by audit.Actor, deed, action, reason string, told id.ID, template string) error {
	if o.EndedBy == by.UserID {
		return nil
	}
	var p fault.Problems
	reason = p.Reason(reason, true)
	if err := p.Err(); err != nil {
		return err
	}
	o.Reason = reason
	if err := o.step(tx, by, deed, action, nil, func(now *clock.Millis) { o.EndedBy, o.EndedAt = by.UserID, now }); err != nil {
		return err
	}
	return o.tellOther(tx, told, template)
}

// ofCooperative locks an order for a member of its cooperative, who is none of the enterprise.
func (s *Service) ofCooperative(tx *storage.Tx, by audit.Actor, orderID id.ID) (Order, error) {
	o, err := lock(tx, by.OrgID, orderID)
	if err == nil {
		err = org.NotInsider(tx, by.UserID, o.EnterpriseID)
	}
	return o, err
}

// tellOther tells one side what the other did.
func (o Order) tellOther(tx *storage.Tx, told id.ID, template string) error {
	other := o.EnterpriseID
	if told == other {
		other = o.CooperativeID
	}
	from, err := organisation(tx, other)
	if err != nil {
		return err
	}
	return o.tell(tx, told, template, map[string]string{"organisation": from.Name})
}

func (l Line) save(tx *storage.Tx, columns ...any) error {
	return tx.Model(&Line{}).Where("id = ?", l.ID).Select(columns[0], columns[1:]...).Updates(l).Error
}
