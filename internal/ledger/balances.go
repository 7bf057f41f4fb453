package ledger

import (
	"maps"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/money"
)

// Balances answers the balance of each code; an account that was never posted to is 0.
func Balances(db *gorm.DB, codes []string) (map[string]money.Fen, error) {
	ids, err := findAccounts(db, codes)
	if err != nil {
		return nil, err
	}
	sums := make(map[id.ID]money.Fen, len(ids))
	for part := range slices.Chunk(slices.Collect(maps.Values(ids)), 500) {
		var rows []struct {
			AccountID  id.ID
			BalanceFen money.Fen
		}
		// One statement sees one state: sealing between two reads would count an entry twice.
		err := db.Raw(`SELECT account_id, SUM(balance_fen) balance_fen FROM (
				SELECT a.id account_id, (SELECT c.balance_fen FROM ledger_checkpoints c WHERE c.account_id = a.id ORDER BY c.seq DESC LIMIT 1) balance_fen
				FROM ledger_accounts a WHERE a.id IN ?
				UNION ALL
				SELECT e.account_id, e.amount_fen FROM ledger_unsealed u JOIN ledger_entries e ON e.tx_id = u.tx_id WHERE e.account_id IN ?
			) parts GROUP BY account_id`, part, part).Scan(&rows).Error
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			sums[row.AccountID] = row.BalanceFen
		}
	}
	balances := make(map[string]money.Fen, len(codes))
	for code, accountID := range ids {
		balances[code] = sums[accountID]
	}
	return balances, nil
}

// Head is the seq of the last sealed transaction; 0 while there is none.
func Head(view *gorm.DB) (seq int64, err error) {
	return seq, view.Model(&head{}).Where("id = 1").Pluck("size", &seq).Error
}

// SeqAt is the seq of the last transaction that was sealed at or before an instant.
func SeqAt(view *gorm.DB, at clock.Millis) (seq int64, err error) {
	return seq, view.Model(&seal{}).Where("sealed_at <= ?", at).Select("COALESCE(MAX(seq), 0)").Scan(&seq).Error
}

// SeqBefore is the last seq before the first transaction that was posted at or after an
// instant: what came in time and was sealed behind it belongs to what follows.
func SeqBefore(view *gorm.DB, at clock.Millis) (int64, error) {
	sealed, err := SeqAt(view, at) // all of this was posted before, so the search begins behind it
	if err != nil {
		return 0, err
	}
	var later []int64
	err = view.Model(&transaction{}).Where("seq > ? AND posted_at >= ?", sealed, at).Order("seq").Limit(1).Pluck("seq", &later).Error
	switch {
	case err != nil:
		return 0, err
	case len(later) == 0:
		return Head(view)
	}
	return later[0] - 1, nil
}

// BalancesAt answers the balance of each code after the transaction with that seq; an
// account that was not posted to by then is not in it. What is sealed never changes, so
// neither does the answer.
func BalancesAt(view *gorm.DB, codes []string, seq int64) (map[string]money.Fen, error) {
	ids, err := findAccounts(view, codes)
	if err != nil {
		return nil, err
	}
	found, err := balancesAt(view, slices.Collect(maps.Values(ids)), seq)
	balances := make(map[string]money.Fen, len(codes))
	for code, accountID := range ids {
		if balance, posted := found[accountID]; posted {
			balances[code] = balance
		}
	}
	return balances, err
}

// balancesAt looks each account up by a range of its own: in a correlated subquery
// MariaDB walks back from the account's newest entry instead.
func balancesAt(view *gorm.DB, accounts []id.ID, seq int64) (map[id.ID]money.Fen, error) {
	balances := make(map[id.ID]money.Fen, len(accounts))
	for part := range slices.Chunk(accounts, 100) {
		lookups := make([]string, len(part))
		var values []any
		for i, accountID := range part {
			lookups[i] = "SELECT * FROM (SELECT account_id, balance_fen FROM ledger_checkpoints WHERE account_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1) at"
			values = append(values, accountID, seq)
		}
		var rows []struct {
			AccountID  id.ID
			BalanceFen money.Fen
		}
		if err := view.Raw(strings.Join(lookups, " UNION ALL "), values...).Scan(&rows).Error; err != nil {
			return nil, err
		}
		for _, row := range rows {
			balances[row.AccountID] = row.BalanceFen
		}
	}
	return balances, nil
}

// AccountBalance is a line of the trial balance.
type AccountBalance struct {
	ID         id.ID
	Code       string
	BalanceFen money.Fen
}

// Trial asks for a page of the trial balance after the transaction Seq: the accounts
// whose codes begin with Prefix, in ascending order above After.
type Trial struct {
	Seq    int64
	Prefix string
	After  string
	Limit  int
}

// TrialBalance lists the accounts that were posted to.
func TrialBalance(view *gorm.DB, ask Trial) ([]AccountBalance, error) {
	found := []AccountBalance{}
	q := view.Table("ledger_accounts a").Select("a.id, a.code").
		Where("EXISTS (SELECT 1 FROM ledger_checkpoints c WHERE c.account_id = a.id AND c.seq <= ?)", ask.Seq).
		Where("a.code > ?", ask.After).Order("a.code").Limit(ask.Limit)
	if ask.Prefix != "" {
		// The codes' letters all sort below ~. LIKE would take _ for any letter.
		q = q.Where("a.code >= ? AND a.code < ?", ask.Prefix, ask.Prefix+"~")
	}
	if err := q.Scan(&found).Error; err != nil {
		return nil, err
	}
	ids := make([]id.ID, len(found))
	for i, a := range found {
		ids[i] = a.ID
	}
	balances, err := balancesAt(view, ids, ask.Seq)
	for i, a := range found {
		found[i].BalanceFen = balances[a.ID]
	}
	return found, err
}

// ClassTotal sums the accounts of a class, which is the first segment of their codes.
type ClassTotal struct {
	Class      string
	Accounts   int64
	BalanceFen money.Fen
}

// Totals sums all accounts after the transaction with that seq by class, in ascending
// order. Over all classes the sum is 0. It reads every account and, for a seq of the past,
// every entry since.
func Totals(view *gorm.DB, seq int64) ([]ClassTotal, error) {
	totals := []ClassTotal{}
	return totals, view.Raw(`SELECT b.class, COUNT(*) accounts, SUM(b.balance_fen) balance_fen FROM (
			SELECT SUBSTR(a.code, 1, INSTR(CONCAT(a.code, ':'), ':') - 1) class, 
				(SELECT c.balance_fen FROM ledger_checkpoints c WHERE c.account_id = a.id AND c.seq <= ? ORDER BY c.seq DESC LIMIT 1) balance_fen
			FROM ledger_accounts a
		) b WHERE b.balance_fen IS NOT NULL GROUP BY b.class ORDER BY b.class`, seq).Scan(&totals).Error
}
