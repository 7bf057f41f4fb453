package worker

import (
	"context"
	"encoding/json"

	"zique/internal/storage"
)

// Handler does a job's work by Steps and returns when it is complete. It must be able
// to begin anywhere: Run.State says how far it came before. A fault other than
// Unavailable and TooMany ends the job as failed, with the fault's message; any other
// error, and a panic, is tried again a few times.
type Handler func(ctx context.Context, run *Run) error

// Run is one lease of a job.
type Run struct {
	Job Job // as it was when the lease began; Step keeps it up to date
	db  *storage.DB
}

// Progress is what a Step leaves in the job. State and Result are stored as JSON; nil
// leaves them as they are.
type Progress struct {
	Done   int64
	Total  int64
	State  any
	Result any
}

// Payload reads what the job was enqueued with.
func (r *Run) Payload(v any) error { return r.Job.Order(v) }

// State reads what the last committed Step left, and leaves v alone before the first.
func (r *Run) State(v any) error { return decode(r.Job.State, v) }

// Step commits one chunk: what f does and the progress that it answers, in one
// transaction, only while this run still has the lease. Like every transaction f may
// run again, so it has no effects outside. After an error the handler returns it: the
// job goes on from the database.
func (r *Run) Step(ctx context.Context, f func(tx *storage.Tx) (Progress, error)) error {
	var after Job
	err := r.db.InTx(ctx, func(tx *storage.Tx) error {
		// The job's row first: who comes second waits here and then finds another epoch.
		if err := r.change(tx, map[string]any{"lease_until": tx.Now().Add(leaseFor)}); err != nil {
			return err
		}
		progress, err := f(tx)
		if err != nil {
			return err
		}
		after = r.Job
		columns, err := after.advance(progress)
		if err != nil {
			return err
		}
		return r.change(tx, columns)
	})
	if err == nil {
		r.Job = after
	}
	return err
}

// advance takes over the progress and answers the columns that it changes.
func (j *Job) advance(p Progress) (map[string]any, error) {
	j.Done, j.Total, j.Attempts = p.Done, p.Total, 0
	columns := map[string]any{"done": p.Done, "total": p.Total, "attempts": 0}
	for _, c := range []struct {
		name  string
		value any
		into  *string
	}{{"state", p.State, &j.State}, {"result", p.Result, &j.Result}} {
		if c.value == nil {
			continue
		}
		raw, err := json.Marshal(c.value)
		if err != nil {
			return nil, err
		}
		*c.into = string(raw)
		columns[c.name] = *c.into
	}
	return columns, nil
}

// change updates the job's row, or fails with errLeaseLost.
func (r *Run) change(tx *storage.Tx, columns map[string]any) error {
	changed := tx.Model(&Job{}).Where("id = ? AND lease_epoch = ? AND status = ?", r.Job.ID, r.Job.LeaseEpoch, Running).Updates(columns)
	if changed.Error == nil && changed.RowsAffected != 1 {
		return errLeaseLost
	}
	return changed.Error
}
