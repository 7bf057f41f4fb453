package ledger

import (
	"gorm.io/gorm"

	"zique/internal/money"
)

// Codes lists the accounts whose codes begin and end so, in ascending order above after.
func Codes(view *gorm.DB, prefix, suffix, after string, limit int) ([]string, error) {
	found := []string{}
	return found, view.Model(&account{}).
		Where("code >= ? AND code < ? AND code > ? AND code LIKE ?", prefix, prefix+"~", after, "%"+suffix).
		Order("code").Limit(limit).Pluck("code", &found).Error
}

// Moved sums and counts an account's entries of a period, without those of one kind of
// transaction. What is sealed never changes, so neither does the answer.
func Moved(view *gorm.DB, code string, period Period, without string) (sum money.Fen, count int64, err error) {
	var found struct {
		SumFen money.Fen
		Count  int64
	}
	err = within(view, code, period, without).Select("COALESCE(SUM(e.amount_fen), 0) sum_fen, COUNT(*) count").Scan(&found).Error
	return found.SumFen, found.Count, err
}

// EntriesOf lists what Moved sums, in the order of the journal above the seq `from`.
func EntriesOf(view *gorm.DB, code string, period Period, without string, from int64, limit int) ([]Line, error) {
	found := []Line{}
	period.After = max(period.After, from)
	return found, within(view, code, period, without).
		Select("c.seq, t.id tx_id, t.kind, t.reference, t.posted_at, e.amount_fen, c.balance_fen").
		Order("c.seq").Limit(limit).Scan(&found).Error
}

func within(view *gorm.DB, code string, period Period, without string) *gorm.DB {
	return view.Table("ledger_accounts a").
		Joins("JOIN ledger_checkpoints c ON c.account_id = a.id").
		Joins("JOIN ledger_entries e ON e.id = c.entry_id").Joins("JOIN ledger_transactions t ON t.id = e.tx_id").
		Where("a.code = ? AND c.seq > ? AND c.seq <= ? AND t.kind <> ?", code, period.After, period.Until, without)
}
