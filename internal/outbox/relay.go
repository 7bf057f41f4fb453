package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"zique/internal/fault"
	"zique/internal/storage"
)

const (
	batch     = 100
	together  = 8                // events handled at once, so that a slow one delays few
	lease     = time.Minute      // longer than handling plus two transactions
	handling  = 30 * time.Second // what a handler gets
	firstWait = time.Second
	longest   = time.Hour
)

// errNobody says that a topic has no handler here.
var errNobody = fault.New(fault.Unavailable, "no_handler", "nobody handles this topic")

// Handler takes care of one event. It may be called again with the same event.
type Handler func(ctx context.Context, e Event) error

// Relay hands events to the handlers of their topics. Any number may run.
type Relay struct {
	db       *storage.DB
	handlers map[string]Handler
}

// NewRelay makes a relay; the map goes from topic to handler.
func NewRelay(db *storage.DB, handlers map[string]Handler) *Relay {
	return &Relay{db: db, handlers: handlers}
}

// Pump handles what is due, the longest due first, until nothing is left, and answers
// how many events it published. A handler's failure is not Pump's: it is written to
// the event, which is tried again later.
func (r *Relay) Pump(ctx context.Context) (int, error) {
	total := 0
	for {
		published, tried, err := r.pumpSome(ctx)
		total += published
		if err != nil || tried == 0 {
			return total, err
		}
	}
}

func (r *Relay) pumpSome(ctx context.Context) (published, tried int, err error) {
	var due []Event
	err = r.db.Read(ctx).Where("published_at IS NULL AND due_at <= ?", r.db.Now()).
		Order("due_at, id").Limit(batch).Find(&due).Error
	if err != nil {
		return 0, 0, err
	}
	var done, taken atomic.Int64
	var mu sync.Mutex
	var failed error
	var working sync.WaitGroup
	slots := make(chan struct{}, together)
	for _, e := range due {
		slots <- struct{}{}
		working.Go(func() {
			defer func() { <-slots }()
			mine, ok, err := r.one(ctx, e)
			if mine {
				taken.Add(1)
			}
			if ok {
				done.Add(1)
			}
			if err != nil {
				mu.Lock()
				failed = errors.Join(failed, err)
				mu.Unlock()
			}
		})
	}
	working.Wait()
	return int(done.Load()), int(taken.Load()), failed
}

// one takes an event, handles it and writes down how that went. The error is the
// database's.
func (r *Relay) one(ctx context.Context, e Event) (mine, published bool, err error) {
	if mine, err = r.take(ctx, &e); err != nil || !mine {
		return mine, false, err
	}
	if refused := r.handle(ctx, e); refused != nil {
		if ctx.Err() != nil {
			return true, false, ctx.Err() // the program stops; the lease runs out by itself
		}
		slog.WarnContext(ctx, "event failed", "event", e.ID, "topic", e.Topic, "attempt", e.Attempts+1, "error", refused)
		return true, false, r.postpone(ctx, e, refused)
	}
	published, err = r.change(ctx, e, func(tx *storage.Tx) map[string]any {
		return map[string]any{"published_at": tx.Now(), "last_error": ""}
	})
	return true, published, err
}

// take makes the event this relay's for the time of the lease, unless another was faster.
func (r *Relay) take(ctx context.Context, e *Event) (bool, error) {
	mine, err := r.change(ctx, *e, func(tx *storage.Tx) map[string]any {
		return map[string]any{"epoch": e.Epoch + 1, "due_at": tx.Now().Add(lease)}
	})
	e.Epoch++
	return mine, err
}

func (r *Relay) postpone(ctx context.Context, e Event, refused error) error {
	_, err := r.change(ctx, e, func(tx *storage.Tx) map[string]any {
		return map[string]any{"attempts": e.Attempts + 1, "last_error": public(refused), "due_at": tx.Now().Add(wait(e.Attempts))}
	})
	return err
}

// change writes to the event as long as it is in the epoch that was seen.
func (r *Relay) change(ctx context.Context, e Event, to func(tx *storage.Tx) map[string]any) (bool, error) {
	var changed bool
	err := r.db.InTx(ctx, func(tx *storage.Tx) error {
		guarded := tx.Model(&Event{}).Where("id = ? AND epoch = ? AND published_at IS NULL", e.ID, e.Epoch).Updates(to(tx))
		changed = guarded.RowsAffected == 1
		return guarded.Error
	})
	return changed && err == nil, err
}

// handle calls the handler within its time; one that panics has failed.
func (r *Relay) handle(ctx context.Context, e Event) (err error) {
	handler, known := r.handlers[e.Topic]
	if !known {
		return errNobody
	}
	limited, cancel := context.WithTimeout(ctx, handling)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return handler(limited, e)
}

// wait doubles with each failure.
func wait(failures int64) time.Duration {
	if failures > 11 {
		return longest
	}
	return min(firstWait<<failures, longest)
}

// public is what may be stored of an error: a fault's own words, and of others nothing.
func public(err error) string {
	text := "failed inside; see the log"
	if f, known := fault.As(err); known {
		text = f.Error()
	}
	if runes := []rune(text); len(runes) > 300 {
		text = string(runes[:300])
	}
	return text
}
