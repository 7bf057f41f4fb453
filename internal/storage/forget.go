package storage

import (
	"context"

	"zique/internal/id"
)

// forgetBatch bounds how many rows one transaction of Forget deletes, so that nobody
// waits long for its locks.
const forgetBatch = 1000

// Forget deletes the rows of the model's table that fit the condition, a batch in each
// transaction, until none is left. The table has an id, and an index for the condition.
func (db *DB) Forget(ctx context.Context, model any, condition string, values ...any) error {
	for {
		var old []id.ID
		err := db.Read(ctx).Model(model).Where(condition, values...).Limit(forgetBatch).Pluck("id", &old).Error
		if err != nil || len(old) == 0 {
			return err
		}
		err = db.InTx(ctx, func(tx *Tx) error { // some may fit no more
			return tx.Where("id IN ?", old).Where(condition, values...).Delete(model).Error
		})
		if err != nil {
			return err
		}
	}
}
