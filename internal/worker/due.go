package worker

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// dueAtOnce is how many rows EachDue looks at before it asks again.
const dueAtOnce = 200

type dueRow struct {
	ID   id.ID
	UpAt clock.Millis
}

// EachDue calls do in a transaction of its own for every row of a model whose time, in a
// column, is up, the longest due first. One that cannot move holds up none behind it: what
// failed is answered together, once all were tried.
func EachDue(ctx context.Context, db *storage.DB, model any, column string, do func(tx *storage.Tx, rowID id.ID) error) error {
	var failed []error
	var last dueRow
	for {
		due, err := dueAfter(db.Read(ctx).Model(model), column, db.Now(), last)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		for _, last = range due {
			err := db.InTx(ctx, func(tx *storage.Tx) error { return do(tx, last.ID) })
			if err != nil {
				failed = append(failed, fmt.Errorf("%s of %s: %w", column, last.ID, err))
			}
			if ctx.Err() != nil {
				return errors.Join(failed...)
			}
		}
		if len(due) < dueAtOnce {
			return errors.Join(failed...)
		}
	}
}

func dueAfter(rows *gorm.DB, column string, now clock.Millis, last dueRow) ([]dueRow, error) {
	var due []dueRow
	err := rows.Select("id, "+column+" up_at").Where(column+" <= ? AND "+column+" >= ? AND ("+column+" > ? OR id > ?)", now, last.UpAt, last.UpAt, last.ID).
		Order(column + ", id").Limit(dueAtOnce).Scan(&due).Error
	return due, err
}
