package order

import (
	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/ledger"
	"zique/internal/storage"
)

// Filter narrows a buyer's orders; BeforeID is the last order of the page before.
type Filter struct {
	Status   string
	BeforeID id.ID
	Limit    int
}

// List answers a page of a buyer's orders, newest first, whole.
func List(db *gorm.DB, buyer id.ID, f Filter) ([]Order, error) {
	q := db.Where("buyer_id = ?", buyer).Order("id DESC").Limit(f.Limit)
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.BeforeID != 0 {
		q = q.Where("id < ?", f.BeforeID)
	}
	orders := []Order{}
	if err := q.Find(&orders).Error; err != nil {
		return nil, err
	}
	return orders, fill(db, orders)
}

// Get answers a buyer's own order, whole; anybody else's is ErrNotFound.
func Get(db *gorm.DB, buyer, orderID id.ID) (Order, error) {
	var o Order
	err := db.Where("id = ? AND buyer_id = ?", orderID, buyer).Take(&o).Error
	if storage.IsNotFound(err) {
		return o, ErrNotFound
	}
	if err != nil {
		return o, err
	}
	one := []Order{o}
	err = fill(db, one)
	return one[0], err
}

// lock reads an order of a buyer whole, its row locked: whoever changes any part
// of an order locks the order first.
func lock(tx *storage.Tx, buyer, orderID id.ID) (*Order, error) {
	var o Order
	err := tx.ForUpdate().Where("id = ? AND buyer_id = ?", orderID, buyer).Take(&o).Error
	if storage.IsNotFound(err) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	one := []Order{o}
	err = fill(tx.DB, one)
	return &one[0], err
}

// fill reads the parts of orders with one query for each kind.
func fill(db *gorm.DB, orders []Order) error {
	if len(orders) == 0 {
		return nil
	}
	at := make(map[id.ID]*Order, len(orders))
	ids := make([]id.ID, len(orders))
	for i := range orders {
		ids[i] = orders[i].ID
		at[ids[i]] = &orders[i]
	}
	var subs []SubOrder
	err := db.Table("sub_orders s").Select("s.*, o.name cooperative_name").
		Joins("JOIN organisations o ON o.id = s.cooperative_id").Where("s.order_id IN ?", ids).Order("s.id").Find(&subs).Error
	if err != nil {
		return err
	}
	for _, s := range subs {
		at[s.OrderID].SubOrders = append(at[s.OrderID].SubOrders, s)
	}
	var lines []Line
	err = db.Table("order_lines l").Select("l.*, v.name village_name").
		Joins("JOIN villages v ON v.id = l.village_id").Where("l.order_id IN ?", ids).Order("l.id").Find(&lines).Error
	if err != nil {
		return err
	}
	for _, l := range lines {
		at[l.OrderID].Lines = append(at[l.OrderID].Lines, l)
	}
	return fillMoney(db, ids, at)
}

func fillMoney(db *gorm.DB, ids []id.ID, at map[id.ID]*Order) error {
	var payments []Payment
	err := db.Table("order_payments p").Select("p.*, c.number card_number").
		Joins("JOIN aid_cards c ON c.id = p.card_id").Where("p.order_id IN ?", ids).Order("p.position").Find(&payments).Error
	if err != nil {
		return err
	}
	for _, p := range payments {
		at[p.OrderID].Payments = append(at[p.OrderID].Payments, p)
	}
	var refunds []Refund
	if err := db.Where("order_id IN ?", ids).Order("id").Find(&refunds).Error; err != nil {
		return err
	}
	var backs []RefundPayment
	err = db.Table("refund_payments b").Select("b.*, c.number card_number").
		Joins("JOIN refunds r ON r.id = b.refund_id").
		Joins("JOIN aid_cards c ON c.id = b.card_id").Where("r.order_id IN ?", ids).Order("b.id").Find(&backs).Error
	if err != nil {
		return err
	}
	for _, r := range refunds {
		for _, b := range backs {
			if b.RefundID == r.ID {
				r.Payments = append(r.Payments, b)
			}
		}
		at[r.OrderID].Refunds = append(at[r.OrderID].Refunds, r)
	}
	return nil
}

// OfMovements answers, by reference, the orders that a card's movements belong to.
func OfMovements(db *gorm.DB, movements []ledger.Movement) (map[string]id.ID, error) {
	orders := map[string]id.ID{}
	var refunds []string
	for _, m := range movements {
		switch m.Kind {
		case "order_payment":
			orders[m.Reference], _ = id.Parse(m.Reference) // written as an id
		case "refund":
			refunds = append(refunds, m.Reference)
		}
	}
	var rows []Refund
	if err := db.Where("id IN ?", refunds).Find(&rows).Error; err != nil {
		return nil, err
	}
	for _, r := range rows {
		orders[r.ID.String()] = r.OrderID
	}
	return orders, nil
}

// Underway tells whether an order of the buyer is neither closed nor cancelled, as
// identity.Service.BeforeDeletion asks.
func Underway(tx *storage.Tx, buyer id.ID) (field, message string, err error) {
	var n int64
	err = tx.Model(&Order{}).Where("buyer_id = ? AND status NOT IN ?", buyer, []string{Closed, Cancelled}).Count(&n).Error
	if err != nil || n == 0 {
		return "", "", err
	}
	return "orders", "orders are under way: wait until they are closed, or cancel them", nil
}
