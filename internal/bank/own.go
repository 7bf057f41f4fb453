package bank

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/org"
)

// purchase is an order that was paid: who placed it, and for which organisation.
type purchase struct {
	ChargeID id.ID
	OrderID  id.ID
	BuyerID  id.ID
	OrgID    id.ID
}

const ofPurchase = "o.id order_id, o.buyer_id, o.org_id"

func purchasesOf(view *gorm.DB, charges ...id.ID) ([]purchase, error) {
	var found []purchase
	return found, view.Table("charges g").Select("g.id charge_id, "+ofPurchase).Joins("JOIN orders o ON o.id = g.order_id").
		Where("g.id IN ?", charges).Scan(&found).Error
}

// orderOf is the order of a charge; the zero purchase: nobody knows of one.
func orderOf(view *gorm.DB, chargeID id.ID) (purchase, error) {
	found, err := purchasesOf(view, chargeID)
	if err != nil || len(found) == 0 {
		return purchase{}, err
	}
	return found[0], nil
}

// ownOf leaves of purchases those of the user's own: placed by them, or for an organisation
// that they are or were of.
func ownOf(view *gorm.DB, userID id.ID, all []purchase) ([]purchase, error) {
	var orgs []id.ID
	for _, p := range all {
		orgs = append(orgs, p.OrgID)
	}
	inside, err := org.InsiderOf(view, userID, orgs...)
	return slices.DeleteFunc(slices.Clone(all), func(p purchase) bool { return p.BuyerID != userID && !slices.Contains(inside, p.OrgID) }), err
}

func isOwn(view *gorm.DB, userID id.ID, one purchase) (bool, error) {
	own, err := ownOf(view, userID, []purchase{one})
	return len(own) > 0, err
}

// notOwn refuses with org.ErrOwnRequest whose own any of the purchases is.
func notOwn(view *gorm.DB, userID id.ID, all ...purchase) error {
	own, err := ownOf(view, userID, all)
	if err == nil && len(own) > 0 {
		err = org.ErrOwnRequest
	}
	return err
}
