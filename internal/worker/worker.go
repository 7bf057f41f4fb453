// Package worker runs what takes longer than a request: jobs, in chunks, on any of
// several replicas, and chores that recur, on one of them.
//
// A job is leased: who holds it has its epoch, and every chunk commits its effect
// together with the job's progress, guarded by that epoch. So a chunk happens exactly
// once, whether the program is killed, its lease is lost or the fate of a commit is
// not known: the next holder goes on from the last chunk that is in the database.
// What a job may lose with the process is never more than the chunk under way.
//
// Times are the injected clock's, which follows the database's.
package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Statuses of a job.
const (
	Queued  = "queued"
	Running = "running"
	Done    = "done"
	Failed  = "failed"
)

// Job is a piece of work and how far it is.
type Job struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	Kind       string
	Payload    string // JSON, as Enqueue was given
	Status     string
	Done       int64
	Total      int64  // 0 until it is known
	State      string // JSON, the handler's own; "" before the first Step
	Result     string // JSON for whoever asks; "" until there is one
	Error      string // the code of why it failed
	Refused    bool   // it failed for what it was asked to do, which whoever asked can mend
	OwnerID    id.ID  // who asked for it; 0: the program
	OrgID      id.ID  // and for which organisation
	LeaseEpoch int64
	LeaseUntil clock.Millis
	Attempts   int64 // since the last chunk that was committed
	RunAfter   clock.Millis
	CreatedAt  clock.Millis
	FinishedAt *clock.Millis
}

// TableName is the table's name.
func (Job) TableName() string { return "jobs" }

// Order reads what the job was enqueued with into v.
func (j Job) Order(v any) error { return decode(j.Payload, v) }

// Decode reads Result into v and leaves v alone while there is none.
func (j Job) Decode(v any) error { return decode(j.Result, v) }

// ErrNotFound says there is no such job.
var ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such job")

// New is a job to be done. Payload is stored as JSON.
type New struct {
	Kind    string
	Payload any
	OwnerID id.ID
	OrgID   id.ID
}

// Bell rings when a job was committed in this program; see storage.DB.Bell.
const Bell = "jobs"

// Enqueue stores a job in the transaction that wants it done; it runs once that is
// committed: at once by a runner of this program, within pollEvery by another's.
func Enqueue(tx *storage.Tx, n New) (id.ID, error) {
	payload, err := json.Marshal(n.Payload)
	if err != nil {
		return 0, fmt.Errorf("job %s: %w", n.Kind, err)
	}
	job := Job{ID: tx.NewID(), Kind: n.Kind, Payload: string(payload), Status: Queued, OwnerID: n.OwnerID, OrgID: n.OrgID,
		RunAfter: tx.Now(), CreatedAt: tx.Now()}
	tx.Ring(Bell)
	return job.ID, tx.Create(&job).Error
}

// Get answers a job or ErrNotFound.
func Get(db *gorm.DB, jobID id.ID) (Job, error) {
	var job Job
	err := db.Take(&job, jobID).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return job, err
}

// List pages through jobs, the newest first, before the id `before` (0: from the
// newest); status "" is all of them. Payload, State and Result are left out.
func List(db *gorm.DB, status string, before id.ID, limit int) ([]Job, error) {
	q := db.Omit("payload", "state", "result").Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	if status != "" {
		q = q.Where("status = ?", status)
	}
	found := []Job{}
	return found, q.Find(&found).Error
}

// CountOpen counts the jobs that are not over, by status.
func CountOpen(view *gorm.DB) (map[string]int64, error) {
	counts := map[string]int64{}
	for _, status := range []string{Queued, Running} {
		var n int64
		if err := view.Model(&Job{}).Where("status = ?", status).Count(&n).Error; err != nil {
			return nil, err
		}
		counts[status] = n
	}
	return counts, nil
}

// CountFailed counts the jobs asked for since an instant that failed and were not refused,
// and answers when the first of them was; nil: there is none.
func CountFailed(view *gorm.DB, since clock.Millis) (int64, *clock.Millis, error) {
	var found struct {
		Count  int64
		Oldest *clock.Millis
	}
	err := view.Model(&Job{}).Select("COUNT(*) count, MIN(created_at) oldest").
		Where("status = ? AND refused = ? AND created_at >= ?", Failed, false, since).Scan(&found).Error
	return found.Count, found.Oldest, err
}

// KeptFor is how long a job that is over stays with its result: half a year, in which
// whoever imported a file may ask what became of it.
const KeptFor = 180 * 24 * time.Hour

// Forget removes jobs that were over before then.
func Forget(ctx context.Context, db *storage.DB, before clock.Millis) error {
	return db.Forget(ctx, &Job{}, "finished_at < ?", before)
}

func decode(raw string, v any) error {
	if raw == "" {
		return nil
	}
	return json.Unmarshal([]byte(raw), v)
}

// errLeaseLost says that another runner has the job, or that it is over.
var errLeaseLost = errors.New("worker: the lease is lost")

// publicCode is what people may know of why a job failed; screens have words for it.
func publicCode(err error) string {
	if f, known := fault.As(err); known {
		return f.Code
	}
	return "internal"
}

// isFinal tells whether trying again cannot help: the job itself is refused.
func isFinal(err error) bool {
	f, known := fault.As(err)
	return known && f.Kind != fault.Unavailable && f.Kind != fault.TooMany
}
