package report

import (
	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/money"
)

// CampaignTotals is what a campaign brought so far: orders net of refunds and without
// freight, and cards.
type CampaignTotals struct {
	Orders   int64
	Villages int64
	GoodsFen money.Fen
	ShareFen money.Fen
	Cards    int64     // issued for it
	CardsFen money.Fen // their face
}

// Campaign adds up the paid lines of a campaign and the cards that were issued for it. What
// is refunded whole counts nowhere.
func Campaign(db *gorm.DB, campaignID id.ID) (t CampaignTotals, err error) {
	return t, db.Raw(`SELECT * FROM (SELECT COUNT(DISTINCT CASE WHEN l.refunded_fen < l.net_fen THEN l.order_id END) orders,
		COUNT(DISTINCT CASE WHEN l.refunded_fen < l.net_fen THEN l.village_id END) villages,
		COALESCE(SUM(l.net_fen - l.refunded_fen), 0) goods_fen, COALESCE(SUM(l.share_fen), 0) share_fen
		FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.campaign_id = ? AND o.paid_at IS NOT NULL) sold,
		(SELECT COALESCE(SUM(card_count), 0) cards, COALESCE(SUM(face_fen * card_count), 0) cards_fen
		FROM card_sales WHERE campaign_id = ? AND status = 'issued') issued`, campaignID, campaignID).Scan(&t).Error
}
