package verify

import (
	"context"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/ledger"
	"zique/internal/storage"
)

// Progress is how far Incremental has come. Up to Seq the journal was found whole; in
// what follows, up to Head, Broken transactions are not. While Broken is not 0, Seq stays.
type Progress struct {
	Seq       int64
	Head      int64
	Broken    int64
	CheckedAt clock.Millis
}

// TableName is the table's name.
func (Progress) TableName() string { return "verify_progress" }

// Last is the outcome of the last Incremental.
func Last(view *gorm.DB) (Progress, error) {
	var p Progress
	return p, view.Where("id = 1").Take(&p).Error
}

// checkedAtOnce bounds how many transactions one look takes in.
const checkedAtOnce = 20_000

// Incremental checks the transactions that were sealed since the last time, and
// remembers how far it came. It does not look again at what it found whole: an old
// entry that somebody edits is for Run to find.
func Incremental(ctx context.Context, db *storage.DB) (Progress, error) {
	for {
		var p Progress
		err := db.Snapshot(ctx, func(view *gorm.DB) (err error) {
			p, err = look(view)
			return err
		})
		if err != nil {
			return p, err
		}
		p.CheckedAt = db.Now()
		err = db.InTx(ctx, func(tx *storage.Tx) error {
			return tx.Model(&Progress{}).Where("id = 1 AND seq <= ?", p.Seq).Select("*").Updates(p).Error
		})
		if err != nil || p.Broken > 0 || p.Seq == p.Head {
			return p, err
		}
	}
}

func look(view *gorm.DB) (Progress, error) {
	p, err := Last(view)
	if err != nil {
		return p, err
	}
	if p.Head, err = ledger.Head(view); err != nil {
		return p, err
	}
	until := min(p.Head, p.Seq+checkedAtOnce)
	p.Broken, err = brokenWithin(view, p.Seq, until)
	if err == nil && p.Broken == 0 {
		p.Seq = until
	}
	return p, err
}

// brokenWithin counts the transactions with after < seq ≤ until that are missing, do not
// sum to zero, are no double entry or are not what their checkpoints say. Only an
// account's first step looks back beyond the range: it costs what was posted since.
func brokenWithin(view *gorm.DB, after, until int64) (int64, error) {
	var found struct{ Present, Broken int64 }
	err := view.Raw(`WITH steps AS (
			SELECT t.seq, e.id, e.amount_fen, c.balance_fen - e.amount_fen before_fen,
				LAG(c.balance_fen) OVER (PARTITION BY e.account_id ORDER BY t.seq) step_fen, e.account_id
			FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.tx_id = t.id
			LEFT JOIN ledger_checkpoints c ON c.account_id = e.account_id AND c.seq = t.seq AND c.entry_id = e.id
			WHERE t.seq > ? AND t.seq <= ?
		), sums AS (
			SELECT s.seq, COUNT(s.id) entries, SUM(s.amount_fen) sum_fen, SUM(CASE WHEN s.before_fen = COALESCE(s.step_fen,
				(SELECT b.balance_fen FROM ledger_checkpoints b WHERE b.account_id = s.account_id AND b.seq <= ? ORDER BY b.seq DESC LIMIT 1), 0) THEN 0 ELSE 1 END) unlike
			FROM steps s GROUP BY s.seq
		)
		SELECT COUNT(*) present, COALESCE(SUM(CASE WHEN entries < 2 OR sum_fen <> 0 OR unlike > 0 THEN 1 ELSE 0 END), 0) broken FROM sums`,
		after, until, after).Scan(&found).Error
	return found.Broken + until - after - found.Present, err
}
