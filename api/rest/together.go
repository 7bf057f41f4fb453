package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// together lets callers who ask the same at once share one reading. Each shares one that
// begins after they asked, so nobody gets an answer older than their question: this is no
// cache, and whoever asks alone is answered as before.
type together[K comparable] struct {
	mu   sync.Mutex
	next map[K]*reading // will begin when the one under way has ended
	busy map[K]bool
}

type reading struct {
	done    chan struct{}
	content []byte
	err     error
}

func newTogether[K comparable]() *together[K] {
	return &together[K]{next: map[K]*reading{}, busy: map[K]bool{}}
}

// get waits for the next reading of what key names.
func (t *together[K]) get(ctx context.Context, key K, read func(context.Context) ([]byte, error)) ([]byte, error) {
	t.mu.Lock()
	r, waiting := t.next[key]
	if !waiting {
		r = &reading{done: make(chan struct{})}
		t.next[key] = r
	}
	if !t.busy[key] {
		t.busy[key] = true
		go t.run(context.WithoutCancel(ctx), key, read) // it is not for one caller alone
	}
	t.mu.Unlock()
	select {
	case <-r.done:
		return r.content, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// run reads until nobody waits any more.
func (t *together[K]) run(ctx context.Context, key K, read func(context.Context) ([]byte, error)) {
	for {
		t.mu.Lock()
		r, waiting := t.next[key]
		delete(t.next, key)
		if !waiting {
			delete(t.busy, key)
		}
		t.mu.Unlock()
		if !waiting {
			return
		}
		r.read(ctx, read)
	}
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
