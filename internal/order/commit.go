package order

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"zique/internal/fault"
	"zique/internal/idempotency"
	"zique/internal/storage"
)

const (
	queueLength = 1024
	batchSize   = 128
	resolveIn   = 3 * time.Second
	commitIn    = 10 * time.Second
)

var errBusy = fault.New(fault.Unavailable, "unavailable", "too many orders are waiting; try again shortly").After(time.Second)

// errHeld is for who needs a row that somebody holds for long.
var errHeld = fault.New(fault.Unavailable, "unavailable", "what is ordered, or a card, is busy; try again shortly").After(time.Second)

// Committer is the one way to an order. It takes the checkouts that are waiting,
// one or many, and commits them in one database transaction, in arrival order; a
// refused checkout spoils nobody else's. Under load the commit, the round trips
// and the locks on popular SKUs are shared.
type Committer struct {
	db     *storage.DB
	rand   io.Reader
	timing Timing
	queue  chan *waiting
	turn   sync.Mutex // held from taking a batch until little is left of it, so that the next is a full one
}

// overlap is how many batches are under way at once: while one ends the next is taken and
// reads. Their locks are taken in the one order, so none waits in a circle.
const overlap = 2

type waiting struct {
	Checkout
	ctx    context.Context
	answer idempotency.Answer
	err    error
	done   chan struct{}
}

// NewCommitter makes a committer; Run does its work. Proof codes are drawn from rand.
func NewCommitter(db *storage.DB, rand io.Reader, timing Timing) *Committer {
	return &Committer{db: db, rand: rand, timing: timing, queue: make(chan *waiting, queueLength)}
}

// Checkout places and pays an order, or refuses it, and answers the encoded
// outcome. When ctx ends first the outcome is open: the same key replays it.
func (c *Committer) Checkout(ctx context.Context, ask Checkout) (idempotency.Answer, error) {
	if err := ask.Check(); err != nil {
		return idempotency.Answer{}, err
	}
	w := &waiting{Checkout: ask, ctx: ctx, done: make(chan struct{})}
	if err := c.enqueue(w); err != nil {
		return idempotency.Answer{}, err
	}
	select {
	case <-w.done:
		return w.answer, w.err
	case <-ctx.Done():
		return idempotency.Answer{}, storage.ErrOutcomeUnknown
	}
}

func (c *Committer) enqueue(w *waiting) error {
	select {
	case c.queue <- w:
		return nil
	default:
		return errBusy
	}
}

// Run commits batches until ctx ends, and then what is still waiting.
func (c *Committer) Run(ctx context.Context) {
	var running sync.WaitGroup
	for range overlap {
		running.Go(func() { c.loop(ctx) })
	}
	running.Wait()
}

func (c *Committer) loop(ctx context.Context) {
	for {
		c.turn.Lock()
		next := sync.OnceFunc(c.turn.Unlock)
		batch, twins := c.take(ctx)
		if len(batch) == 0 {
			next()
			return
		}
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitIn)
		c.commit(work, batch, next)
		cancel()
		next()
		for _, w := range batch {
			close(w.done)
		}
		for _, w := range twins {
			if err := c.enqueue(w); err != nil {
				w.err = err
				close(w.done)
			}
		}
	}
}

// take waits for a checkout and takes all that wait with it; of those with one key the
// first: its twins ask again when it is answered.
func (c *Committer) take(ctx context.Context) (batch, twins []*waiting) {
	var candidates []*waiting
	select {
	case w := <-c.queue:
		candidates = append(candidates, w)
	case <-ctx.Done():
	}
	for len(candidates) < batchSize {
		select {
		case w := <-c.queue:
			candidates = append(candidates, w)
			continue
		default:
		}
		break
	}
	taken := map[idempotency.Key]bool{}
	for _, w := range candidates {
		key := w.Key
		key.Body = ""
		if taken[key] {
			twins = append(twins, w)
			continue
		}
		taken[key] = true
		batch = append(batch, w)
	}
	return batch, twins
}

// commit settles every checkout of the batch, and calls next when another may begin. A
// batch that cannot be written is halved until the checkout that spoils it stands alone.
func (c *Committer) commit(ctx context.Context, batch []*waiting, next func()) {
	live := batch[:0:0]
	for _, w := range batch {
		if w.err = w.ctx.Err(); w.err == nil {
			live = append(live, w)
		}
	}
	if len(live) == 0 {
		return
	}
	err := c.db.InTx(ctx, func(tx *storage.Tx) error {
		err := c.write(tx, live, next)
		if storage.IsLockTimeout(err) {
			next() // others need not wait for the row
			return errHeld
		}
		return err
	})
	switch {
	case err == nil:
	case errors.Is(err, storage.ErrOutcomeUnknown):
		c.resolve(ctx, live)
	case len(live) > 1 && (err == errHeld || !fault.IsKind(err, fault.Unavailable)):
		c.commit(ctx, live[:len(live)/2], next)
		c.commit(ctx, live[len(live)/2:], next)
	default:
		for _, w := range live {
			w.answer, w.err = idempotency.Answer{}, err
		}
	}
}

// resolve learns the fate of a batch whose COMMIT went unanswered, by reading its
// keys under lock: the batch was written whole or not at all.
func (c *Committer) resolve(ctx context.Context, batch []*waiting) {
	ctx, cancel := context.WithTimeout(ctx, resolveIn)
	defer cancel()
	for _, w := range batch {
		w.answer, w.err = idempotency.Answer{}, storage.ErrOutcomeUnknown
	}
	for ctx.Err() == nil {
		err := c.db.InTx(ctx, func(tx *storage.Tx) error {
			found, err := idempotency.Look(tx.ForUpdate(), keysOf(batch))
			if err != nil {
				return err
			}
			for i, w := range batch {
				switch {
				case found[i].Err != nil:
					w.err = found[i].Err
				case found[i].Answer != nil:
					w.answer, w.err = *found[i].Answer, nil
				}
			}
			return nil
		})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
}
