package order

import (
	"maps"
	"slices"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/org"
	"zique/internal/share"
	"zique/internal/storage"
)

// Part is what one cooperative sees of an order: its own sub-order and lines, and its own
// part of their refunds; neither the other parts nor how the buyer paid.
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
	moved, err := movedBySeveral(db, orders, subs)
	if err != nil {
		return nil, err
	}
	found := make([]Part, 0, len(subs))
	for _, s := range subs {
		at := slices.IndexFunc(orders, func(o Order) bool { return o.ID == s.OrderID })
		found = append(found, orders[at].part(s.ID, moved))
	}
	return found, nil
}

func (o *Order) part(subID id.ID, moved map[id.ID]refundMoved) Part {
	p := Part{Order: *o, SubOrder: *o.sub(subID)}
	p.Order.SubOrders, p.Order.Lines, p.Order.Payments, p.Order.Refunds = nil, nil, nil, nil
	for _, l := range o.linesOf(subID) {
		p.Lines = append(p.Lines, *l)
	}
	for _, r := range o.Refunds {
		r.Payments = nil
		if m, ofSeveral := moved[r.ID]; ofSeveral {
			r = o.partOf(r, p.SubOrder, m)
		}
		if r.SubOrderID == subID || len(r.Lines) > 0 || r.FreightFen > 0 {
			p.Refunds = append(p.Refunds, r)
		}
	}
	return p
}

// refundMoved is what the books say that a refund moved: its row has the sums alone.
type refundMoved struct {
	freight []ledger.Entry
	shares  []share.Entry
}

// movedBySeveral reads it, by refund, for refunds before dispatch, which may be of several
// cooperatives, and for the freight accounts of whom the sub-orders belong to.
func movedBySeveral(db *gorm.DB, orders []Order, subs []SubOrder) (map[id.ID]refundMoved, error) {
	var references, accounts []string
	for _, o := range orders {
		for _, r := range o.Refunds {
			if r.SubOrderID == 0 && len(o.SubOrders) > 1 {
				references = append(references, r.ID.String())
			}
		}
	}
	if len(references) == 0 {
		return nil, nil
	}
	for _, s := range subs {
		accounts = append(accounts, org.FreightAccount(s.CooperativeID))
	}
	posted, err := ledger.ByReference(db, RefundPosting, references)
	if err != nil {
		return nil, err
	}
	txIDs := slices.Collect(maps.Values(posted))
	freight, err := ledger.EntriesIn(db, txIDs, accounts)
	if err != nil {
		return nil, err
	}
	shares, err := share.ByTransaction(db, txIDs)
	moved := map[id.ID]refundMoved{}
	for _, reference := range references {
		refundID, _ := id.Parse(reference) // written as an id
		moved[refundID] = refundMoved{freight[posted[reference]], shares[posted[reference]]}
	}
	return moved, err
}

// partOf is what of a refund of several cooperatives is the sub-order's.
func (o *Order) partOf(r Refund, s SubOrder, moved refundMoved) Refund {
	whole := r.Lines
	r.Lines, r.GoodsFen, r.FreightFen, r.OnTopFen, r.ShareReversedFen = nil, 0, 0, 0, 0
	for _, back := range whole {
		if o.line(back.LineID).SubOrderID == s.ID {
			r.Lines = append(r.Lines, back)
			r.GoodsFen += back.AmountFen
		}
	}
	for _, e := range moved.freight {
		if e.Account == org.FreightAccount(s.CooperativeID) {
			r.FreightFen -= e.Amount
		}
	}
	for _, e := range moved.shares {
		l := o.line(e.LineID)
		if l.SubOrderID != s.ID {
			continue
		}
		r.ShareReversedFen -= e.AmountFen
		if l.ShareBearer == share.BearerBuyer {
			r.OnTopFen -= e.AmountFen
		}
	}
	r.AmountFen = r.GoodsFen + r.FreightFen + r.OnTopFen
	return r
}
