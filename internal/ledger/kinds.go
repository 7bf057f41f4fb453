package ledger

import (
	"slices"

	"gorm.io/gorm"

	"zique/internal/money"
)

// KindTotal sums what transactions of one kind moved on one account, each way.
type KindTotal struct {
	Code   string
	Kind   string
	InFen  money.Fen
	OutFen money.Fen
}

// KindsAt answers what moved on each account, by kind, up to the transaction with that seq.
// It sums entries, so that BalancesAt, which reads checkpoints, can be held against it.
func KindsAt(view *gorm.DB, codes []string, seq int64) ([]KindTotal, error) {
	var found []KindTotal
	for part := range slices.Chunk(codes, 100) {
		var rows []KindTotal
		err := view.Table("ledger_accounts a").
			Select("a.code, t.kind, SUM(CASE WHEN e.amount_fen > 0 THEN e.amount_fen ELSE 0 END) in_fen, SUM(CASE WHEN e.amount_fen < 0 THEN -e.amount_fen ELSE 0 END) out_fen").
			Joins("JOIN ledger_entries e ON e.account_id = a.id").Joins("JOIN ledger_transactions t ON t.id = e.tx_id").
			Where("a.code IN ? AND t.seq <= ?", part, seq).Group("a.code, t.kind").Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		found = append(found, rows...)
	}
	return found, nil
}
