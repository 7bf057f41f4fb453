// Package share holds the dated rules of the village collective's part of a sale
// (利益联结份额). By default 500 basis points of every sale, borne by the seller.
//
// A rule is frozen on the order line when the order is made. What a line's
// collective is owed is always Target of the line as it stands now; payment posts
// the target, each refund posts the difference to what was posted before. Nobody
// recomputes a percentage of a total.
package share

import (
	"errors"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Bearer says whose money the share is.
const BearerSeller = "seller"

// Rule is one dated rule. An empty CategoryID covers every category.
type Rule struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	Name       string
	RateBp     money.BasisPoints
	Bearer     string
	CategoryID string
	ValidFrom  clock.Millis
	ValidUntil *clock.Millis // nil: until further notice
	Source     string
}

// TableName is the table's name.
func (Rule) TableName() string { return "share_rules" }

// Rules are the rules in force at one moment.
type Rules []Rule

var errNoRule = errors.New("share: no rule is in force")

// InForce reads the rules that hold at an instant.
func InForce(db *gorm.DB, at clock.Millis) (Rules, error) {
	var rules Rules
	err := db.Where("valid_from <= ? AND (valid_until IS NULL OR valid_until > ?)", at, at).
		Order("valid_from DESC, id DESC").Find(&rules).Error
	return rules, err
}

// For is the rule of a category: its own before the general one, the newer before the older.
func (rules Rules) For(category string) (Rule, error) {
	for _, wanted := range []string{category, ""} {
		for _, r := range rules {
			if r.CategoryID == wanted && r.Bearer == BearerSeller {
				return r, nil
			}
		}
	}
	return Rule{}, errNoRule
}

// Target is what the collective is owed of a line: ((net − refunded) × rate + 5000) / 10000.
func Target(net, refunded money.Fen, rate money.BasisPoints) money.Fen {
	return rate.Of(net - refunded)
}

// Entry records that a line's share moved by an amount under a rule, in a ledger
// transaction. A line's entries sum to its Target.
type Entry struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	LineID    id.ID
	RuleID    id.ID
	VillageID id.ID
	TxID      id.ID
	AmountFen money.Fen
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Entry) TableName() string { return "share_entries" }

// Record inserts entries, leaving out those of zero.
func Record(tx *storage.Tx, entries []Entry) error {
	var moved []Entry
	for _, e := range entries {
		if e.AmountFen != 0 {
			e.ID, e.CreatedAt = tx.NewID(), tx.Now()
			moved = append(moved, e)
		}
	}
	if len(moved) == 0 {
		return nil
	}
	return tx.CreateInBatches(&moved, 500).Error
}
