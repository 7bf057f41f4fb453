package order

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
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
	way    sync.Mutex // see turn

	holding sync.Mutex
	held    rows // that somebody was found to hold for long: whoever needs one is told so at once
}

// overlap is how many batches are under way at once: while one ends the next is taken and
// reads. Their locks are taken in the one order, so none waits in a circle.
const overlap = 2

// turn is a batch's from being taken until little is left of it, so that the next is a full
// one. Releasing it again does nothing.
type turn struct {
	way  *sync.Mutex
	once sync.Once
}

func (c *Committer) takeTurn() *turn {
	c.way.Lock()
	return &turn{way: &c.way}
}

// Release lets the next batch be taken.
func (t *turn) Release() { t.once.Do(t.way.Unlock) }

type waiting struct {
	Checkout
	ctx    context.Context
	answer idempotency.Answer
	err    error
	done   chan struct{}
	stage  atomic.Int32 // queued, then begun or gone
}

// Stages of a checkout: it is in no transaction, maybe in one, or never will be.
const (
	queued int32 = iota
	begun
	gone
)

// begin takes the checkout into a transaction, unless its caller gave up before.
func (w *waiting) begin() bool { return w.stage.CompareAndSwap(queued, begun) }

// undone is what a checkout is whose transaction left nothing.
func (w *waiting) undone() { w.stage.Store(queued) }

// withdraw tells whether the checkout is in no transaction, and keeps it out of any.
func (w *waiting) withdraw() bool { return w.stage.CompareAndSwap(queued, gone) }

func (w *waiting) refuse(err error) {
	w.undone()
	w.answer, w.err = idempotency.Answer{}, err
}

// NewCommitter makes a committer; Run does its work. Proof codes are drawn from rand.
func NewCommitter(db *storage.DB, rand io.Reader, timing Timing) *Committer {
	return &Committer{db: db, rand: rand, timing: timing, queue: make(chan *waiting, queueLength), held: rows{}}
}

// Checkout places and pays an order, or refuses it, and answers the encoded
// outcome. When ctx ends while it is being written the outcome is open, and the same key
// replays it; when it only waited, nothing happened.
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
		if w.withdraw() {
			return idempotency.Answer{}, errBusy
		}
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
		turn := c.takeTurn()
		batch, twins := c.take(ctx)
		if len(batch) == 0 {
			turn.Release()
			return
		}
		work, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitIn)
		c.commit(work, batch, turn)
		cancel()
		turn.Release()
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

// commit settles every checkout of the batch, and ends the turn when another may begin. A
// batch that cannot be written is halved until the checkout that spoils it stands alone;
// where it waited in vain for rows that somebody holds, all that need these are refused
// together, and the others do not wait again.
func (c *Committer) commit(ctx context.Context, batch []*waiting, turn *turn) {
	live := batch[:0:0]
	for _, w := range batch {
		if w.ctx.Err() == nil && w.begin() {
			live = append(live, w)
		}
	}
	if live = c.passHeld(ctx, live); len(live) == 0 {
		return
	}
	err := c.db.InTx(ctx, func(tx *storage.Tx) error {
		err := c.write(tx, live, turn)
		if storage.IsLockTimeout(err) {
			return errHeld
		}
		return err
	})
	switch {
	case err == nil:
		return
	case errors.Is(err, storage.ErrOutcomeUnknown):
		c.resolve(ctx, live)
		return
	}
	for _, w := range live {
		w.refuse(err)
	}
	found := err == errHeld && c.findHeld(ctx, live)
	turn.Release() // nobody need wait until this batch is sorted out
	switch {
	case found:
		c.commit(ctx, live, turn)
	case len(live) > 1 && spoiltByOne(err):
		c.commit(ctx, live[:len(live)/2], turn)
		c.commit(ctx, live[len(live)/2:], turn)
	}
}

// spoiltByOne tells whether without one of its checkouts the batch may be written.
func spoiltByOne(err error) bool { return err == errHeld || !fault.IsKind(err, fault.Unavailable) }

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
