package settlement

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/money"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/procurement"
	"zique/internal/share"
)

// Item is one entry of a statement's account, down to the order lines that it is made of.
// AmountFen is the sum of the lines' Amount and, on a cooperative's, of FreightFen.
type Item struct {
	Seq        int64
	TxID       id.ID
	Kind       string
	Reference  string
	PostedAt   clock.Millis
	AmountFen  money.Fen
	FreightFen money.Fen
	Lines      []ItemLine
}

// ItemLine is what an order line gave or took in an item. It is read from what never
// changes again: the executed refunds and the share entries.
type ItemLine struct {
	TxID       id.ID
	LineID     id.ID
	OrderID    id.ID
	SubOrderID id.ID
	PurchaseID id.ID // of a purchase order's line, instead of those
	Title      string
	Spec       string
	Quantity   int64     // sold, or given back
	NetFen     money.Fen // of what was sold; 0 in a refund
	RefundFen  money.Fen // of a sale: given back before it became available; of a refund: given back now
	ShareFen   money.Fen // to the village
	AmountFen  money.Fen // to the statement's owner
	Bearer     string
	RuleID     id.ID
	RuleName   string
	RateBp     money.BasisPoints
	RuleSource string
}

// Items pages through a statement's items in the order of the journal, above the seq from.
func Items(view *gorm.DB, s Statement, from int64, limit int) ([]Item, error) {
	entries, err := ledger.EntriesOf(view, s.Account, s.period(), PayoutPosting, from, limit)
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(entries))
	var closed, refunded, purchased []string
	for i, e := range entries {
		items[i] = Item{Seq: e.Seq, TxID: e.TxID, Kind: e.Kind, Reference: e.Reference, PostedAt: e.PostedAt, AmountFen: e.AmountFen, Lines: []ItemLine{}}
		switch e.Kind {
		case order.ClosePosting:
			closed = append(closed, e.Reference)
		case order.RefundPosting:
			refunded = append(refunded, e.Reference)
		case procurement.PaymentPosting:
			purchased = append(purchased, e.Reference)
		}
	}
	lines := map[id.ID][]ItemLine{}
	if err := soldLines(view, s, closed, lines); err != nil {
		return nil, err
	}
	if err := refundLines(view, s, refunded, lines); err != nil {
		return nil, err
	}
	if err := purchaseLines(view, s, purchased, lines); err != nil {
		return nil, err
	}
	for i := range items {
		items[i].add(s, lines[items[i].TxID])
	}
	return items, nil
}

// add gives an item its lines; what they leave of a cooperative's entry is freight.
func (i *Item) add(s Statement, lines []ItemLine) {
	if len(lines) == 0 && i.Kind != order.ClosePosting && i.Kind != order.RefundPosting {
		return
	}
	i.FreightFen = i.AmountFen
	for _, l := range lines {
		l.AmountFen = l.ShareFen
		if s.Kind == org.Cooperative {
			l.AmountFen = l.NetFen - l.RefundFen
			if l.Bearer == share.BearerSeller {
				l.AmountFen -= l.ShareFen
			}
		}
		i.FreightFen -= l.AmountFen
		i.Lines = append(i.Lines, l)
	}
}

// ofRule are the columns of a line and of the rule that was frozen on it.
const ofRule = `l.id line_id, l.order_id, l.sub_order_id, l.title, l.spec, l.share_bearer bearer, l.rule_id, l.rate_bp, r.name rule_name, r.source rule_source`

// stays keeps the lines whose money is on the statement's account: a collective's village.
func stays(q *gorm.DB, s Statement) *gorm.DB {
	if s.Kind == org.Cooperative {
		return q.Where("s.cooperative_id = ?", s.OrgID)
	}
	return q.Where("l.village_id = (SELECT o.village_id FROM organisations o WHERE o.id = ?)", s.OrgID)
}

// soldLines reads the lines of sub-orders that closed, with what was refunded before that in
// the order of the journal: what comes later never changes them.
func soldLines(view *gorm.DB, s Statement, references []string, into map[id.ID][]ItemLine) error {
	if len(references) == 0 {
		return nil
	}
	ids, err := numbers(references)
	if err != nil {
		return err
	}
	q := view.Table("ledger_transactions t").Select(`t.id tx_id, `+ofRule+`, l.quantity, l.net_fen,
			COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.tx_id = t.id AND e.line_id = l.id AND e.stage = ?), 0) share_fen,
			COALESCE((SELECT SUM(b.amount_fen) FROM refund_lines b JOIN ledger_transactions w ON w.kind = ? AND w.reference = CONCAT('', b.refund_id)
				WHERE b.line_id = l.id AND w.seq < t.seq), 0) refund_fen`, share.Available, order.RefundPosting).
		Joins("JOIN sub_orders s ON CONCAT('', s.id) = t.reference").
		Joins("JOIN order_lines l ON l.sub_order_id = s.id").Joins("JOIN share_rules r ON r.id = l.rule_id").
		Where("t.kind = ? AND t.reference IN ? AND s.id IN ?", order.ClosePosting, references, ids)
	return gather(stays(q, s), into)
}

// refundLines reads the lines that were given back after their sub-order closed.
func refundLines(view *gorm.DB, s Statement, references []string, into map[id.ID][]ItemLine) error {
	if len(references) == 0 {
		return nil
	}
	ids, err := numbers(references)
	if err != nil {
		return err
	}
	q := view.Table("ledger_transactions t").Select(`t.id tx_id, `+ofRule+`, b.quantity, b.amount_fen refund_fen,
			COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.tx_id = t.id AND e.line_id = l.id AND e.stage = ?), 0) share_fen`, share.Available).
		Joins("JOIN refund_lines b ON CONCAT('', b.refund_id) = t.reference").
		Joins("JOIN order_lines l ON l.id = b.line_id").Joins("JOIN sub_orders s ON s.id = l.sub_order_id").Joins("JOIN share_rules r ON r.id = l.rule_id").
		Where("t.kind = ? AND t.reference IN ? AND b.refund_id IN ?", order.RefundPosting, references, ids)
	return gather(stays(q, s), into)
}

// purchaseLines reads the accepted lines of purchase orders that were paid.
func purchaseLines(view *gorm.DB, s Statement, references []string, into map[id.ID][]ItemLine) error {
	if len(references) == 0 {
		return nil
	}
	ids, err := numbers(references)
	if err != nil {
		return err
	}
	q := view.Table("ledger_transactions t").Select(`t.id tx_id, l.id line_id, l.purchase_id, l.title, l.unit spec, l.accepted_quantity quantity, l.goods_fen net_fen, l.share_fen,
			? bearer, l.rule_id, l.rate_bp, r.name rule_name, r.source rule_source`, share.BearerBuyer).
		Joins("JOIN purchase_orders s ON CONCAT('', s.id) = t.reference").
		Joins("JOIN purchase_order_lines l ON l.purchase_id = s.id AND l.goods_fen > 0").Joins("JOIN share_rules r ON r.id = l.rule_id").
		Where("t.kind = ? AND t.reference IN ? AND s.id IN ?", procurement.PaymentPosting, references, ids)
	return gather(stays(q, s), into)
}

func gather(q *gorm.DB, into map[id.ID][]ItemLine) error {
	var lines []ItemLine
	err := q.Order("l.id").Scan(&lines).Error
	for _, l := range lines {
		into[l.TxID] = append(into[l.TxID], l)
	}
	return err
}

// numbers are references as ids, which indexes are on.
func numbers(references []string) ([]id.ID, error) {
	ids := make([]id.ID, len(references))
	for i, r := range references {
		var err error
		if ids[i], err = id.Parse(r); err != nil {
			return nil, err
		}
	}
	return ids, nil
}
