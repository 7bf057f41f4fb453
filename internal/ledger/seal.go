package ledger

import (
	"context"
	"errors"
	"strings"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// head is the end of the journal: how many transactions are sealed, and how often
// somebody sealed.
type head struct {
	ID    int64 `gorm:"primaryKey;autoIncrement:false"`
	Size  int64
	Epoch int64
}

func (head) TableName() string { return "ledger_heads" }

// seal says when the journal reached a seq. The instants never fall as seq grows, also
// where the clocks of two replicas differ.
type seal struct {
	Seq      int64 `gorm:"primaryKey;autoIncrement:false"`
	SealedAt clock.Millis
}

func (seal) TableName() string { return "ledger_seals" }

var errHeadMoved = errors.New("ledger: another sealer moved the head under our lock")

// sealAtOnce bounds one sealing transaction.
const sealAtOnce = 500

// Unsealed counts the committed transactions that have no number yet.
func Unsealed(view *gorm.DB) (n int64, err error) {
	return n, view.Model(&unsealed{}).Count(&n).Error
}

// Seal numbers committed transactions until none is left and answers how many it
// sealed. The head row is locked first, so any number of replicas may call it; one that
// finds nothing waiting does not ask for the lock.
func Seal(ctx context.Context, db *storage.DB) (int, error) {
	var waiting []unsealed
	if err := db.Read(ctx).Limit(1).Find(&waiting).Error; err != nil || len(waiting) == 0 {
		return 0, err
	}
	total := 0
	for {
		var sealed int
		err := db.InTx(ctx, func(tx *storage.Tx) (err error) {
			sealed, err = sealSome(tx)
			return err
		})
		total += sealed
		if err != nil || sealed < sealAtOnce {
			return total, err
		}
	}
}

func sealSome(tx *storage.Tx) (int, error) {
	var h head
	if err := tx.ForUpdate().Take(&h, 1).Error; err != nil {
		return 0, err
	}
	var waiting []id.ID
	if err := tx.Model(&unsealed{}).Order("tx_id").Limit(sealAtOnce).Pluck("tx_id", &waiting).Error; err != nil || len(waiting) == 0 {
		return 0, err
	}
	last := h.Size + int64(len(waiting))
	if err := number(tx, waiting, h.Size); err != nil {
		return 0, err
	}
	if err := addCheckpoints(tx, h.Size, last); err != nil {
		return 0, err
	}
	if err := remember(tx, h.Size, last); err != nil {
		return 0, err
	}
	if err := tx.Where("tx_id IN ?", waiting).Delete(&unsealed{}).Error; err != nil {
		return 0, err
	}
	// The lock keeps the head still; this holds also behind a proxy that lost the lock.
	moved := tx.Model(&head{}).Where("id = ? AND size = ? AND epoch = ?", h.ID, h.Size, h.Epoch).
		Updates(map[string]any{"size": last, "epoch": h.Epoch + 1})
	if moved.Error == nil && moved.RowsAffected != 1 {
		return 0, errHeadMoved
	}
	return len(waiting), moved.Error
}

// number gives the transactions the seqs above size, in one statement.
func number(tx *storage.Tx, transactions []id.ID, size int64) error {
	values := make([]any, 0, 2*len(transactions)+1)
	for i, txID := range transactions {
		values = append(values, txID, size+1+int64(i))
	}
	values = append(values, transactions)
	return tx.Exec("UPDATE ledger_transactions SET seq = CASE id"+strings.Repeat(" WHEN ? THEN ?", len(transactions))+" END WHERE id IN ?", values...).Error
}

// addCheckpoints writes the balance of every account after each of its entries in the
// transactions (size, last]. It stays inside the engine: no entry travels.
func addCheckpoints(tx *storage.Tx, size, last int64) error {
	return tx.Exec(`INSERT INTO ledger_checkpoints (account_id, seq, entry_id, balance_fen)
		SELECT e.account_id, t.seq, e.id,
			COALESCE((SELECT c.balance_fen FROM ledger_checkpoints c WHERE c.account_id = e.account_id AND c.seq <= ? ORDER BY c.seq DESC LIMIT 1), 0)
				+ SUM(e.amount_fen) OVER (PARTITION BY e.account_id ORDER BY t.seq)
		FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id
		WHERE t.seq > ? AND t.seq <= ?`, size, size, last).Error
}

func remember(tx *storage.Tx, size, last int64) error {
	var before seal
	if err := tx.Where("seq = ?", size).Limit(1).Find(&before).Error; err != nil {
		return err
	}
	return tx.Create(&seal{Seq: last, SealedAt: max(tx.Now(), before.SealedAt)}).Error
}
