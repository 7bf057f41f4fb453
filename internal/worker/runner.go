package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"zique/internal/clock"
	"zique/internal/storage"
)

// How long a job or chore is leased, how often the lease is renewed, how often the
// runner looks for jobs that other replicas enqueued or left, how many it works on at
// once, and how often and after which pause a job that fails is tried again.
const (
	leaseFor     = 15 * time.Second
	renewEvery   = 5 * time.Second
	pollEvery    = time.Second
	atOnce       = 2
	maxAttempts  = 5
	firstBackoff = 2 * time.Second
)

// Runner does jobs of the kinds that it has handlers for.
type Runner struct {
	db       *storage.DB
	handlers map[string]Handler
	ends     map[string]func(tx *storage.Tx, over Job) error
	chores   []Recurring
}

// NewRunner makes a runner; Run starts it.
func NewRunner(db *storage.DB, handlers map[string]Handler, chores ...Recurring) *Runner {
	return &Runner{db: db, handlers: handlers, ends: map[string]func(*storage.Tx, Job) error{}, chores: chores}
}

// OnEnd has f called in the transaction in which a job of the kind is done or fails, with
// the job as it is then. While f fails the job is not over.
func (r *Runner) OnEnd(kind string, f func(tx *storage.Tx, over Job) error) { r.ends[kind] = f }

// Run works until ctx ends. A job under way is given back then, and whoever is next
// goes on from its last chunk.
func (r *Runner) Run(ctx context.Context) {
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() { r.loop(ctx) })
	}
	for _, chore := range r.chores {
		all.Go(func() { r.recur(ctx, chore) })
	}
	all.Wait()
}

func (r *Runner) loop(ctx context.Context) {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		if err := r.Drain(ctx); err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "look for jobs", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		case <-r.db.Bell(Bell):
		}
	}
}

// Drain does every job that is due, one after the other, in the caller's goroutine.
func (r *Runner) Drain(ctx context.Context) error {
	for ctx.Err() == nil {
		run, err := r.take(ctx)
		if err != nil || run == nil {
			return err
		}
		r.work(ctx, run)
	}
	return ctx.Err()
}

// take leases a job that waits, or whose holder is gone; nil when there is none.
func (r *Runner) take(ctx context.Context) (*Run, error) {
	kinds := slices.Sorted(maps.Keys(r.handlers))
	for {
		job, err := r.due(ctx, kinds)
		if err != nil || job == nil {
			return nil, err
		}
		taken, err := r.lease(ctx, job)
		if err != nil {
			return nil, err
		}
		if taken {
			return &Run{Job: *job, db: r.db}, nil
		}
	}
}

func (r *Runner) due(ctx context.Context, kinds []string) (*Job, error) {
	now := r.db.Now()
	for _, c := range []struct{ status, column string }{{Running, "lease_until"}, {Queued, "run_after"}} {
		var jobs []Job
		err := r.db.Read(ctx).Where("status = ? AND "+c.column+" <= ? AND kind IN ?", c.status, now, kinds).
			Order(c.column).Limit(1).Find(&jobs).Error
		if err != nil || len(jobs) > 0 {
			return first(jobs), err
		}
	}
	return nil, nil
}

func first(jobs []Job) *Job {
	if len(jobs) == 0 {
		return nil
	}
	return &jobs[0]
}

// lease makes the job this runner's, unless another was faster.
func (r *Runner) lease(ctx context.Context, job *Job) (taken bool, err error) {
	err = r.db.InTx(ctx, func(tx *storage.Tx) error {
		until := tx.Now().Add(leaseFor)
		change := tx.Model(&Job{}).Where("id = ? AND lease_epoch = ? AND status = ?", job.ID, job.LeaseEpoch, job.Status).
			Updates(map[string]any{"status": Running, "lease_epoch": job.LeaseEpoch + 1, "lease_until": until, "attempts": job.Attempts + 1})
		taken = change.RowsAffected == 1
		return change.Error
	})
	job.Status, job.LeaseEpoch, job.Attempts = Running, job.LeaseEpoch+1, job.Attempts+1
	return taken && err == nil, err
}

// work runs the job's handler under a renewed lease and writes down how it ended.
func (r *Runner) work(ctx context.Context, run *Run) {
	if run.Job.Attempts > maxAttempts { // it took the program down with it each time
		r.settle(ctx, run, errors.New("worker: the job never comes to an end"))
		return
	}
	leased, lost := context.WithCancelCause(ctx)
	renewed := *run // its id and epoch, while Step moves the run itself on
	stop := keep(leased, lost, func(until clock.Millis) (bool, error) {
		err := r.db.InTx(leased, func(tx *storage.Tx) error { return renewed.change(tx, map[string]any{"lease_until": until}) })
		return !errors.Is(err, errLeaseLost), err
	}, r.db)
	err := contained(func() error { return r.handlers[run.Job.Kind](leased, run) })
	stop()
	r.settle(ctx, run, err)
}

// contained turns a panic into an error.
func contained(f func() error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v\n%s", panicked, debug.Stack())
		}
	}()
	return f()
}

// keep renews a lease until it is stopped. When the lease is lost, or cannot be
// renewed before its end, it cancels the work.
func keep(ctx context.Context, lost context.CancelCauseFunc, renew func(until clock.Millis) (held bool, err error), db *storage.DB) (stop func()) {
	over := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(renewEvery)
		defer tick.Stop()
		for ends := db.Now().Add(leaseFor); ; {
			select {
			case <-over:
				return
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			until := db.Now().Add(leaseFor)
			held, err := renew(until)
			if err == nil {
				ends = until
			}
			if !held || db.Now() >= ends {
				lost(errLeaseLost)
				return
			}
		}
	})
	return func() {
		close(over)
		lost(nil)
		done.Wait()
	}
}

// settleFor bounds the last words of a runner that is being stopped.
const settleFor = 5 * time.Second

// settle writes down how a run ended, unless the lease is lost: then it is the next
// holder's to say.
func (r *Runner) settle(ctx context.Context, run *Run, err error) {
	stopped := ctx.Err() != nil
	if err != nil && !stopped && !isFinal(err) && !errors.Is(err, errLeaseLost) {
		slog.WarnContext(ctx, "job", "id", run.Job.ID, "kind", run.Job.Kind, "attempt", run.Job.Attempts, "error", err)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleFor)
	defer cancel()
	written := r.db.InTx(last, func(tx *storage.Tx) error {
		if err := run.change(tx, run.ending(tx.Now(), err, stopped)); err != nil {
			return err
		}
		return r.tellEnd(tx, run.Job)
	})
	if written != nil && !errors.Is(written, errLeaseLost) {
		slog.WarnContext(ctx, "job: its end could not be written; it runs again when the lease is over", "id", run.Job.ID, "error", written)
	}
}

func (r *Runner) tellEnd(tx *storage.Tx, job Job) error {
	tell := r.ends[job.Kind]
	if tell == nil {
		return nil
	}
	over, err := Get(tx.DB, job.ID)
	if err != nil || over.FinishedAt == nil {
		return err
	}
	return tell(tx, over)
}

// ending is how the job's row looks after a run that ended with err.
func (r *Run) ending(now clock.Millis, err error, stopped bool) map[string]any {
	switch {
	case err == nil:
		return map[string]any{"status": Done, "finished_at": now}
	case isFinal(err) || (!stopped && r.Job.Attempts >= maxAttempts):
		return map[string]any{"status": Failed, "error": publicCode(err), "refused": isFinal(err), "finished_at": now}
	case stopped: // not the job's fault
		return map[string]any{"status": Queued, "run_after": now, "attempts": max(0, r.Job.Attempts-1)}
	}
	return map[string]any{"status": Queued, "run_after": now.Add(backoff(r.Job.Attempts))}
}

// backoff is how long a job waits after that many attempts in a row without progress.
func backoff(attempts int64) time.Duration {
	return firstBackoff << min(max(attempts-1, 0), 5)
}
