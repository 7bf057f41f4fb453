// Package imports takes spreadsheets in: one way for every kind of row. An import is a
// job. All rows are checked before the first is taken in: a file with any error changes
// nothing. A dry run stops there. Then the rows are taken in chunk by chunk, each chunk
// with the job's progress in one transaction, so that an import which is killed goes on
// where it was. Whoever started it is told how it ended, and gets the same file back
// with what is wrong beside each row.
package imports

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"gorm.io/gorm"

	"zique/internal/audit"
	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/spreadsheet"
	"zique/internal/storage"
	"zique/internal/worker"
)

// Refusals.
var (
	ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such import")
	ErrRejected = fault.New(fault.Invalid, "import_rejected", "the file has errors; nothing was taken in")
)

// Kind is what is imported.
type Kind struct {
	Name  string // of the jobs
	Table spreadsheet.Table
	Chunk int    // rows taken in by one transaction
	Page  string // of the site, where an import is seen

	// Check adds what is wrong with rows of which every cell can be read by itself, and
	// may count for a dry run.
	Check func(view *gorm.DB, asked Asked, rows []spreadsheet.Row, result *Result) error
	// Take takes a chunk in and counts it. It may still find rows that cannot be.
	Take func(tx *storage.Tx, asked Asked, rows []spreadsheet.Row, result *Result) error
}

// Asked is who wants an import, and into what, where the kind has more than one place for
// rows.
type Asked struct {
	By   audit.Actor `json:"by"`
	Into id.ID       `json:"into,omitempty"`
}

// Result is what became of the rows.
type Result struct {
	Counts map[string]int64   `json:"counts"` // by what happened to them: added, repeated, …
	Report spreadsheet.Report `json:"report"`
}

// Count adds rows to a count.
func (r *Result) Count(what string, rows int) { r.Counts[what] += int64(rows) }

// copied is one that a transaction may change and be run again.
func (r Result) copied() Result {
	r.Counts, r.Report = maps.Clone(r.Counts), r.Report.Clone()
	if r.Counts == nil {
		r.Counts = map[string]int64{}
	}
	return r
}

// FileSource answers an uploaded file and the name that it had. A file that is not
// there is a fault.
type FileSource func(ctx context.Context, fileID id.ID) (content []byte, name string, err error)

// Import is an import as whoever started it sees it.
type Import struct {
	ID     id.ID
	OrgID  id.ID // for which it was started; 0: none
	FileID id.ID
	DryRun bool
	Status string // as of a worker.Job
	Done   int64
	Total  int64 // rows; 0 until the file is read
	Result
	Error      string // why it failed
	CreatedAt  clock.Millis
	FinishedAt *clock.Millis
}

type order struct {
	FileID id.ID `json:"file_id"`
	DryRun bool  `json:"dry_run"`
	Asked
}

type state struct {
	Next int `json:"next"` // rows before it are in; there is a state once all rows are checked
}

// Start lets a job take in a file or, as a dry run, only check it.
func (k Kind) Start(tx *storage.Tx, by audit.Actor, fileID id.ID, dryRun bool) (Import, error) {
	return k.StartInto(tx, Asked{By: by}, fileID, dryRun)
}

// StartInto is Start with where the rows go.
func (k Kind) StartInto(tx *storage.Tx, asked Asked, fileID id.ID, dryRun bool) (Import, error) {
	by := asked.By
	jobID, err := worker.Enqueue(tx, worker.New{Kind: k.Name, Payload: order{fileID, dryRun, asked}, OwnerID: by.UserID, OrgID: by.OrgID})
	if err != nil {
		return Import{}, err
	}
	err = audit.Write(tx, by, audit.Change{Action: k.Name + ".started", Subject: "job", SubjectID: jobID,
		After: map[string]any{"file_id": fileID, "dry_run": dryRun}})
	return Import{ID: jobID, OrgID: by.OrgID, FileID: fileID, DryRun: dryRun, Status: worker.Queued, CreatedAt: tx.Now()}, err
}

// Get answers an import of the kind, or ErrNotFound.
func (k Kind) Get(db *gorm.DB, importID id.ID) (Import, error) {
	job, err := worker.Get(db, importID)
	if fault.IsKind(err, fault.NotFound) || (err == nil && job.Kind != k.Name) {
		return Import{}, ErrNotFound
	}
	if err != nil {
		return Import{}, err
	}
	return of(job)
}

func of(job worker.Job) (Import, error) {
	var asked order
	var result Result
	err := errors.Join(job.Order(&asked), job.Decode(&result))
	return Import{ID: job.ID, OrgID: job.OrgID, FileID: asked.FileID, DryRun: asked.DryRun, Status: job.Status, Done: job.Done, Total: job.Total,
		Result: result, Error: job.Error, CreatedAt: job.CreatedAt, FinishedAt: job.FinishedAt}, err
}

// WithErrors answers the import's own file with what is wrong beside each row.
func (k Kind) WithErrors(ctx context.Context, i Import, files FileSource) (content []byte, name string, err error) {
	content, name, err = files(ctx, i.FileID)
	if err == nil {
		content, err = k.Table.WithErrors(name, content, i.Report, spreadsheet.Limits{})
	}
	return content, name, err
}

// Ended tells whoever started an import how it ended; see worker.Runner.OnEnd.
func (k Kind) Ended(tx *storage.Tx, job worker.Job) error {
	i, err := of(job)
	if err != nil {
		return err
	}
	template, params := "import_done", map[string]string{"added": fmt.Sprint(i.Counts["added"]), "errors": fmt.Sprint(i.Report.Total)}
	switch {
	case i.Status == worker.Failed && job.Refused:
		template, params = "import_refused", map[string]string{"errors": fmt.Sprint(i.Report.Total)}
	case i.Status == worker.Failed:
		template, params = "import_failed", map[string]string{"added": fmt.Sprint(i.Counts["added"])}
	case i.DryRun:
		template, params = "import_checked", map[string]string{"rows": fmt.Sprint(i.Total), "errors": fmt.Sprint(i.Report.Total)}
	}
	_, err = outbox.Emit(tx, notify.Topic, notify.Message{UserIDs: []id.ID{job.OwnerID}, Template: template, Params: params,
		Link: fmt.Sprintf("%s?job=%s&file=%s", k.Page, i.ID, i.FileID)})
	return err
}

// Handler runs the jobs of the kind.
func (k Kind) Handler(db *storage.DB, files FileSource) worker.Handler {
	return func(ctx context.Context, run *worker.Run) error {
		var asked order
		if err := run.Payload(&asked); err != nil {
			return err
		}
		content, name, err := files(ctx, asked.FileID)
		if err != nil {
			return err
		}
		rows, report, err := k.Table.Read(name, content, spreadsheet.Limits{})
		if refusal, known := fault.As(err); known {
			report.Add(0, "", spreadsheet.ProblemOf(refusal))
			return note(ctx, run, 0, 0, Result{Report: report}, refusal)
		}
		if err != nil {
			return err
		}
		if run.Job.State == "" {
			if err := k.checkAll(ctx, run, db.Read(ctx), asked, rows, report); err != nil {
				return err
			}
		}
		if asked.DryRun {
			return nil
		}
		return k.takeAll(ctx, run, asked.Asked, rows)
	}
}

// note leaves a result in the job and answers the outcome, if that went well.
func note(ctx context.Context, run *worker.Run, done, total int, result Result, outcome error) error {
	err := run.Step(ctx, func(*storage.Tx) (worker.Progress, error) {
		return worker.Progress{Done: int64(done), Total: int64(total), Result: result}, nil
	})
	if err != nil {
		return err
	}
	return outcome
}

// checkAll names everything that is wrong with any row, and refuses the file then.
func (k Kind) checkAll(ctx context.Context, run *worker.Run, view *gorm.DB, asked order, rows []spreadsheet.Row, report spreadsheet.Report) error {
	result := Result{Report: report}.copied()
	if err := k.Check(view, asked.Asked, rows, &result); err != nil {
		return err
	}
	result.Report.Sort()
	switch {
	case asked.DryRun:
		return note(ctx, run, len(rows), len(rows), result, nil)
	case result.Report.Total > 0:
		return note(ctx, run, 0, len(rows), result, ErrRejected)
	}
	return run.Step(ctx, func(*storage.Tx) (worker.Progress, error) {
		return worker.Progress{Total: int64(len(rows)), State: state{}, Result: Result{}}, nil
	})
}

// takeAll takes in the rows that are not in yet.
func (k Kind) takeAll(ctx context.Context, run *worker.Run, asked Asked, rows []spreadsheet.Row) error {
	for {
		var at state
		var result Result
		if err := errors.Join(run.State(&at), run.Job.Decode(&result)); err != nil {
			return err
		}
		if at.Next >= len(rows) {
			return nil
		}
		err := run.Step(ctx, func(tx *storage.Tx) (worker.Progress, error) {
			next, after := min(at.Next+k.Chunk, len(rows)), result.copied()
			err := k.Take(tx, asked, rows[at.Next:next], &after)
			return worker.Progress{Done: int64(next), Total: int64(len(rows)), State: state{next}, Result: after}, err
		})
		if err != nil {
			return err
		}
	}
}
