package rest

import (
	"context"
	"time"

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
	Error      string     `json:"error,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	FinishedAt *time.Time `json:"finished_at,omitempty"`
}

func jobJSON(j worker.Job) JobJSON {
	return JobJSON{ID: j.ID.String(), Kind: j.Kind, Status: j.Status, Done: j.Done, Total: j.Total, Attempts: j.Attempts,
		Error: j.Error, CreatedAt: j.CreatedAt.Time(), FinishedAt: instant(j.FinishedAt)}
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
