package ledger

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Refusals of what is not in the journal.
var (
	ErrNoAccount     = fault.New(fault.NotFound, "account_not_found", "there is no such account")
	ErrNoTransaction = fault.New(fault.NotFound, "transaction_not_found", "there is no such transaction")
)

// Period is the transactions with After < seq ≤ Until.
type Period struct {
	After, Until int64
}

// Line is an entry of a statement with the balance after it.
type Line struct {
	Seq        int64
	TxID       id.ID
	Kind       string
	Reference  string
	PostedAt   clock.Millis
	AmountFen  money.Fen
	BalanceFen money.Fen
}

// Statement is an account over a period: Opening and Closing are its balances at the
// period's ends, on every page.
type Statement struct {
	Code    string
	Opening money.Fen
	Closing money.Fen
	Lines   []Line
}

// AccountStatement answers a page of a statement in the order of the journal, above the
// seq `from`, which lies in the period (0: from its beginning).
func AccountStatement(view *gorm.DB, accountID id.ID, period Period, from int64, limit int) (Statement, error) {
	var a account
	if err := view.Take(&a, accountID).Error; err != nil {
		if storage.IsNotFound(err) {
			err = ErrNoAccount
		}
		return Statement{}, err
	}
	s := Statement{Code: a.Code, Lines: []Line{}}
	for _, end := range []struct {
		seq     int64
		balance *money.Fen
	}{{period.After, &s.Opening}, {period.Until, &s.Closing}} {
		at, err := BalancesAt(view, []string{a.Code}, end.seq)
		if err != nil {
			return Statement{}, err
		}
		*end.balance = at[a.Code]
	}
	return s, view.Table("ledger_checkpoints c").
		Select("c.seq, t.id tx_id, t.kind, t.reference, t.posted_at, e.amount_fen, c.balance_fen").
		Joins("JOIN ledger_entries e ON e.id = c.entry_id").Joins("JOIN ledger_transactions t ON t.id = e.tx_id").
		Where("c.account_id = ? AND c.seq > ? AND c.seq <= ?", accountID, max(from, period.After), period.Until).
		Order("c.seq").Limit(limit).Scan(&s.Lines).Error
}

// Posted is an entry of a transaction.
type Posted struct {
	AccountID id.ID
	Account   string
	AmountFen money.Fen
}

// Transaction is one of the journal, whole.
type Transaction struct {
	ID         id.ID
	Kind       string
	Reference  string
	PostedAt   clock.Millis
	Seq        *int64       // nil: not sealed yet
	SealedAt   clock.Millis // 0: not sealed yet
	ReversedBy id.ID        // 0: it stands
	Entries    []Posted     `gorm:"-"`
}

// ByReference answers the transactions of a kind by their references.
func ByReference(view *gorm.DB, kind string, references []string) (map[string]id.ID, error) {
	var posted []transaction
	err := view.Where("kind = ? AND reference IN ?", kind, references).Find(&posted).Error
	found := make(map[string]id.ID, len(posted))
	for _, t := range posted {
		found[t.Reference] = t.ID
	}
	return found, err
}

// EntriesIn answers the entries of transactions on the accounts with these codes.
func EntriesIn(view *gorm.DB, txIDs []id.ID, codes []string) (map[id.ID][]Entry, error) {
	var rows []struct {
		TxID      id.ID
		Code      string
		AmountFen money.Fen
	}
	err := view.Table("ledger_entries e").Select("e.tx_id, a.code, e.amount_fen").Joins("JOIN ledger_accounts a ON a.id = e.account_id").
		Where("e.tx_id IN ? AND a.code IN ?", txIDs, codes).Scan(&rows).Error
	found := map[id.ID][]Entry{}
	for _, row := range rows {
		found[row.TxID] = append(found[row.TxID], Entry{Account: row.Code, Amount: row.AmountFen})
	}
	return found, err
}

// Get answers a transaction.
func Get(view *gorm.DB, txID id.ID) (Transaction, error) {
	var t Transaction
	err := view.Table("ledger_transactions t").
		Select("t.*, COALESCE((SELECT MIN(s.sealed_at) FROM ledger_seals s WHERE s.seq >= t.seq), 0) sealed_at, "+
			"COALESCE((SELECT r.id FROM ledger_transactions r WHERE r.kind = ? AND r.reference = ?), 0) reversed_by", Reversal, txID.String()).
		Where("t.id = ?", txID).Take(&t).Error
	if storage.IsNotFound(err) {
		return t, ErrNoTransaction
	}
	if err != nil {
		return t, err
	}
	return t, view.Table("ledger_entries e").Select("e.account_id, a.code account, e.amount_fen").
		Joins("JOIN ledger_accounts a ON a.id = e.account_id").Where("e.tx_id = ?", txID).Order("e.id").Scan(&t.Entries).Error
}
