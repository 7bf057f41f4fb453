package settlement

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/share"
)

// Trace is one share entry with the order line and the rule that it comes from.
type Trace struct {
	ID         id.ID
	Stage      string
	AmountFen  money.Fen
	CreatedAt  clock.Millis
	TxID       id.ID
	TxKind     string
	LineID     id.ID
	OrderID    id.ID
	PurchaseID id.ID // of a purchase order's line, instead of that
	OrderedAt  clock.Millis
	Title      string
	Spec       string
	NetFen     money.Fen
	Bearer     string
	VillageID  id.ID
	RuleID     id.ID
	RuleName   string
	RuleSource string
	RateBp     money.BasisPoints
	ValidFrom  clock.Millis
}

func traces(view *gorm.DB) *gorm.DB {
	return view.Table("share_entries e").Select(`e.id, e.stage, e.amount_fen, e.created_at, e.tx_id, t.kind tx_kind, e.line_id, COALESCE(l.order_id, 0) order_id, COALESCE(p.purchase_id, 0) purchase_id,
			COALESCE(o.created_at, b.created_at) ordered_at, COALESCE(l.title, p.title) title, COALESCE(l.spec, p.unit) spec, COALESCE(l.net_fen, p.goods_fen) net_fen,
			COALESCE(l.share_bearer, ?) bearer, e.village_id, e.rule_id, r.name rule_name, r.source rule_source, COALESCE(l.rate_bp, p.rate_bp) rate_bp, r.valid_from`, share.BearerBuyer).
		Joins("LEFT JOIN order_lines l ON l.id = e.line_id").Joins("LEFT JOIN orders o ON o.id = l.order_id").
		Joins("LEFT JOIN purchase_order_lines p ON p.id = e.line_id").Joins("LEFT JOIN purchase_orders b ON b.id = p.purchase_id").
		Joins("JOIN ledger_transactions t ON t.id = e.tx_id").Joins("JOIN share_rules r ON r.id = e.rule_id")
}

// SharesOf pages through a village's share entries, the newest first, each with its order
// line and rule. Who bought does not stand in it.
func SharesOf(view *gorm.DB, villageID, before id.ID, limit int) ([]Trace, error) {
	q := traces(view).Where("e.village_id = ?", villageID).Order("e.id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("e.id < ?", before)
	}
	found := []Trace{}
	return found, q.Scan(&found).Error
}

// SharesOfLine lists every share entry of an order line, the oldest first, or ErrNotFound.
func SharesOfLine(view *gorm.DB, lineID id.ID) ([]Trace, error) {
	found := []Trace{}
	err := traces(view).Where("e.line_id = ?", lineID).Order("e.id").Scan(&found).Error
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	return found, err
}
