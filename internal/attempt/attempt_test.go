package attempt_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zique/internal/attempt"
	"zique/internal/fault"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

var three = attempt.Limit{Max: 3, Window: 30 * time.Second}

func fail(t *testing.T, db *storage.DB, subjects ...string) {
	t.Helper()
	if err := attempt.Fail(t.Context(), db, subjects...); err != nil {
		t.Fatal(err)
	}
}

func refusedFor(t *testing.T, err error, wait time.Duration) {
	t.Helper()
	f, ok := fault.As(err)
	if !ok || !errors.Is(err, attempt.ErrTooMany) || f.Kind != fault.TooMany {
		t.Fatalf("got %v, want too_many_attempts", err)
	}
	if f.RetryAfter != wait {
		t.Errorf("retry after %v, want %v", f.RetryAfter, wait)
	}
}

func TestLockedAfterMaxUntilTheOldestLeavesTheWindow(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for range 3 {
			if err := attempt.Check(t.Context(), db, three, "a"); err != nil {
				t.Fatalf("refused before the limit: %v", err)
			}
			fail(t, db, "a")
			db.Clock().Advance(3 * time.Second)
		}
		refusedFor(t, attempt.Check(t.Context(), db, three, "a"), 21*time.Second)
		refusedFor(t, attempt.Check(t.Context(), db, three, "b", "a"), 21*time.Second)
		if err := attempt.Check(t.Context(), db, three, "b"); err != nil {
			t.Errorf("another subject is locked too: %v", err)
		}
		db.Clock().Advance(21*time.Second - time.Millisecond)
		refusedFor(t, attempt.Check(t.Context(), db, three, "a"), time.Millisecond)
		db.Clock().Advance(time.Millisecond)
		if err := attempt.Check(t.Context(), db, three, "a"); err != nil {
			t.Errorf("still locked after the window: %v", err)
		}
	})
}

func TestClearForgetsOnlyItsSubject(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for range 4 {
			fail(t, db, "a", "b")
		}
		err := db.InTx(t.Context(), func(tx *storage.Tx) error { return attempt.Clear(tx, "a") })
		if err != nil {
			t.Fatal(err)
		}
		if err := attempt.Check(t.Context(), db, three, "a"); err != nil {
			t.Errorf("locked after Clear: %v", err)
		}
		refusedFor(t, attempt.Check(t.Context(), db, three, "b"), three.Window)
	})
}

func TestRecordGoesWithItsTransaction(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		rolledBack := errors.New("rolled back")
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			if err := attempt.Record(tx, "a", "a", "a"); err != nil {
				return err
			}
			return rolledBack
		})
		if !errors.Is(err, rolledBack) {
			t.Fatal(err)
		}
		if err := attempt.Check(t.Context(), db, three, "a"); err != nil {
			t.Errorf("what was rolled back counts: %v", err)
		}
	})
}

func TestBeginCountsUnlessForgiven(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for i := range 6 {
			a, err := attempt.Begin(t.Context(), db, three, "a")
			if err != nil {
				t.Fatalf("attempt %d: %v", i, err)
			}
			if i%2 == 0 {
				if err := db.InTx(t.Context(), a.Forgive); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 2 { // refused attempts do not prolong the lock
			_, err := attempt.Begin(t.Context(), db, three, "a")
			refusedFor(t, err, three.Window)
		}
	})
}

func TestNoMoreThanMaxGetThroughAtOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var through atomic.Int32
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				_, err := attempt.Begin(context.Background(), db, three, "a")
				if err == nil {
					through.Add(1)
				} else if !errors.Is(err, attempt.ErrTooMany) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := through.Load(); n > 3 {
			t.Errorf("%d attempts got through a limit of 3", n)
		}
	})
}

func TestForgetKeepsWhatIsRecent(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		long := attempt.Limit{Max: 1, Window: 24 * time.Hour}
		fail(t, db, "old", "old")
		db.Clock().Advance(time.Second)
		fail(t, db, "new")
		if err := attempt.Forget(t.Context(), db, db.Now()); err != nil {
			t.Fatal(err)
		}
		if err := attempt.Check(t.Context(), db, long, "old"); err != nil {
			t.Errorf("the old failures are still there: %v", err)
		}
		refusedFor(t, attempt.Check(t.Context(), db, long, "new"), long.Window)
	})
}
