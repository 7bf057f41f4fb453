package campaign

import (
	"gorm.io/gorm"

	"zique/internal/catalog"
	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Filter narrows a listing; zero fields do not. BeforeID is the last of the page before.
type Filter struct {
	Status   string
	Phase    string // at Now
	Now      clock.Millis
	Public   bool // without drafts
	BeforeID id.ID
	Limit    int
}

// List answers a page of campaigns, the newest first.
func List(db *gorm.DB, f Filter) ([]Campaign, error) {
	q := db.Order("id DESC").Limit(f.Limit)
	if f.Public {
		q = q.Where("status <> ?", Draft)
	}
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	switch f.Phase {
	case Upcoming:
		q = q.Where("status = ? AND opens_at > ?", Published, f.Now)
	case Running:
		q = q.Where("status = ? AND opens_at <= ? AND closes_at > ?", Published, f.Now, f.Now)
	case Over:
		q = q.Where("(status = ? OR status = ? AND closes_at <= ?)", Closed, Published, f.Now)
	}
	if f.BeforeID != 0 {
		q = q.Where("id < ?", f.BeforeID)
	}
	found := []Campaign{}
	return found, q.Find(&found).Error
}

// Get answers a campaign, or ErrNotFound; the public sees no drafts.
func Get(db *gorm.DB, campaignID id.ID, public bool) (Campaign, error) {
	var c Campaign
	err := db.Where("id = ?", campaignID).Take(&c).Error
	if storage.IsNotFound(err) || err == nil && public && c.Status == Draft {
		return c, ErrNotFound
	}
	return c, err
}

// Products is a query for the ids of a campaign's goods, as the public sees them.
func Products(db *gorm.DB, campaignID id.ID) *gorm.DB {
	return db.Table("campaign_products g").Select("g.product_id").Joins("JOIN campaigns c ON c.id = g.campaign_id").
		Where("g.campaign_id = ? AND g.status = ? AND c.status <> ?", campaignID, Accepted, Draft)
}

// Shown is a product in a campaign with what tells it from others.
type Shown struct {
	Good
	Title           string
	CoverURL        string
	ProductStatus   string
	CooperativeID   id.ID
	CooperativeName string
}

// Listed tells whether its cooperative offers it in the shop.
func (s Shown) Listed() bool { return s.ProductStatus == catalog.Listed }

// Goods lists what is, was or may be sold in a campaign: what waits for a decision first. A
// cooperative sees its own; 0 sees all.
func Goods(db *gorm.DB, campaignID, cooperative id.ID) ([]Shown, error) {
	q := db.Table("campaign_products g").
		Select("g.*, p.title, p.cover_url, p.status product_status, p.cooperative_id, o.name cooperative_name").
		Joins("JOIN products p ON p.id = g.product_id").Joins("JOIN organisations o ON o.id = p.cooperative_id").
		Where("g.campaign_id = ?", campaignID)
	if cooperative != 0 {
		q = q.Where("p.cooperative_id = ?", cooperative)
	}
	found := []Shown{}
	return found, q.Order("CASE g.status WHEN 'offered' THEN 0 WHEN 'accepted' THEN 1 ELSE 2 END, g.id").Limit(MaxGoods).Scan(&found).Error
}

// OnSale answers in which campaign each of the products is on sale at an instant.
func OnSale(db *gorm.DB, sold map[id.ID]catalog.Shown, at clock.Millis) (map[id.ID]id.ID, error) {
	products := make([]id.ID, 0, len(sold))
	for _, p := range sold {
		products = append(products, p.ID)
	}
	var rows []Good
	err := db.Table("campaign_products g").Select("g.product_id, g.campaign_id").Joins("JOIN campaigns c ON c.id = g.campaign_id").
		Where("g.product_id IN ? AND g.status = ? AND c.status = ? AND c.opens_at <= ? AND c.closes_at > ?", products, Accepted, Published, at, at).
		Order("c.opens_at, c.id").Scan(&rows).Error
	found := make(map[id.ID]id.ID, len(rows))
	for _, g := range rows {
		found[g.ProductID] = g.CampaignID // the one that opened last stays
	}
	return found, err
}
