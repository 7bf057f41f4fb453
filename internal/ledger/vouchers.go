package ledger

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
)

// Voucher is one entry with its transaction, as bookkeeping programs import it. What is
// owed to the account's owner grows on the credit side.
type Voucher struct {
	Seq       int64
	TxID      id.ID
	Kind      string
	Reference string
	PostedAt  clock.Millis
	Account   string
	AmountFen money.Fen
}

// Debit and Credit are the two sides, of which one is 0.
func (v Voucher) Debit() money.Fen  { return max(0, -v.AmountFen) }
func (v Voucher) Credit() money.Fen { return max(0, v.AmountFen) }

// vouchersAtOnce is how many transactions one query reads.
const vouchersAtOnce = 500

// Vouchers gives each all entries of a period's transactions, in the order of the journal.
func Vouchers(view *gorm.DB, period Period, each func([]Voucher) error) error {
	for after := period.After; after < period.Until; after += vouchersAtOnce {
		var found []Voucher
		err := view.Table("ledger_transactions t").
			Select("t.seq, t.id tx_id, t.kind, t.reference, t.posted_at, a.code account, e.amount_fen").
			Joins("JOIN ledger_entries e ON e.tx_id = t.id").Joins("JOIN ledger_accounts a ON a.id = e.account_id").
			Where("t.seq > ? AND t.seq <= ?", after, min(after+vouchersAtOnce, period.Until)).
			Order("t.seq, e.id").Scan(&found).Error
		if err != nil {
			return err
		}
		if err := each(found); err != nil {
			return err
		}
	}
	return nil
}
