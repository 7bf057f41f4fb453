package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

// together lets callers who ask the same at once share one reading. Whoever asks alone is
// answered by a reading that begins after they asked. While many ask, what was read serves
// all who come within keptFor.
type together[K comparable] struct {
	mu   sync.Mutex
	next map[K]*reading // will begin when the one under way has ended
	busy map[K]bool
	kept map[K]*reading // serves who comes now
}

// keptFor is how old a shared answer may grow. Prices and stock in a list may be a second
// old: a checkout reads them again, under lock.
const keptFor = 200 * time.Millisecond

// many is how many must have shared a reading for it to be kept.
const many = 4

type reading struct {
	sharers int
	done    chan struct{}
	content []byte
	err     error
}

func newTogether[K comparable]() *together[K] {
	return &together[K]{next: map[K]*reading{}, busy: map[K]bool{}, kept: map[K]*reading{}}
}

// get answers what is kept, or waits for the next reading of what key names.
func (t *together[K]) get(ctx context.Context, key K, read func(context.Context) ([]byte, error)) ([]byte, error) {
	r := t.join(ctx, key, read)
	select {
	case <-r.done:
		return r.content, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (t *together[K]) join(ctx context.Context, key K, read func(context.Context) ([]byte, error)) *reading {
	t.mu.Lock()
	defer t.mu.Unlock()
	if r, kept := t.kept[key]; kept {
		return r
	}
	r, waiting := t.next[key]
	if !waiting {
		r = &reading{done: make(chan struct{})}
		t.next[key] = r
	}
	r.sharers++
	if !t.busy[key] {
		t.busy[key] = true
		go t.run(context.WithoutCancel(ctx), key, read) // it is not for one caller alone
	}
	return r
}

// run reads until nobody waits any more.
func (t *together[K]) run(ctx context.Context, key K, read func(context.Context) ([]byte, error)) {
	for r := t.take(key); r != nil; r = t.take(key) {
		began := time.Now()
		r.read(ctx, read)
		if r.err == nil && r.sharers >= many {
			t.keep(key, r, began.Add(keptFor))
		}
	}
}

// take answers the reading that is waited for, or nil.
func (t *together[K]) take(key K) *reading {
	t.mu.Lock()
	defer t.mu.Unlock()
	r, waiting := t.next[key]
	delete(t.next, key)
	if !waiting {
		delete(t.busy, key)
	}
	return r
}

// keep lets a reading serve those who wait for the next, and whoever comes until an instant.
func (t *together[K]) keep(key K, r *reading, until time.Time) {
	t.mu.Lock()
	t.kept[key] = r
	if late, waiting := t.next[key]; waiting {
		late.content = r.content
		close(late.done)
		delete(t.next, key)
	}
	t.mu.Unlock()
	time.Sleep(time.Until(until))
	t.mu.Lock()
	delete(t.kept, key)
	t.mu.Unlock()
}

func (r *reading) read(ctx context.Context, read func(context.Context) ([]byte, error)) {
	defer close(r.done)
	defer func() {
		if p := recover(); p != nil { // here no caller's handler would catch it
			r.err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	r.content, r.err = read(ctx)
}

type encoded struct {
	ContentType   string `header:"Content-Type"`
	ContentLength int    `header:"Content-Length" hidden:"true"` // or it would be sent in chunks
	Body          []byte
}

// shared registers a public reading call, whose answer, an R, is the same for everybody
// who asks the same: it is read and encoded once for all who wait.
func shared[R any, I comparable](on registrar, path, name string, h handler[I, body[R]]) {
	schema := on.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[R](), true, "")
	readings := newTogether[I]()
	unbounded(on, huma.Operation{ // each reading is bounded
		Method: http.MethodGet, Path: path, OperationID: name,
		Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}},
	}, anyone, func(ctx context.Context, in *I) (*encoded, error) {
		content, err := readings.get(ctx, *in, func(ctx context.Context) ([]byte, error) {
			out, err := h(ctx, in)
			if err != nil {
				return nil, err
			}
			return json.Marshal(out.Body)
		})
		return &encoded{"application/json", len(content), content}, err
	})
}
