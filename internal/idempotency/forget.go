package idempotency

import (
	"context"
	"time"

	"zique/internal/id"
	"zique/internal/storage"
)

// KeptFor is how long a key replays its answer.
const KeptFor = 90 * 24 * time.Hour

// forgetBatch bounds how many rows one transaction of Forget deletes.
const forgetBatch = 1000

// Erase deletes the keys of a caller who is gone: the answers may say who they were.
func Erase(tx *storage.Tx, caller id.ID) error {
	return tx.Where("caller_id = ?", caller).Delete(&record{}).Error
}

// Forget deletes the keys that are older than KeptFor.
func Forget(ctx context.Context, db *storage.DB) error {
	for {
		var old []id.ID
		err := db.Read(ctx).Model(&record{}).Where("created_at < ?", db.Now().Add(-KeptFor)).Limit(forgetBatch).Pluck("id", &old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		err = db.InTx(ctx, func(tx *storage.Tx) error { return tx.Where("id IN ?", old).Delete(&record{}).Error })
		if err != nil {
			return err
		}
	}
}
