package campaign

import (
	"zique/internal/audit"
	"zique/internal/catalog"
	"zique/internal/id"
	"zique/internal/storage"
)

// Choose has a product sold in a campaign, whether its cooperative offered it or not.
// Repeated, it changes nothing.
func Choose(tx *storage.Tx, by audit.Actor, campaignID, productID id.ID) (Good, error) {
	c, err := lock(tx, campaignID)
	if err != nil {
		return Good{}, err
	}
	return put(tx, by, c, productID, 0, Accepted)
}

// Offer asks that a product of the acting cooperative's be sold in a campaign that is
// published and not over. What is in it already stays.
func Offer(tx *storage.Tx, by audit.Actor, campaignID, productID id.ID) (Good, error) {
	c, err := lock(tx, campaignID)
	if err == nil && c.Status == Draft {
		err = ErrNotFound
	}
	if err != nil {
		return Good{}, err
	}
	return put(tx, by, c, productID, by.OrgID, Offered)
}

// TakeOut ends that a product is sold, or offered, in a campaign. What was ordered stays
// in it. A cooperative takes its own out; 0 anybody's. Repeated, it changes nothing.
func TakeOut(tx *storage.Tx, by audit.Actor, campaignID, productID, cooperative id.ID) error {
	if _, err := lock(tx, campaignID); err != nil {
		return err
	}
	if err := mustBeOf(tx, productID, cooperative, false); err != nil {
		return err
	}
	g, err := good(tx, campaignID, productID)
	if err != nil || g.Status == Out {
		return err
	}
	if g.ID == 0 {
		return ErrNoProduct
	}
	_, err = move(tx, by, g, Out)
	return err
}

// put brings a product into a campaign that is not over.
func put(tx *storage.Tx, by audit.Actor, c Campaign, productID, cooperative id.ID, to string) (Good, error) {
	if c.Phase(tx.Now()) == Over {
		return Good{}, ErrState
	}
	if err := mustBeOf(tx, productID, cooperative, true); err != nil {
		return Good{}, err
	}
	g, err := good(tx, c.ID, productID)
	if err != nil || g.Status == to || g.Status == Accepted {
		return g, err
	}
	if g.ID != 0 {
		return move(tx, by, g, to)
	}
	var goods int64
	if err := tx.Model(&Good{}).Where("campaign_id = ?", c.ID).Count(&goods).Error; err != nil {
		return g, err
	}
	if goods >= MaxGoods {
		return g, ErrFull
	}
	g = Good{ID: tx.NewID(), CampaignID: c.ID, ProductID: productID, Status: to, ChangedAt: tx.Now()}
	if err := tx.Create(&g).Error; err != nil {
		return g, err
	}
	return g, logged(tx, by, g)
}

// mustBeOf wants a product, of a cooperative unless that is 0, on offer where it comes in.
func mustBeOf(tx *storage.Tx, productID, cooperative id.ID, listed bool) error {
	var p catalog.Product
	err := tx.Select("id", "cooperative_id", "status").Where("id = ?", productID).Take(&p).Error
	if storage.IsNotFound(err) || err == nil && (cooperative != 0 && p.CooperativeID != cooperative || listed && p.Status != catalog.Listed) {
		return ErrNoProduct
	}
	return err
}

// good is the product in the campaign, or the zero Good.
func good(tx *storage.Tx, campaignID, productID id.ID) (Good, error) {
	var g Good
	return g, tx.Where("campaign_id = ? AND product_id = ?", campaignID, productID).Limit(1).Find(&g).Error
}

func move(tx *storage.Tx, by audit.Actor, g Good, to string) (Good, error) {
	g.Status, g.ChangedAt = to, tx.Now()
	if err := tx.Model(&g).Select("Status", "ChangedAt").Updates(&g).Error; err != nil {
		return g, err
	}
	return g, logged(tx, by, g)
}

func logged(tx *storage.Tx, by audit.Actor, g Good) error {
	return audit.Write(tx, by, audit.Change{Action: "campaign.goods_" + g.Status, Subject: "campaign", SubjectID: g.CampaignID, After: map[string]any{"product_id": g.ProductID}})
}
