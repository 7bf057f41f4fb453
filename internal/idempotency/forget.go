package idempotency

import (
	"context"
	"time"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// KeptFor is how long a key replays its answer.
const KeptFor = 90 * 24 * time.Hour

// Erase deletes the keys of a caller who is gone: the answers may say who they were.
func Erase(tx *storage.Tx, caller id.ID) error {
	return tx.Where("caller_id = ?", caller).Delete(&record{}).Error
}

// Forget deletes the keys from before an instant.
func Forget(ctx context.Context, db *storage.DB, before clock.Millis) error {
	return db.Forget(ctx, &record{}, "created_at < ?", before)
}
