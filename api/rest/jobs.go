package rest

import (
	"context"
	"time"

	"zique/internal/audit"
	"zique/internal/outbox"
	"zique/internal/storage"
	"zique/internal/worker"
)

// JobJSON is a job that runs in the background.
type JobJSON struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind" example:"village_import"`
	Status     string     `json:"status" enum:"queued,running,done,failed"`
	Done       int64      `json:"done"`
	Total      int64      `json:"total" doc:"0 until it is known"`
	Attempts   int64      `json:"attempts" doc:"since it last went forward"`
	Error      string     `json:"error,omitempty" doc:"why it failed: a code, as of a problem"`
	Refused    bool       `json:"refused" doc:"failed for what it was asked to do; trying again cannot help"`
	CreatedAt  time.Time  `json:"created_at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
}

func jobJSON(j worker.Job) JobJSON {
	return JobJSON{ID: j.ID.String(), Kind: j.Kind, Status: j.Status, Done: j.Done, Total: j.Total, Attempts: j.Attempts,
		Error: j.Error, Refused: j.Refused, CreatedAt: j.CreatedAt.Time(), FinishedAt: instant(j.FinishedAt)}
}

type listJobsIn struct {
	Paging
	Status string `query:"status" enum:"queued,running,done,failed"`
}

func (s *Server) listJobs(ctx context.Context, in *listJobsIn) (*body[list[JobJSON]], error) {
	before, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := worker.List(s.DB.Read(ctx), in.Status, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(j worker.Job) string { return j.ID.String() })
	items := []JobJSON{}
	for _, j := range page {
		items = append(items, jobJSON(j))
	}
	return &body[list[JobJSON]]{list[JobJSON]{items, next}}, nil
}

func (s *Server) retryJob(ctx context.Context, in *PathID) (*body[JobJSON], error) {
	jobID, err := in.parse(worker.ErrNotFound)
	if err != nil {
		return nil, err
	}
	var job worker.Job
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		again, changed, err := worker.Again(tx, jobID)
		if job = again; err != nil || !changed {
			return err
		}
		return audit.Write(tx, actor(ctx), audit.Change{Action: "job.retried", Subject: "job", SubjectID: jobID, After: map[string]string{"kind": job.Kind}})
	})
	if err != nil {
		return nil, err
	}
	return &body[JobJSON]{jobJSON(job)}, nil
}

// EventJSON is something that happened and that a part of the program has yet to take care of.
type EventJSON struct {
	ID        string    `json:"id"`
	Topic     string    `json:"topic" example:"notify.message"`
	Attempts  int64     `json:"attempts" doc:"how often it failed"`
	Error     string    `json:"error,omitempty" doc:"of the last attempt"`
	CreatedAt time.Time `json:"created_at"`
	DueAt     time.Time `json:"due_at" doc:"not tried before"`
}

func eventJSON(e outbox.Event) EventJSON {
	return EventJSON{e.ID.String(), e.Topic, e.Attempts, e.LastError, e.CreatedAt.Time(), e.DueAt.Time()}
}

func (s *Server) listStuckEvents(ctx context.Context, in *Paging) (*body[list[EventJSON]], error) {
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	found, err := outbox.ListStuck(s.DB.Read(ctx), s.DB.Now().Add(-stuckAfter), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page, next := cut(found, in.Limit, func(e outbox.Event) string { return e.ID.String() })
	items := []EventJSON{}
	for _, e := range page {
		items = append(items, eventJSON(e))
	}
	return &body[list[EventJSON]]{list[EventJSON]{items, next}}, nil
}

func (s *Server) retryEvent(ctx context.Context, in *PathID) (*body[EventJSON], error) {
	eventID, err := in.parse(outbox.ErrNotFound)
	if err != nil {
		return nil, err
	}
	var event outbox.Event
	err = s.DB.InTx(ctx, func(tx *storage.Tx) error {
		again, changed, err := outbox.Again(tx, eventID)
		if event = again; err != nil || !changed {
			return err
		}
		return audit.Write(tx, actor(ctx), audit.Change{Action: "event.retried", Subject: "event", SubjectID: eventID, After: map[string]string{"topic": event.Topic}})
	})
	if err != nil {
		return nil, err
	}
	return &body[EventJSON]{eventJSON(event)}, nil
}
