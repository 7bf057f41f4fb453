// Package ledger is double entry, and knows no business noun. A transaction is a
// set of entries that sum to zero; entries are inserted and never changed or
// deleted; a correction is another transaction. An account is a code that the
// domain gives meaning to.
//
// Sign: a positive entry means that more is owed to the account's owner. Money in
// the bank is owed by the bank, so the bank's account grows downwards.
//
// Sealing gives the journal its order. Posting marks the transaction unsealed; the
// sealer numbers what is committed without gaps (seq) and writes a checkpoint for each
// entry: the account's balance after it. Checkpoints are never changed, so every
// balance is known at every seq, and a statement is a range of them. Balance = last
// checkpoint + unsealed. What goes by an instant goes by the seq that was sealed then:
// a smaller id, or an earlier posting, may commit later.
package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// ErrUnbalanced is a bug of the caller: the entries do not sum to zero, or are fewer than two.
var ErrUnbalanced = errors.New("ledger: entries must be at least two and sum to zero")

// Entry moves an amount on the account named by a code.
type Entry struct {
	Account string
	Amount  money.Fen
}

// Posting is a transaction to be posted. Kind and Reference together are unique,
// so that nothing posts twice.
type Posting struct {
	Kind      string
	Reference string
	Entries   []Entry
}

type account struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	Code      string
	CreatedAt clock.Millis
}

func (account) TableName() string { return "ledger_accounts" }

type transaction struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind      string
	Reference string
	PostedAt  clock.Millis
	Seq       *int64
}

func (transaction) TableName() string { return "ledger_transactions" }

type entry struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	TxID      id.ID
	AccountID id.ID
	AmountFen money.Fen
}

func (entry) TableName() string { return "ledger_entries" }

type unsealed struct {
	TxID id.ID `gorm:"primaryKey;autoIncrement:false"`
}

func (unsealed) TableName() string { return "ledger_unsealed" }

// rowsAtOnce is how many rows one statement inserts. SQLite's driver looks for each of a
// statement's parameters among all of them: ten times as many rows cost a hundred times as much.
const rowsAtOnce = 100

// Post writes the postings with multi-row statements and answers their
// transaction ids in order. Entries of zero are left out, entries on one account merged.
func Post(tx *storage.Tx, postings []Posting) ([]id.ID, error) {
	if len(postings) == 0 {
		return nil, nil
	}
	merged := make([]map[string]money.Fen, len(postings))
	codes := map[string]bool{}
	for i, p := range postings {
		var err error
		if merged[i], err = balanced(p); err != nil {
			return nil, err
		}
		for code := range merged[i] {
			codes[code] = true
		}
	}
	accounts, err := openAccounts(tx, slices.Sorted(maps.Keys(codes)))
	if err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(postings))
	transactions := make([]transaction, len(postings))
	marks := make([]unsealed, len(postings))
	var entries []entry
	for i, p := range postings {
		ids[i] = tx.NewID()
		transactions[i] = transaction{ID: ids[i], Kind: p.Kind, Reference: p.Reference, PostedAt: tx.Now()}
		marks[i] = unsealed{TxID: ids[i]}
		for _, code := range slices.Sorted(maps.Keys(merged[i])) {
			entries = append(entries, entry{ID: tx.NewID(), TxID: ids[i], AccountID: accounts[code], AmountFen: merged[i][code]})
		}
	}
	for _, rows := range []any{&transactions, &entries, &marks} {
		if err := tx.CreateInBatches(rows, rowsAtOnce).Error; err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func balanced(p Posting) (map[string]money.Fen, error) {
	byAccount := map[string]money.Fen{}
	var sum money.Fen
	for _, e := range p.Entries {
		byAccount[e.Account] += e.Amount
		sum += e.Amount
	}
	maps.DeleteFunc(byAccount, func(_ string, amount money.Fen) bool { return amount == 0 })
	if sum != 0 || len(byAccount) < 2 {
		return nil, fmt.Errorf("%w: %s %s", ErrUnbalanced, p.Kind, p.Reference)
	}
	return byAccount, nil
}

// openAccounts finds the accounts of codes, which are sorted, and makes those missing.
func openAccounts(tx *storage.Tx, codes []string) (map[string]id.ID, error) {
	found, err := findAccounts(tx.DB, codes)
	if err != nil || len(found) == len(codes) {
		return found, err
	}
	var missing []account
	for _, code := range codes {
		if _, ok := found[code]; !ok {
			missing = append(missing, account{ID: tx.NewID(), Code: code, CreatedAt: tx.Now()})
		}
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&missing, rowsAtOnce).Error; err != nil {
		return nil, err
	}
	return findAccounts(tx.DB, codes)
}

func findAccounts(db *gorm.DB, codes []string) (map[string]id.ID, error) {
	found := make(map[string]id.ID, len(codes))
	for part := range slices.Chunk(codes, 500) {
		var rows []account
		if err := db.Select("id", "code").Where("code IN ?", part).Find(&rows).Error; err != nil {
			return nil, err
		}
		for _, a := range rows {
			found[a.Code] = a.ID
		}
	}
	return found, nil
}

// Movement is one entry of an account as its owner sees it.
type Movement struct {
	ID        id.ID
	Kind      string
	Reference string
	AmountFen money.Fen
	PostedAt  clock.Millis
}

// Movements lists an account's entries, newest first, below the id `before` (0: from the newest).
// It is for accounts whose owner's row, such as a card's, is locked by whoever posts to them:
// their ids are made one after another, so that none turns up behind a page that was read.
func Movements(db *gorm.DB, code string, before id.ID, limit int) ([]Movement, error) {
	q := db.Table("ledger_entries e").
		Select("e.id, t.kind, t.reference, e.amount_fen, t.posted_at").
		Joins("JOIN ledger_accounts a ON a.id = e.account_id").
		Joins("JOIN ledger_transactions t ON t.id = e.tx_id").
		Where("a.code = ?", code).Order("e.id DESC").Limit(limit)
	if before > 0 {
		q = q.Where("e.id < ?", before)
	}
	var found []Movement
	return found, q.Scan(&found).Error
}

// SumOf sums what transactions of a kind moved on an account; which ones, says a query
// that answers their references.
func SumOf(db *gorm.DB, code, kind, references string, args ...any) (money.Fen, error) {
	var sum money.Fen
	err := db.Table("ledger_entries e").Select("COALESCE(SUM(e.amount_fen), 0)").
		Joins("JOIN ledger_accounts a ON a.id = e.account_id").Joins("JOIN ledger_transactions t ON t.id = e.tx_id").
		Where("a.code = ? AND t.kind = ? AND t.reference IN ("+references+")", append([]any{code, kind}, args...)...).Scan(&sum).Error
	return sum, err
}
