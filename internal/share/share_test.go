package share

import (
	"context"
	"testing"
	"time"

	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// While a sale is written that went by the rules, no rule begins or ends.
func TestASaleHoldsTheRules(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		change := func(ctx context.Context) error {
			return db.InTx(ctx, func(tx *storage.Tx) error {
				_, err := lock(tx)
				return err
			})
		}
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			rules, err := Hold(tx, tx.Now())
			if err != nil || len(rules) != 1 {
				t.Errorf("%d rules (%v)", len(rules), err)
			}
			soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			if change(soon) == nil {
				t.Error("the rules could be changed")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if err := change(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
