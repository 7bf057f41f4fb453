package storage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Gather answers many small readings with few queries: whoever asks while enough of them
// are under way waits for the next, which looks for all who wait. Each query begins after
// the questions it answers, so nobody gets an answer older than their question: this is
// no cache, and whoever asks alone is answered at once.
type Gather[K comparable, V any] struct {
	look  func(ctx context.Context, keys []K) (map[K]V, error)
	mu    sync.Mutex
	next  *gathering[K, V] // those who wait; nil: nobody
	looks int              // under way
}

type gathering[K comparable, V any] struct {
	keys  map[K]bool
	found map[K]V
	err   error
	done  chan struct{}
}

const (
	gatherLooks  = 2   // at once, so that one that hangs does not hold all up
	gatherMost   = 500 // keys of one look
	gatherWithin = 5 * time.Second
)

// NewGather makes one; look answers what there is under the keys, which differ.
func NewGather[K comparable, V any](look func(ctx context.Context, keys []K) (map[K]V, error)) *Gather[K, V] {
	return &Gather[K, V]{look: look}
}

// Get answers what is under key, and whether there is anything. It fails as look does,
// or when ctx ends.
func (g *Gather[K, V]) Get(ctx context.Context, key K) (V, bool, error) {
	asked := g.ask(key)
	select {
	case <-asked.done:
		found, there := asked.found[key]
		return found, there, asked.err
	case <-ctx.Done():
		var none V
		return none, false, ctx.Err()
	}
}

func (g *Gather[K, V]) ask(key K) *gathering[K, V] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.next == nil {
		g.next = &gathering[K, V]{keys: map[K]bool{}, found: map[K]V{}, done: make(chan struct{})}
	}
	asked := g.next
	asked.keys[key] = true
	if g.looks < gatherLooks {
		g.looks++
		g.next = nil
		go g.run(asked)
	}
	return asked
}

// run looks until nobody waits any more.
func (g *Gather[K, V]) run(asked *gathering[K, V]) {
	for asked != nil {
		g.answer(asked)
		g.mu.Lock()
		asked, g.next = g.next, nil
		if asked == nil {
			g.looks--
		}
		g.mu.Unlock()
	}
}

func (g *Gather[K, V]) answer(asked *gathering[K, V]) {
	defer close(asked.done)
	defer func() {
		if p := recover(); p != nil { // here no caller's handler would catch it
			asked.err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(context.Background(), gatherWithin)
	defer cancel()
	for keys := range slices.Chunk(slices.Collect(maps.Keys(asked.keys)), gatherMost) {
		found, err := g.look(ctx, keys)
		if err != nil {
			asked.err = err
			return
		}
		maps.Copy(asked.found, found)
	}
}
