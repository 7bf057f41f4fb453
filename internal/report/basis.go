package report

import (
	"gorm.io/gorm"

	"zique/internal/id"
)

// Basis is what a transaction of the journal rests on, as far as people know it by more
// than its reference.
type Basis struct {
	OrderID       id.ID  // the order that it is about; 0: none
	BankReference string // of the bank's row that it posts
}

// BasisOf answers what a reference of the journal names.
func BasisOf(view *gorm.DB, reference string) (Basis, error) {
	named, err := id.Parse(reference)
	if err != nil { // it names nothing of this program
		return Basis{}, nil
	}
	var found []Basis
	// No two things have the same id, whatever they are.
	err = view.Raw(`SELECT id order_id, '' bank_reference FROM orders WHERE id = ?
		UNION ALL SELECT order_id, '' FROM sub_orders WHERE id = ?
		UNION ALL SELECT order_id, '' FROM refunds WHERE id = ?
		UNION ALL SELECT g.order_id, '' FROM captures c JOIN charges g ON g.id = c.charge_id WHERE c.id = ?
		UNION ALL SELECT g.order_id, '' FROM gateway_refunds f JOIN captures c ON c.id = f.capture_id JOIN charges g ON g.id = c.charge_id WHERE f.id = ?
		UNION ALL SELECT COALESCE(g.order_id, 0), b.bank_reference FROM bank_rows b LEFT JOIN charges g ON g.id = b.charge_id WHERE b.id = ?`,
		named, named, named, named, named, named).Scan(&found).Error
	if err != nil || len(found) == 0 {
		return Basis{}, err
	}
	return found[0], nil
}
