// Package attempt counts failures in the database, so that guessing is bounded
// across replicas and restarts. A subject is an opaque text of at most 120 bytes
// that names what is guarded, such as "login:phone:<hash>"; never put the guarded
// value itself into it.
//
// While a subject is locked even the right answer is refused: otherwise the
// refusal would tell a guesser that the answer was wrong. Refused attempts are
// not counted, so hammering does not prolong a lock.
package attempt

import (
	"context"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// ErrTooMany says that a subject is locked; RetryAfter says for how long.
var ErrTooMany = fault.New(fault.TooMany, "too_many_attempts", "too many attempts; wait before the next one")

// Limit allows fewer than Max failures within the last Window.
type Limit struct {
	Max    int
	Window time.Duration
}

type row struct {
	ID        id.ID
	Subject   string
	CreatedAt clock.Millis
}

func (row) TableName() string { return "attempts" }

// Check refuses with ErrTooMany while any of the subjects has limit.Max or more
// failures within limit.Window. Callers that run at once may pass together; where
// that matters, use Begin.
func Check(ctx context.Context, db *storage.DB, limit Limit, subjects ...string) error {
	return check(ctx, db, limit, limit.Max, subjects)
}

// check refuses when a subject has `enough` failures within the window, until
// the last Max of them are not within it any more.
func check(ctx context.Context, db *storage.DB, limit Limit, enough int, subjects []string) error {
	now := db.Now()
	since := now.Add(-limit.Window)
	var wait time.Duration
	for _, subject := range subjects {
		var newest []clock.Millis
		err := db.Read(ctx).Model(&row{}).
			Where("subject = ? AND created_at > ?", subject, since).
			Order("created_at DESC").Limit(enough).Pluck("created_at", &newest).Error
		if err != nil {
			return err
		}
		if len(newest) == enough {
			left := time.Duration(newest[limit.Max-1]-since) * time.Millisecond
			wait = max(wait, left)
		}
	}
	if wait > 0 {
		return ErrTooMany.After(wait)
	}
	return nil
}

// Record counts a failure of each subject together with what else tx does.
func Record(tx *storage.Tx, subjects ...string) error {
	_, err := record(tx, subjects)
	return err
}

func record(tx *storage.Tx, subjects []string) ([]id.ID, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	rows, ids := make([]row, len(subjects)), make([]id.ID, len(subjects))
	for i, subject := range subjects {
		ids[i] = tx.NewID()
		rows[i] = row{ID: ids[i], Subject: subject, CreatedAt: tx.Now()}
	}
	return ids, tx.Create(&rows).Error
}

// Fail counts a failure of each subject in a transaction of its own, for callers
// whose own transaction is rolled back by the failure.
func Fail(ctx context.Context, db *storage.DB, subjects ...string) error {
	return db.InTx(ctx, func(tx *storage.Tx) error { return Record(tx, subjects...) })
}

// Clear forgets all failures of the subjects, after a success that proves them harmless.
func Clear(tx *storage.Tx, subjects ...string) error {
	if len(subjects) == 0 {
		return nil
	}
	return tx.Where("subject IN ?", subjects).Delete(&row{}).Error
}
