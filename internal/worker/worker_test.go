package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

// mark is a row that a chunk leaves; any table of the schema will do.
type mark struct {
	ID        id.ID
	Subject   string
	CreatedAt clock.Millis
}

func (mark) TableName() string { return "attempts" }

// chunks does as many Steps as the payload says, each leaving a mark, and calls
// before ahead of each.
func chunks(before func(ctx context.Context, done int64) error) Handler {
	return func(ctx context.Context, run *Run) error {
		var total, done int64
		if err := errors.Join(run.Payload(&total), run.State(&done)); err != nil {
			return err
		}
		for done < total {
			if err := before(ctx, done); err != nil {
				return err
			}
			err := run.Step(ctx, func(tx *storage.Tx) (Progress, error) {
				row := mark{ID: tx.NewID(), Subject: fmt.Sprint(run.Job.ID, "/", done), CreatedAt: tx.Now()}
				return Progress{Done: done + 1, Total: total, State: done + 1, Result: map[string]int64{"marks": done + 1}}, tx.Create(&row).Error
			})
			if err != nil {
				return err
			}
			done++
		}
		return nil
	}
}

func atOnceHandler(context.Context, int64) error { return nil }

func enqueue(t *testing.T, db *storage.DB, kind string, payload any) (jobID id.ID) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
		jobID, err = Enqueue(tx, New{Kind: kind, Payload: payload, OwnerID: 7, OrgID: 8})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return jobID
}

func jobOf(t *testing.T, db *storage.DB, jobID id.ID) Job {
	t.Helper()
	job, err := Get(db.Read(t.Context()), jobID)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

// wantsEachOnce fails unless the job is done and every chunk left one mark.
func wantsEachOnce(t *testing.T, db *storage.DB, jobID id.ID, total int64) {
	t.Helper()
	job := jobOf(t, db, jobID)
	if job.Status != Done || job.Done != total || job.Total != total || job.FinishedAt == nil {
		t.Errorf("job %+v", job)
	}
	var marks []string
	if err := db.Read(t.Context()).Model(&mark{}).Where("subject LIKE ?", fmt.Sprint(jobID, "/%")).Distinct().Pluck("subject", &marks).Error; err != nil {
		t.Fatal(err)
	}
	var all int64
	db.Read(t.Context()).Model(&mark{}).Where("subject LIKE ?", fmt.Sprint(jobID, "/%")).Count(&all)
	if int64(len(marks)) != total || all != total {
		t.Errorf("%d marks, %d of them different, want %d", all, len(marks), total)
	}
}

func drain(t *testing.T, r *Runner) {
	t.Helper()
	if err := r.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestTwoRunnersDoEachChunkOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var jobs []id.ID
		for range 12 {
			jobs = append(jobs, enqueue(t, db, "count", 5))
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { drain(t, NewRunner(db, map[string]Handler{"count": chunks(atOnceHandler)})) })
		}
		wg.Wait()
		for _, jobID := range jobs {
			wantsEachOnce(t, db, jobID, 5)
			if job := jobOf(t, db, jobID); job.LeaseEpoch != 1 {
				t.Errorf("taken %d times", job.LeaseEpoch)
			}
		}
	})
}

func TestALostLeaseCannotCommit(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		jobID := enqueue(t, db, "count", 4)
		paused, goOn := make(chan struct{}), make(chan struct{})
		slow := NewRunner(db, map[string]Handler{"count": chunks(func(_ context.Context, done int64) error {
			if done == 2 {
				close(paused)
				<-goOn
			}
			return nil
		})})
		ended := make(chan error, 1)
		go func() { ended <- slow.Drain(context.Background()) }()
		<-paused
		other := NewRunner(db, map[string]Handler{"count": chunks(atOnceHandler)})
		drain(t, other)
		if job := jobOf(t, db, jobID); job.Status != Running || job.Done != 2 {
			t.Errorf("taken while it was leased: %+v", job)
		}
		db.Clock().Advance(leaseFor)
		drain(t, other)
		wantsEachOnce(t, db, jobID, 4)
		close(goOn)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		wantsEachOnce(t, db, jobID, 4)
	})
}

func TestAStoppedRunnerGivesItsJobBack(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		jobID := enqueue(t, db, "count", 6)
		ctx, stop := context.WithCancel(t.Context())
		stopping := NewRunner(db, map[string]Handler{"count": chunks(func(ctx context.Context, done int64) error {
			if done == 3 {
				stop()
			}
			return ctx.Err()
		})})
		if err := stopping.Drain(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("drain: %v", err)
		}
		if job := jobOf(t, db, jobID); job.Status != Queued || job.Done != 3 || job.Attempts != 0 {
			t.Errorf("given back as %+v", job)
		}
		drain(t, NewRunner(db, map[string]Handler{"count": chunks(atOnceHandler)}))
		wantsEachOnce(t, db, jobID, 6)
	})
}

func TestAJobOfADeadRunnerGoesOnAfterItsLease(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		jobID := enqueue(t, db, "count", 6)
		dead := NewRunner(db, map[string]Handler{"count": nil})
		run, err := dead.take(t.Context())
		if err != nil || run == nil {
			t.Fatal(run, err)
		}
		killed := errors.New("killed")
		_ = chunks(func(_ context.Context, done int64) error {
			if done == 4 {
				return killed
			}
			return nil
		})(t.Context(), run)
		alive := NewRunner(db, map[string]Handler{"count": chunks(atOnceHandler)})
		drain(t, alive)
		if job := jobOf(t, db, jobID); job.Status != Running || job.Done != 4 {
			t.Errorf("before the lease is over: %+v", job)
		}
		db.Clock().Advance(leaseFor)
		drain(t, alive)
		wantsEachOnce(t, db, jobID, 6)
	})
}

func TestAFailingJobEndsFailed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var tried atomic.Int64
		refusal := fault.New(fault.Invalid, "no_good", "the file is no good")
		r := NewRunner(db, map[string]Handler{
			"refused": func(context.Context, *Run) error { return fmt.Errorf("wrapped: %w", refusal) },
			"panics":  func(context.Context, *Run) error { tried.Add(1); panic("secret") },
			"leaves":  func(ctx context.Context, run *Run) error { return errors.Join(leave(ctx, run), refusal) },
		})
		refused, panics, leaves := enqueue(t, db, "refused", 1), enqueue(t, db, "panics", 1), enqueue(t, db, "leaves", 1)
		other := enqueue(t, db, "of a newer program", 1)
		drain(t, r)
		if job := jobOf(t, db, refused); job.Status != Failed || job.Error != "no_good" || job.Attempts != 1 || job.FinishedAt == nil {
			t.Errorf("refused: %+v", job)
		}
		if job := jobOf(t, db, leaves); job.Status != Failed || job.Result != `"left"` || job.Done != 0 || job.Total != 9 {
			t.Errorf("leaves: %+v", job)
		}
		for attempt := int64(1); attempt < maxAttempts; attempt++ {
			if job := jobOf(t, db, panics); job.Status != Queued || job.Attempts != attempt || tried.Load() != attempt {
				t.Errorf("attempt %d: %+v, tried %d times", attempt, job, tried.Load())
			}
			db.Clock().Advance(backoff(attempt) - time.Millisecond)
			drain(t, r)
			if tried.Load() != attempt {
				t.Errorf("tried again too early")
			}
			db.Clock().Advance(time.Millisecond)
			drain(t, r)
		}
		if job := jobOf(t, db, panics); job.Status != Failed || job.Error != "internal" || tried.Load() != maxAttempts {
			t.Errorf("panics: %+v", job)
		}
		if job := jobOf(t, db, other); job.Status != Queued {
			t.Errorf("a kind without a handler was taken: %+v", job)
		}
	})
}

func leave(ctx context.Context, run *Run) error {
	return run.Step(ctx, func(*storage.Tx) (Progress, error) { return Progress{Total: 9, Result: "left"}, nil })
}

func TestAJobThatKillsTheProgramEndsToo(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		jobID := enqueue(t, db, "deadly", 1)
		if err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			return tx.Model(&Job{}).Where("id = ?", jobID).Updates(map[string]any{"status": Running, "attempts": maxAttempts}).Error
		}); err != nil {
			t.Fatal(err)
		}
		drain(t, NewRunner(db, map[string]Handler{"deadly": func(context.Context, *Run) error {
			t.Error("it was run once more")
			return nil
		}}))
		if job := jobOf(t, db, jobID); job.Status != Failed || job.Error != "internal" {
			t.Errorf("%+v", job)
		}
	})
}

func TestEnqueueWakesARunningRunner(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		started, chore := make(chan struct{}), make(chan struct{}, 1)
		r := NewRunner(db, map[string]Handler{"signal": func(context.Context, *Run) error { close(started); return nil }},
			Recurring{Name: "chore", Every: time.Hour, Do: func(context.Context) error { chore <- struct{}{}; return nil }})
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { r.Run(ctx) })
		var jobID id.ID
		if err := db.InTx(ctx, func(tx *storage.Tx) (err error) {
			jobID, err = Enqueue(tx, New{Kind: "signal"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		<-started
		<-chore
		stop()
		running.Wait()
		if job := jobOf(t, db, jobID); job.Status != Done {
			t.Errorf("%+v", job)
		}
	})
}

func TestListCountAndForget(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		r := NewRunner(db, map[string]Handler{
			"good": func(context.Context, *Run) error { return nil },
			"bad":  func(context.Context, *Run) error { return ErrNotFound },
		})
		enqueue(t, db, "good", 1)
		bad := enqueue(t, db, "bad", 1)
		drain(t, r)
		db.Clock().Advance(time.Second)
		waiting := enqueue(t, db, "other", 1)
		newest, err := List(db.Read(t.Context()), "", 0, 2)
		if err != nil || len(newest) != 2 || newest[0].ID != waiting || newest[1].ID != bad {
			t.Errorf("%+v %v", newest, err)
		}
		rest, err := List(db.Read(t.Context()), Done, bad, 2)
		if err != nil || len(rest) != 1 || rest[0].Kind != "good" {
			t.Errorf("%+v %v", rest, err)
		}
		if err := Forget(t.Context(), db, db.Now()); err != nil {
			t.Fatal(err)
		}
		if left, err := List(db.Read(t.Context()), "", 0, 9); err != nil || len(left) != 1 || left[0].ID != waiting {
			t.Errorf("%+v %v", left, err)
		}
		if n, oldest, err := CountFailed(db.Read(t.Context()), 0); err != nil || n != 0 || oldest != nil {
			t.Errorf("%d failed since %d: %v", n, oldest, err)
		}
	})
}

func TestARefusedJobNeedsNobodyAndEveryEndIsTold(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		r := NewRunner(db, map[string]Handler{
			"good":  func(context.Context, *Run) error { return nil },
			"odd":   func(context.Context, *Run) error { return ErrNotFound },
			"bad":   func(context.Context, *Run) error { return errors.New("bad") },
			"quiet": func(context.Context, *Run) error { return nil },
		})
		var told []string
		for _, kind := range []string{"good", "odd", "bad"} {
			r.OnEnd(kind, func(_ *storage.Tx, over Job) error {
				told = append(told, fmt.Sprint(over.Kind, " ", over.Status, " ", over.Refused, " ", *over.FinishedAt))
				return nil
			})
		}
		begun := db.Now()
		var want []string
		for _, kind := range []string{"good", "odd", "quiet"} {
			enqueue(t, db, kind, 1)
		}
		drain(t, r)
		want = append(want, fmt.Sprint("good done false ", begun), fmt.Sprint("odd failed true ", begun))
		if n, _, err := CountFailed(db.Read(t.Context()), 0); err != nil || n != 0 {
			t.Errorf("%d failed (%v)", n, err)
		}
		enqueue(t, db, "bad", 1)
		for range maxAttempts {
			want = want[:2]
			want = append(want, fmt.Sprint("bad failed false ", db.Now()))
			drain(t, r)
			db.Clock().Advance(time.Minute - time.Second)
		}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		if n, oldest, err := CountFailed(db.Read(t.Context()), begun); err != nil || n != 1 || *oldest != begun {
			t.Errorf("%d failed since %d: %v", n, oldest, err)
		}
	})
}

func TestAChoreRecursOnOneOfTwo(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var done atomic.Int64
		chore := Recurring{Name: "sweep", Every: 10 * time.Second, Do: func(context.Context) error { done.Add(1); return nil }}
		round := func() {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if _, err := NewRunner(db, nil, chore).tryChore(t.Context(), chore); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		for n := int64(1); n <= 3; n++ {
			round()
			db.Clock().Advance(chore.Every - time.Millisecond)
			round()
			if done.Load() != n {
				t.Errorf("round %d: done %d times", n, done.Load())
			}
			db.Clock().Advance(time.Millisecond)
		}
	})
}

func TestAChoreFailsAndRecurs(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		chore := Recurring{Name: "sweep", Every: time.Second, Do: func(context.Context) error { panic("broken") }}
		r := NewRunner(db, nil, chore)
		wait, err := r.tryChore(t.Context(), chore)
		if err == nil || wait != time.Second {
			t.Errorf("%v, again in %v", err, wait)
		}
		db.Clock().Advance(time.Second)
		if _, taken, err := r.takeChore(t.Context(), chore); err != nil || !taken { // and is killed
			t.Fatal(taken, err)
		}
		if wait, err := r.tryChore(t.Context(), chore); err != nil || wait != leaseFor {
			t.Errorf("beside a dead holder: %v, again in %v", err, wait)
		}
		db.Clock().Advance(leaseFor)
		if _, err := r.tryChore(t.Context(), chore); err == nil {
			t.Error("not taken over")
		}
	})
}
