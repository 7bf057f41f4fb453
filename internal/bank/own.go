package bank

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/org"
)

// purchase is an order, a batch of cards or a purchase order that is paid by bank: who placed
// it, for which organisation, and who confirmed it.
type purchase struct {
	ChargeID    id.ID
	OrderID     id.ID
	BatchID     id.ID
	PurchaseID  id.ID // of a purchase order
	BuyerID     id.ID
	ConfirmedBy id.ID
	OrgID       id.ID
}

const (
	ofPurchase = "o.id order_id, o.buyer_id, o.org_id"
	ofBatch    = "s.id batch_id, s.ordered_by buyer_id, s.confirmed_by, s.enterprise_id org_id"
	ofOnTerms  = "p.id purchase_id, p.drafted_by buyer_id, p.approved_by confirmed_by, p.enterprise_id org_id"
)

// purchasesOf are those that rows pay, or are about.
func purchasesOf(view *gorm.DB, rows ...Row) ([]purchase, error) {
	var charges, batches, purchases []id.ID
	for _, r := range rows {
		charges, batches, purchases = append(charges, r.ChargeID), append(batches, r.BatchID), append(purchases, r.PurchaseOrderID)
	}
	var orders, sales, onTerms []purchase
	err := view.Table("charges g").Select("g.id charge_id, "+ofPurchase).Joins("JOIN orders o ON o.id = g.order_id").
		Where("g.id IN ?", charges).Scan(&orders).Error
	if err == nil {
		err = view.Table("card_sales s").Select(ofBatch).Where("s.id IN ?", batches).Scan(&sales).Error
	}
	if err == nil {
		err = view.Table("purchase_orders p").Select(ofOnTerms).Where("p.id IN ?", purchases).Scan(&onTerms).Error
	}
	return slices.Concat(orders, sales, onTerms), err
}

// isFor tells whether a row pays the purchase.
func (r Row) isFor(p purchase) bool {
	return r.ChargeID != 0 && r.ChargeID == p.ChargeID || r.BatchID != 0 && r.BatchID == p.BatchID ||
		r.PurchaseOrderID != 0 && r.PurchaseOrderID == p.PurchaseID
}

// purchaseOf is what a row pays, or is about; the zero purchase: nobody knows of one.
func purchaseOf(view *gorm.DB, r Row) (purchase, error) {
	found, err := purchasesOf(view, r)
	if err != nil || len(found) == 0 {
		return purchase{}, err
	}
	return found[0], nil
}

// ownOf leaves of purchases those of the user's own: placed or confirmed by them, or for an
// organisation that they are or were of.
func ownOf(view *gorm.DB, userID id.ID, all []purchase) ([]purchase, error) {
	var orgs []id.ID
	for _, p := range all {
		orgs = append(orgs, p.OrgID)
	}
	inside, err := org.InsiderOf(view, userID, orgs...)
	return slices.DeleteFunc(slices.Clone(all), func(p purchase) bool {
		return p.BuyerID != userID && p.ConfirmedBy != userID && !slices.Contains(inside, p.OrgID)
	}), err
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
