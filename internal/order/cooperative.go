package order

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/storage"
)

// Part is what one cooperative sees of an order: its own sub-order and lines, and the
// refunds of those; neither the other parts nor how the buyer paid.
type Part struct {
	Order // without SubOrders, Lines, Payments and Refunds
	SubOrder
	Lines   []Line
	Refunds []Refund
}

// PartFilter narrows a cooperative's sub-orders; zero fields do not. BeforeID is the last
// sub-order of the page before.
type PartFilter struct {
	Status     string
	OpenRefund bool // only those with a refund that waits for somebody
	BeforeID   id.ID
	Limit      int
}

// Parts answers a page of a cooperative's sub-orders, the newest first. Those that wait
// for payment are not its business yet.
func Parts(db *gorm.DB, cooperative id.ID, f PartFilter) ([]Part, error) {
	q := db.Model(&SubOrder{}).Where("cooperative_id = ? AND status <> ?", cooperative, AwaitingPayment).Order("id DESC").Limit(f.Limit)
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.OpenRefund {
		q = q.Where("id IN (?)", db.Model(&Refund{}).Select("sub_order_id").Where("status IN ?", openRefund))
	}
	if f.BeforeID != 0 {
		q = q.Where("id < ?", f.BeforeID)
	}
	var subs []SubOrder
	if err := q.Find(&subs).Error; err != nil {
		return nil, err
	}
	return parts(db, subs)
}

// PartOf answers one sub-order of a cooperative's or ErrNotFound.
func PartOf(db *gorm.DB, cooperative, subOrderID id.ID) (Part, error) {
	var s SubOrder
	err := db.Where("id = ? AND cooperative_id = ? AND status <> ?", subOrderID, cooperative, AwaitingPayment).Take(&s).Error
	if storage.IsNotFound(err) {
		return Part{}, ErrNotFound
	}
	if err != nil {
		return Part{}, err
	}
	found, err := parts(db, []SubOrder{s})
	if err != nil {
		return Part{}, err
	}
	return found[0], nil
}

func parts(db *gorm.DB, subs []SubOrder) ([]Part, error) {
	ids := make([]id.ID, len(subs))
	for i, s := range subs {
		ids[i] = s.OrderID
	}
	var orders []Order
	if err := db.Where("id IN ?", ids).Find(&orders).Error; err != nil {
		return nil, err
	}
	if err := fill(db, orders); err != nil {
		return nil, err
	}
	found := make([]Part, 0, len(subs))
	for _, s := range subs {
		at := slices.IndexFunc(orders, func(o Order) bool { return o.ID == s.OrderID })
		found = append(found, orders[at].part(s.ID))
	}
	return found, nil
}

func (o *Order) part(subID id.ID) Part {
	p := Part{Order: *o, SubOrder: *o.sub(subID)}
	p.Order.SubOrders, p.Order.Lines, p.Order.Payments, p.Order.Refunds = nil, nil, nil, nil
	for _, l := range o.linesOf(subID) {
		p.Lines = append(p.Lines, *l)
	}
	for _, r := range o.Refunds {
		r.Payments = nil
		r.Lines = slices.DeleteFunc(slices.Clone(r.Lines), func(l RefundedLine) bool { return o.line(l.LineID).SubOrderID != subID })
		if r.SubOrderID == subID || len(r.Lines) > 0 {
			p.Refunds = append(p.Refunds, r)
		}
	}
	return p
}
