package procurement

import (
	"strconv"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/org"
	"zique/internal/share"
	"zique/internal/storage"
)

// Approve is a second member's word for a quote. It freezes the rate of the share. Repeated
// by the same person it changes nothing.
func (s *Service) Approve(tx *storage.Tx, by audit.Actor, orderID id.ID) error {
	o, err := s.ofEnterprise(tx, by, orderID)
	switch {
	case err != nil || o.ApprovedBy == by.UserID:
		return err
	case o.DraftedBy == by.UserID:
		return org.ErrOwnRequest
	case o.Status != Quoted:
		return ErrState
	}
	now := tx.Now()
	rules, err := share.Hold(tx, now)
	if err != nil {
		return err
	}
	if err := o.applyRules(rules); err != nil {
		return err
	}
	for _, l := range o.Lines {
		if err := l.save(tx, "RuleID", "RateBp"); err != nil {
			return err
		}
	}
	err = o.step(tx, by, approve, "purchase_order.approved", map[string]any{"quoted_fen": o.QuotedFen, "expected_share_fen": o.ExpectedShareFen()},
		func(*clock.Millis) { o.ApprovedBy, o.ApprovedAt = by.UserID, &now })
	if err != nil {
		return err
	}
	return o.tellOther(tx, o.CooperativeID, "purchase_approved")
}

// applyRules gives each line the rule of its sale.
func (o *Order) applyRules(rules share.Rules) error {
	for i := range o.Lines {
		l := &o.Lines[i]
		rule, err := rules.For(share.Sale{CategoryID: l.CategoryID, VillageID: l.VillageID, Channel: Channel})
		if err != nil {
			return err
		}
		l.RuleID, l.RateBp = rule.ID, rule.RateBp
	}
	return nil
}

// ofEnterprise locks an order for a member of its enterprise, who is none of the cooperative.
func (s *Service) ofEnterprise(tx *storage.Tx, by audit.Actor, orderID id.ID) (Order, error) {
	o, err := lock(tx, by.OrgID, orderID)
	if err == nil {
		err = org.NotInsider(tx, by.UserID, o.CooperativeID)
	}
	return o, err
}

// Delivery is how the goods come. Everything comes at once; what is missing is rejected.
type Delivery struct {
	Carrier      string
	DeliveryNote string // its number
}

// Deliver sends the goods. Repeated by the same person it changes nothing.
func (s *Service) Deliver(tx *storage.Tx, by audit.Actor, orderID id.ID, in Delivery) error {
	o, err := s.ofCooperative(tx, by, orderID)
	if err != nil || o.DeliveredBy == by.UserID {
		return err
	}
	var p fault.Problems
	in.Carrier, in.DeliveryNote = p.Line("carrier", in.Carrier, maxCarrier), p.Line("delivery_note", in.DeliveryNote, maxNote)
	if err := p.Err(); err != nil {
		return err
	}
	o.Carrier, o.DeliveryNote = in.Carrier, in.DeliveryNote
	err = o.step(tx, by, deliver, "purchase_order.delivered", map[string]any{"carrier": o.Carrier, "delivery_note": o.DeliveryNote},
		func(now *clock.Millis) { o.DeliveredBy, o.DeliveredAt = by.UserID, now })
	if err != nil {
		return err
	}
	return o.tellOther(tx, o.EnterpriseID, "purchase_delivered")
}

// Checked is what became of a line's goods when they were looked at.
type Checked struct {
	LineID           id.ID
	AcceptedQuantity int64
	Reason           string // why the rest was rejected
}

// Accept is the acceptance form (验收单): for every line how much of it was good. What is due
// is what was accepted, and the shares of that. Repeated by the same person it changes nothing.
func (s *Service) Accept(tx *storage.Tx, by audit.Actor, orderID id.ID, checked []Checked) error {
	o, err := s.ofEnterprise(tx, by, orderID)
	switch {
	case err != nil || o.AcceptedBy == by.UserID:
		return err
	case o.ApprovedBy == by.UserID:
		return org.ErrOwnRequest
	case o.Status != Delivered:
		return ErrState
	}
	if err := o.checkForm(checked); err != nil {
		return err
	}
	amounts := map[string]string{}
	for i := range o.Lines {
		l := &o.Lines[i]
		l.GoodsFen = l.PriceFen * money.Fen(l.AcceptedQuantity)
		l.ShareFen = share.Target(l.GoodsFen, 0, l.RateBp)
		o.GoodsFen += l.GoodsFen
		o.ShareFen += l.ShareFen
		amounts[l.ID.String()] = l.accepted()
		if err := l.save(tx, "AcceptedQuantity", "RejectedQuantity", "RejectedReason", "GoodsFen", "ShareFen"); err != nil {
			return err
		}
	}
	deed := accept
	if o.GoodsFen == 0 {
		deed = reject
	} else {
		o.DueDay = dayAfter(tx.Now(), o.TermsDays)
	}
	err = o.step(tx, by, deed, "purchase_order.accepted", map[string]any{"goods_fen": o.GoodsFen, "share_fen": o.ShareFen, "due_day": o.DueDay, "lines": amounts},
		func(now *clock.Millis) { o.AcceptedBy, o.AcceptedAt = by.UserID, now })
	if err != nil {
		return err
	}
	return o.tellOther(tx, o.CooperativeID, "purchase_accepted")
}

// accepted is what the log keeps of a line that was looked at.
func (l Line) accepted() string {
	text := l.VillageID.String() + ":" + l.RuleID.String()
	for _, n := range []int64{int64(l.RateBp), l.AcceptedQuantity, int64(l.PriceFen), int64(l.ShareFen)} {
		text += ":" + strconv.FormatInt(n, 10)
	}
	return text
}

// checkForm fills the form in, or names every field that is wrong.
func (o *Order) checkForm(checked []Checked) error {
	var p fault.Problems
	by := map[id.ID]Checked{}
	for _, c := range checked {
		by[c.LineID] = c
	}
	if len(by) != len(o.Lines) || len(checked) != len(o.Lines) {
		p.Add("lines", "incomplete", "name the lines of this purchase order, each once")
	}
	for i := range o.Lines {
		l, at := &o.Lines[i], lineAt(i)
		c, named := by[l.ID]
		if !named {
			p.Add(at+"line_id", "required", "say how much of each line was accepted")
			continue
		}
		if c.AcceptedQuantity < 0 || c.AcceptedQuantity > l.Quantity {
			p.Add(at+"accepted_quantity", "invalid", "must be 0 to what was ordered")
			continue
		}
		l.AcceptedQuantity, l.RejectedQuantity = c.AcceptedQuantity, l.Quantity-c.AcceptedQuantity
		if l.RejectedQuantity > 0 {
			l.RejectedReason = p.Text(at+"reason", c.Reason, maxReason)
		}
	}
	return p.Err()
}

const maxReason = 500 // characters, as elsewhere
