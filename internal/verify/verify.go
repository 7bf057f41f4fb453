// Package verify checks the books. Each invariant is a query that must answer no
// row; all of them look at one snapshot. Run checks everything; Incremental, for a
// metric, checks what was sealed since it last looked.
//
// What was paid stands in more than one table, and the books are whole when these agree:
// who rewrites one row is found by the others, and what only one row says, such as a bank's
// reference, by the audit log. An order that waits for payment is in no posting yet: what it
// was when it was placed stands in the log alone.
//
// The log itself is checked where a row refers to it: an order, a statement, an approval, a
// capture or a bank row without its row of the log is found. Not found is a row of the log
// that was deleted or rewritten and that nothing refers to, such as a session's, and whoever
// rewrites a row and its row of the log alike. The accounts of Grants cannot do that;
// before the log is published as a tree of hashes, nothing shows what who may did.
package verify

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"zique/internal/storage"
)

// Invariant is one rule. Query answers the ids of the rows of Table that break it, as
// whole numbers in a column `broken`.
type Invariant struct {
	Name  string
	Table string
	Query string
}

// Invariants are all rules that hold at every moment.
var Invariants = slices.Concat(ofJournal, ofCards, ofOrders, ofBulk, ofTenders, ofRefunds, ofShares, ofPurchases, ofStatements, ofApprovals, ofCertificates, ofAnswers)

// Broken is an invariant with the first rows that break it.
type Broken struct {
	Invariant
	Rows []int64
}

const rowsNamed = 20

// Check answers the first rows that break the invariant.
func (inv Invariant) Check(view *gorm.DB) (rows []int64, err error) {
	if err := view.Raw(inv.Query + fmt.Sprintf(" LIMIT %d", rowsNamed)).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("check %q: %w", inv.Name, err)
	}
	return rows, nil
}

// Run checks every invariant in one snapshot and calls progress after each.
func Run(ctx context.Context, db *storage.DB, progress func(Invariant, []int64)) ([]Broken, error) {
	var broken []Broken
	err := db.Snapshot(ctx, func(view *gorm.DB) error {
		for _, inv := range Invariants {
			rows, err := inv.Check(view)
			if err != nil {
				return err
			}
			if len(rows) > 0 {
				broken = append(broken, Broken{inv, rows})
			}
			if progress != nil {
				progress(inv, rows)
			}
		}
		return nil
	})
	return broken, err
}
