package ledger

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

type head struct {
	ID    int64 `gorm:"primaryKey;autoIncrement:false"`
	Size  int64
	Epoch int64
}

func (head) TableName() string { return "ledger_heads" }

type checkpoint struct {
	AccountID  id.ID `gorm:"primaryKey;autoIncrement:false"`
	BalanceFen money.Fen
	Seq        int64
}

func (checkpoint) TableName() string { return "ledger_checkpoints" }

// sealAtOnce bounds one sealing transaction.
const sealAtOnce = 500

// Unsealed counts the committed transactions that have no number yet.
func Unsealed(view *gorm.DB) (n int64, err error) {
	return n, view.Model(&unsealed{}).Count(&n).Error
}

// Seal numbers committed transactions until none is left and answers how many it
// sealed. The head row is locked first, so any number of replicas may call it.
func Seal(ctx context.Context, db *storage.DB) (int, error) {
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
	first := h.Size + 1
	for i, txID := range waiting {
		if err := tx.Model(&transaction{}).Where("id = ?", txID).Update("seq", first+int64(i)).Error; err != nil {
			return 0, err
		}
	}
	last := h.Size + int64(len(waiting))
	if err := moveToCheckpoints(tx, waiting, last); err != nil {
		return 0, err
	}
	if err := tx.Where("tx_id IN ?", waiting).Delete(&unsealed{}).Error; err != nil {
		return 0, err
	}
	return len(waiting), tx.Model(&h).Updates(map[string]any{"size": last, "epoch": h.Epoch + 1}).Error
}

func moveToCheckpoints(tx *storage.Tx, transactions []id.ID, last int64) error {
	var sums []checkpoint
	err := tx.Model(&entry{}).Select("account_id, SUM(amount_fen) AS balance_fen").
		Where("tx_id IN ?", transactions).Group("account_id").Order("account_id").Scan(&sums).Error
	if err != nil {
		return err
	}
	for _, sum := range sums {
		sum.Seq = last
		grow := clause.OnConflict{Columns: []clause.Column{{Name: "account_id"}}, DoUpdates: clause.Assignments(map[string]any{
			"balance_fen": gorm.Expr("ledger_checkpoints.balance_fen + ?", sum.BalanceFen), "seq": last,
		})}
		if err := tx.Clauses(grow).Create(&sum).Error; err != nil {
			return err
		}
	}
	return nil
}
