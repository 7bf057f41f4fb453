package attempt

import (
	"context"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Attempt is one that was counted before its outcome is known.
type Attempt struct{ ids []id.ID }

// Begin counts an attempt as failed in advance, or refuses with ErrTooMany. Of any
// number of callers at once no more than limit.Max get through, because each
// counts after its own failure is committed. Callers that race for the last
// places may all be refused.
func Begin(ctx context.Context, db *storage.DB, limit Limit, subjects ...string) (Attempt, error) {
	if err := Check(ctx, db, limit, subjects...); err != nil {
		return Attempt{}, err
	}
	var a Attempt
	err := db.InTx(ctx, func(tx *storage.Tx) (err error) {
		a.ids, err = record(tx, subjects)
		return err
	})
	if err != nil {
		return Attempt{}, err
	}
	refused := check(ctx, db, limit, limit.Max+1, subjects)
	if refused == nil {
		return a, nil
	}
	if err := db.InTx(ctx, a.Forgive); err != nil {
		return Attempt{}, err
	}
	return Attempt{}, refused
}

// Forgive takes the failure back, since the attempt was right after all.
func (a Attempt) Forgive(tx *storage.Tx) error {
	if len(a.ids) == 0 {
		return nil
	}
	return tx.Where("id IN ?", a.ids).Delete(&row{}).Error
}

// Forget deletes the failures from before an instant, which must lie further back
// than every Window in use.
func Forget(ctx context.Context, db *storage.DB, before clock.Millis) error {
	return db.Forget(ctx, &row{}, "created_at < ?", before)
}
