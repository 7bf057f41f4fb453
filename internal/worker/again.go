package worker

import (
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// The refusals of Again.
var (
	ErrRefused = fault.New(fault.Conflict, "job_refused", "the job was refused for what it was asked to do: mend that and ask anew")
	ErrDone    = fault.New(fault.Conflict, "state_conflict", "the job is done")
)

// Again lets a job that failed go on from its last chunk, once its cause is repaired, and
// tells whether that changed anything: one that waits or runs is left alone. It fails
// with ErrNotFound, ErrDone or ErrRefused.
func Again(tx *storage.Tx, jobID id.ID) (job Job, changed bool, err error) {
	var found []Job
	if err := tx.LockByID(&found, []id.ID{jobID}); err != nil {
		return Job{}, false, err
	}
	if len(found) == 0 {
		return Job{}, false, ErrNotFound
	}
	job = found[0]
	switch {
	case job.Status == Done:
		return Job{}, false, ErrDone
	case job.Status != Failed:
		return job, false, nil
	case job.Refused:
		return Job{}, false, ErrRefused
	}
	job.Status, job.Error, job.Attempts, job.RunAfter, job.FinishedAt = Queued, "", 0, tx.Now(), nil
	tx.Ring(Bell)
	return job, true, tx.Model(&Job{}).Where("id = ?", jobID).Updates(map[string]any{
		"status": Queued, "error": "", "attempts": 0, "run_after": job.RunAfter, "finished_at": nil}).Error
}
