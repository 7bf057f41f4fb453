package ledger

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"zique/internal/money"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

func transfer(ref string, amount money.Fen) []Posting {
	return []Posting{{Kind: "test", Reference: ref, Entries: []Entry{{"a", -amount}, {"b", amount}}}}
}

func post(db *storage.DB, postings []Posting) error {
	return db.InTx(context.Background(), func(tx *storage.Tx) error {
		_, err := Post(tx, postings)
		return err
	})
}

func TestPostingsBalanceAndNeverRepeat(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		if err := post(db, transfer("1", 500)); err != nil {
			t.Fatal(err)
		}
		if err := post(db, transfer("1", 500)); !storage.IsDuplicate(err) {
			t.Errorf("the same reference again: %v, want a duplicate", err)
		}
		lopsided := []Posting{{Kind: "test", Reference: "2", Entries: []Entry{{"a", -5}, {"b", 4}}}}
		if err := post(db, lopsided); !errors.Is(err, ErrUnbalanced) {
			t.Errorf("entries that do not sum to zero: %v", err)
		}
		wantBalance(t, db, "b", 500)
	})
}

func TestSealingKeepsBalancesAndLeavesNoGap(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := context.Background()
		var wg sync.WaitGroup
		for w := range 4 {
			wg.Go(func() {
				for i := range 10 {
					if err := post(db, transfer(fmt.Sprint(w, "-", i), 1)); err != nil {
						t.Error(err)
					}
					if _, err := Seal(ctx, db); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if _, err := Seal(ctx, db); err != nil {
			t.Fatal(err)
		}
		wantBalance(t, db, "b", 40)
		var shape struct{ N, Low, High, Waiting int64 }
		db.Read(ctx).Raw(`SELECT COUNT(*) n, MIN(seq) low, MAX(seq) high, (SELECT COUNT(*) FROM ledger_unsealed) waiting FROM ledger_transactions`).Scan(&shape)
		if shape.N != 40 || shape.Low != 1 || shape.High != 40 || shape.Waiting != 0 {
			t.Errorf("sealed %+v, want seq 1 to 40 and nothing waiting", shape)
		}
	})
}

func wantBalance(t *testing.T, db *storage.DB, code string, want money.Fen) {
	t.Helper()
	got, err := Balances(db.Read(context.Background()), []string{code})
	if err != nil || got[code] != want {
		t.Errorf("balance of %s = %d (%v), want %d", code, got[code], err, want)
	}
}
