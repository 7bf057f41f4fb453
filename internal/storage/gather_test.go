package storage_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"zique/internal/storage"
)

// Six look while nothing moves: two of them wait for a look that begins after they asked.
func TestThoseWhoWaitShareOneLook(t *testing.T) {
	began, goOn := make(chan []int), make(chan struct{})
	g := storage.NewGather(func(_ context.Context, keys []int) (map[int]int, error) {
		began <- slices.Sorted(slices.Values(keys))
		<-goOn
		found := map[int]int{}
		for _, k := range keys {
			if k%2 == 0 {
				found[k] = k * k
			}
		}
		return found, nil
	})
	var wg sync.WaitGroup
	ask := func(key int) {
		wg.Go(func() {
			v, there, err := g.Get(t.Context(), key)
			if err != nil || there != (key%2 == 0) || there && v != key*key {
				t.Errorf("%d: %d, %t, %v", key, v, there, err)
			}
		})
	}
	for key := range 2 { // as many as may look at once
		ask(key)
		if got := <-began; !slices.Equal(got, []int{key}) {
			t.Errorf("alone: %v", got)
		}
	}
	for _, key := range []int{8, 9, 8} {
		ask(key)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := g.Get(gone, 8); !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	seen := map[int]bool{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for keys := range began {
			for _, k := range keys {
				seen[k] = true
			}
		}
	}()
	close(goOn)
	wg.Wait()
	close(began)
	<-done
	if !maps.Equal(seen, map[int]bool{8: true, 9: true}) {
		t.Errorf("looked for %v", seen)
	}
}

func TestALookThatFailsFailsForThoseWhoAsked(t *testing.T) {
	broken, calls := errors.New("broken"), 0
	g := storage.NewGather(func(context.Context, []int) (map[int]int, error) {
		calls++
		switch calls {
		case 1:
			return nil, broken
		case 2:
			panic("a look of ours is wrong")
		}
		return map[int]int{1: 1}, nil
	})
	if _, _, err := g.Get(t.Context(), 1); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	if _, _, err := g.Get(t.Context(), 1); err == nil {
		t.Error("a panic is no answer")
	}
	if v, there, err := g.Get(t.Context(), 1); v != 1 || !there || err != nil {
		t.Errorf("afterwards %d, %t, %v", v, there, err)
	}
}
