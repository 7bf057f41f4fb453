package order

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

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

// lock reads an order whole, its row locked: whoever changes any part of an order locks
// the order first. Buyer 0 is anybody's.
func lock(tx *storage.Tx, orderID, buyer id.ID) (*Order, error) {
	var o Order
	q := tx.ForUpdate().Where("id = ?", orderID)
	if buyer != 0 {
		q = q.Where("buyer_id = ?", buyer)
	}
	err := q.Take(&o).Error
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

// lockOfCooperative locks the order of a sub-order of a cooperative's; 0 is anybody's.
func lockOfCooperative(tx *storage.Tx, subOrderID, cooperative id.ID) (*Order, error) {
	var s SubOrder
	err := tx.Take(&s, subOrderID).Error
	if storage.IsNotFound(err) || err == nil && cooperative != 0 && s.CooperativeID != cooperative {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return lock(tx, s.OrderID, 0)
}

// save writes what may have changed on a locked order, with one statement for each
// kind of row, and says when timers move its sub-orders on.
func (lc Lifecycle) save(tx *storage.Tx, o *Order) error {
	for i := range o.SubOrders {
		o.setDue(&o.SubOrders[i], lc.Timing)
	}
	o.Status = o.statusOfParts()
	if err := tx.Model(o).Select("Status", "PayBy", "PaidAt").Updates(o).Error; err != nil {
		return err
	}
	for _, part := range []struct {
		rows    any
		columns []string
	}{
		{&o.SubOrders, []string{"status", "refunded_freight_fen", "reserved_freight_fen", "shipped_at", "received_at", "closed_at", "due_at"}},
		{&o.Lines, []string{"shipped_quantity", "cancelled_quantity", "restocked_quantity", "refunded_quantity", "refunded_fen",
			"reserved_quantity", "reserved_fen", "share_fen"}},
		{&o.Payments, []string{"refunded_fen", "status"}},
	} {
		update := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns(part.columns)}
		if err := tx.Clauses(update).CreateInBatches(part.rows, 500).Error; err != nil {
			return err
		}
	}
	return nil
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
	err := db.Table("order_payments p").Select("p.*, COALESCE(c.number, '') card_number, g.remittance_code").
		Joins("LEFT JOIN aid_cards c ON c.id = p.card_id").Joins("LEFT JOIN charges g ON g.id = p.charge_id").Where("p.order_id IN ?", ids).Order("p.position").Find(&payments).Error
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
	err = db.Table("refund_payments b").Select("b.*, COALESCE(c.number, '') card_number").
		Joins("JOIN refunds r ON r.id = b.refund_id").
		Joins("LEFT JOIN aid_cards c ON c.id = b.card_id").Where("r.order_id IN ?", ids).Order("b.id").Find(&backs).Error
	if err != nil {
		return err
	}
	var parts []RefundedLine
	err = db.Table("refund_lines l").Select("l.*").Joins("JOIN refunds r ON r.id = l.refund_id").
		Where("r.order_id IN ?", ids).Order("l.id").Find(&parts).Error
	if err != nil {
		return err
	}
	for _, r := range refunds {
		for _, b := range backs {
			if b.RefundID == r.ID {
				r.Payments = append(r.Payments, b)
			}
		}
		for _, part := range parts {
			if part.RefundID == r.ID {
				r.Lines = append(r.Lines, part)
			}
		}
		at[r.OrderID].Refunds = append(at[r.OrderID].Refunds, r)
	}
	return fillShipments(db, ids, at)
}

func fillShipments(db *gorm.DB, ids []id.ID, at map[id.ID]*Order) error {
	var lines []struct {
		ShippedLine
		OrderID id.ID
	}
	err := db.Table("shipment_lines l").Select("l.*, o.order_id").Joins("JOIN order_lines o ON o.id = l.line_id").
		Where("o.order_id IN ?", ids).Order("l.id").Scan(&lines).Error
	if err != nil || len(lines) == 0 {
		return err
	}
	var shipments []struct {
		Shipment
		OrderID id.ID
	}
	err = db.Table("shipments p").Select("p.*, s.order_id").Joins("JOIN sub_orders s ON s.id = p.sub_order_id").
		Where("s.order_id IN ?", ids).Order("p.id").Scan(&shipments).Error
	if err != nil {
		return err
	}
	for _, p := range shipments {
		for _, l := range lines {
			if l.ShipmentID == p.ID {
				p.Lines = append(p.Lines, l.ShippedLine)
			}
		}
		s := at[p.OrderID].sub(p.SubOrderID)
		s.Shipments = append(s.Shipments, p.Shipment)
	}
	return nil
}

// OfMovements answers, by reference, the orders that a card's movements belong to.
func OfMovements(db *gorm.DB, movements []ledger.Movement) (map[string]id.ID, error) {
	orders := map[string]id.ID{}
	var refunds []string
	for _, m := range movements {
		switch m.Kind {
		case PaymentPosting, HoldPosting, ReleasePosting:
			orders[m.Reference], _ = id.Parse(m.Reference) // written as an id
		case RefundPosting:
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
