package rest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Many ask at once, again and again: an answer is never older than what may be kept.
func TestNobodyIsAnsweredWithWhatWasReadLongBeforeTheyAsked(t *testing.T) {
	shared := newTogether[string]()
	var reads atomic.Int64
	read := func(context.Context) ([]byte, error) {
		reads.Add(1)
		return strconv.AppendInt(nil, time.Now().UnixMicro(), 10), nil
	}
	const askers = 64
	end := time.Now().Add(3 * keptFor)
	var answers atomic.Int64
	var wg sync.WaitGroup
	for range askers {
		wg.Go(func() {
			for time.Now().Before(end) {
				asked := time.Now()
				content, err := shared.get(t.Context(), "list", read)
				micros, bad := strconv.ParseInt(string(content), 10, 64)
				// Five seconds more: the machine may be busy with something else.
				if age := asked.Sub(time.UnixMicro(micros)); err != nil || bad != nil || age > keptFor+5*time.Second {
					t.Errorf("an answer %v old (%v)", age, err)
				}
				answers.Add(1)
			}
		})
	}
	wg.Wait()
	t.Logf("%d readings for %d answers", reads.Load(), answers.Load())
}

// Whoever asks alone sees what they did before, however many asked earlier.
func TestWhoAsksAloneIsAnsweredWithWhatIsThereNow(t *testing.T) {
	shared := newTogether[string]()
	var now atomic.Int64
	read := func(context.Context) ([]byte, error) { return strconv.AppendInt(nil, now.Load(), 10), nil }
	for range 100 {
		did := now.Add(1)
		content, err := shared.get(t.Context(), "list", read)
		if saw, bad := strconv.ParseInt(string(content), 10, 64); err != nil || bad != nil || saw < did {
			t.Fatalf("did %d, saw %d (%v)", did, saw, err)
		}
	}
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
