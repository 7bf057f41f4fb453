package storage_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

type attempt struct {
	ID        id.ID
	Subject   string
	CreatedAt clock.Millis
}

func put(tx *storage.Tx, subject string) error {
	return tx.Create(&attempt{ID: tx.NewID(), Subject: subject, CreatedAt: tx.Now()}).Error
}

func count(t *testing.T, db *storage.DB) (n int64) {
	t.Helper()
	if err := db.Read(context.Background()).Model(&attempt{}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestATransactionIsAllOrNothing(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx, refusal := context.Background(), errors.New("refused")
		err := db.InTx(ctx, func(tx *storage.Tx) error {
			if err := put(tx, "a"); err != nil {
				return err
			}
			return refusal
		})
		if !errors.Is(err, refusal) || count(t, db) != 0 {
			t.Errorf("after a refusal: %v, %d rows", err, count(t, db))
		}
		after := false
		err = db.InTx(ctx, func(tx *storage.Tx) error {
			tx.AfterCommit(func() { after = true })
			if err := tx.Nested(func() error { return errors.Join(put(tx, "b"), refusal) }); !errors.Is(err, refusal) {
				t.Errorf("nested: %v", err)
			}
			return put(tx, "c")
		})
		if err != nil || !after || count(t, db) != 1 {
			t.Errorf("a nested refusal: %v, after commit %v, %d rows, want only the outer one", err, after, count(t, db))
		}
	})
}

func TestConcurrentTransactionsAllHappen(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				for range 10 {
					if err := db.InTx(context.Background(), func(tx *storage.Tx) error { return put(tx, "x") }); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := count(t, db); n != 160 {
			t.Errorf("%d rows, want 160", n)
		}
	})
}

func TestASnapshotStandsStill(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := context.Background()
		err := db.Snapshot(ctx, func(view *gorm.DB) error {
			var before, after int64
			view.Model(&attempt{}).Count(&before)
			if err := db.InTx(ctx, func(tx *storage.Tx) error { return put(tx, "x") }); err != nil {
				return err
			}
			view.Model(&attempt{}).Count(&after)
			if before != 0 || after != 0 {
				t.Errorf("saw %d then %d rows", before, after)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestWithoutALeaseNoIDsAndNothingWritten(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		db.Clock().Advance(leaseAndMore)
		err := db.InTx(context.Background(), func(tx *storage.Tx) error { return put(tx, "late") })
		if !fault.IsKind(err, fault.Unavailable) || count(t, db) != 0 {
			t.Errorf("got %v and %d rows", err, count(t, db))
		}
	})
}

const leaseAndMore = 61_000_000_000

func TestTwoProgramsNeverShareANode(t *testing.T) {
	dsn := storagetest.MySQL(t)
	var mu sync.Mutex
	seen := map[id.ID]bool{}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			db, err := storage.Open(context.Background(), storage.Config{MySQLDSN: dsn}, clock.System())
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			err = db.InTx(context.Background(), func(tx *storage.Tx) error {
				for range 500 {
					next := tx.NewID()
					mu.Lock()
					if seen[next] {
						t.Errorf("id %d came from two programs", next)
					}
					seen[next] = true
					mu.Unlock()
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestBothDialectsHaveTheSameTables(t *testing.T) {
	shapes := map[string]map[string][]string{}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		shape, err := db.Shape(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		shapes[t.Name()] = shape
	})
	var first map[string][]string
	for name, shape := range shapes {
		if first == nil {
			first = shape
			continue
		}
		if diff := cmp.Diff(first, shape); diff != "" {
			t.Errorf("%s differs: %s", name, diff)
		}
	}
}

func TestTextComparesByteByByteWhateverTheDatabasesCollation(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for _, designation := range []string{"a", "A", "á", "村", "😀", "🐟"} {
			err := db.InTx(t.Context(), func(tx *storage.Tx) error {
				return tx.Exec("INSERT INTO designation_counts (designation, villages, as_of) VALUES (?, 1, '2026')", designation).Error
			})
			if err != nil {
				t.Errorf("%q is taken for another: %v", designation, err)
			}
		}
	})
}

func TestATableOfAnotherCollationIsRefusedByName(t *testing.T) {
	dsn := storagetest.MySQL(t)
	change := func(collation string) {
		db, err := sql.Open("mysql", dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec("ALTER TABLE skus MODIFY spec VARCHAR(120) COLLATE " + collation + " NOT NULL"); err != nil {
			t.Fatal(err)
		}
	}
	change("utf8mb4_general_ci")
	defer change("utf8mb4_bin")
	if db, err := storage.Open(t.Context(), storage.Config{MySQLDSN: dsn}, clock.System()); err == nil || !strings.Contains(err.Error(), "skus.spec (utf8mb4_general_ci)") {
		t.Errorf("got %v", err)
		if err == nil {
			_ = db.Close()
		}
	}
}

func TestForgettingTakesWhatFitsInBatches(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			rows := make([]attempt, 2_300)
			for i := range rows {
				rows[i] = attempt{ID: tx.NewID(), Subject: "x", CreatedAt: clock.Millis(i)}
			}
			return tx.CreateInBatches(&rows, 500).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Forget(t.Context(), &attempt{}, "created_at < ?", 2_200); err != nil || count(t, db) != 100 {
			t.Errorf("%d rows are left, want 100 (%v)", count(t, db), err)
		}
	})
}
