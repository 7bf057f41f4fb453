package catalog

import (
	"maps"
	"slices"
	"strings"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Kinds of stock movement.
const (
	Received = "received" // delta > 0
	Sold     = "sold"     // delta < 0, by an order line
	Released = "released" // delta > 0, by an order that was never paid
	Returned = "returned" // delta > 0, by a refund
)

// ErrOutOfStock says that fewer units are left than were asked for.
var ErrOutOfStock = fault.New(fault.Conflict, "out_of_stock", "not enough of it is left")

// Movement is one change of a SKU's stock; movements are never changed.
type Movement struct {
	ID          id.ID `gorm:"primaryKey;autoIncrement:false"`
	SKUID       id.ID `gorm:"column:sku_id"`
	Kind        string
	Delta       int64
	ReferenceID id.ID // the order line, or the product for the first stock
	CreatedAt   clock.Millis
}

// TableName is the table's name.
func (Movement) TableName() string { return "stock_movements" }

// Move applies movements to SKUs that the transaction has locked, and records them.
func Move(tx *storage.Tx, movements []Movement) error {
	if err := Apply(tx, movements); err != nil {
		return err
	}
	return Record(tx, movements)
}

// Apply is Move's one statement for the stock. A stock below zero is refused by the table's
// CHECK; callers look first.
func Apply(tx *storage.Tx, movements []Movement) error {
	deltas := map[id.ID]int64{}
	for _, m := range movements {
		deltas[m.SKUID] += m.Delta
	}
	if len(deltas) == 0 {
		return nil
	}
	var cases strings.Builder
	var values []any
	ids := slices.Sorted(maps.Keys(deltas))
	for _, skuID := range ids {
		cases.WriteString(" WHEN ? THEN ?")
		values = append(values, skuID, deltas[skuID])
	}
	change := tx.Exec("UPDATE skus SET stock = stock + CASE id"+cases.String()+" ELSE 0 END WHERE id IN ?", append(values, ids)...)
	if change.Error != nil {
		return change.Error
	}
	if change.RowsAffected != int64(len(ids)) {
		return ErrNotFound
	}
	return nil
}

// Record is Move's rows, which lock no SKU.
func Record(tx *storage.Tx, movements []Movement) error {
	var rows []Movement
	for _, m := range movements {
		if m.Delta != 0 {
			m.ID, m.CreatedAt = tx.NewID(), tx.Now()
			rows = append(rows, m)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.CreateInBatches(&rows, 100).Error
}
