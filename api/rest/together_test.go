package rest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

func TestNobodyIsAnsweredWithWhatWasReadBeforeTheyAsked(t *testing.T) {
	shared := newTogether[string]()
	var now, reads atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for range 200 {
				asked := now.Add(1)
				content, err := shared.get(t.Context(), "list", func(context.Context) ([]byte, error) {
					reads.Add(1)
					return strconv.AppendInt(nil, now.Load(), 10), nil
				})
				read, bad := strconv.ParseInt(string(content), 10, 64)
				if err != nil || bad != nil || read < asked {
					t.Errorf("asked at %d, answered as of %d (%v)", asked, read, err)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d readings for %d answers", reads.Load(), 64*200)
}

func TestAReadingThatFailsFailsForItsCallersOnly(t *testing.T) {
	shared := newTogether[int]()
	for _, read := range []func(context.Context) ([]byte, error){
		func(context.Context) ([]byte, error) { return nil, errors.New("away") },
		func(context.Context) ([]byte, error) { panic("broken") },
	} {
		if _, err := shared.get(t.Context(), 1, read); err == nil {
			t.Error("no error")
		}
	}
	content, err := shared.get(t.Context(), 1, func(context.Context) ([]byte, error) { return []byte("fine"), nil })
	if err != nil || string(content) != "fine" {
		t.Errorf("%s, %v", content, err)
	}
}
