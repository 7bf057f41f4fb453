package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/outbox"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

const topic = "test.happened"

func emit(t *testing.T, db *storage.DB, payload any) id.ID {
	t.Helper()
	var eventID id.ID
	err := db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
		eventID, err = outbox.Emit(tx, topic, payload)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return eventID
}

// seen counts how often each event was handled.
type seen struct {
	sync.Mutex
	times map[id.ID]int
	order []id.ID
}

func (s *seen) handle(_ context.Context, e outbox.Event) error {
	s.Lock()
	defer s.Unlock()
	if s.times == nil {
		s.times = map[id.ID]int{}
	}
	s.times[e.ID]++
	s.order = append(s.order, e.ID)
	return nil
}

func relay(db *storage.DB, h outbox.Handler) *outbox.Relay {
	return outbox.NewRelay(db, map[string]outbox.Handler{topic: h})
}

func pump(t *testing.T, r *outbox.Relay, want int) {
	t.Helper()
	if n, err := r.Pump(t.Context()); err != nil || n != want {
		t.Fatalf("published %d (%v), want %d", n, err, want)
	}
}

func row(t *testing.T, db *storage.DB, eventID id.ID) outbox.Event {
	t.Helper()
	var e outbox.Event
	if err := db.Read(t.Context()).Take(&e, "id = ?", eventID).Error; err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnEventExistsExactlyWhenItsChangeDoes(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		refused := errors.New("refused")
		err := db.InTx(t.Context(), func(tx *storage.Tx) error {
			if _, err := outbox.Emit(tx, topic, 1); err != nil {
				return err
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Fatal(err)
		}
		select {
		case <-db.Bell(outbox.Bell):
			t.Error("the bell rang for an event that never was")
		default:
		}
		kept := emit(t, db, map[string]int{"n": 7})
		<-db.Bell(outbox.Bell)
		var got map[string]int
		pump(t, relay(db, func(_ context.Context, e outbox.Event) error {
			if e.ID != kept || e.Topic != topic {
				t.Errorf("event %+v", e)
			}
			return e.Decode(&got)
		}), 1)
		if got["n"] != 7 {
			t.Errorf("payload %v", got)
		}
		pump(t, relay(db, func(context.Context, outbox.Event) error { return errors.New("again?") }), 0)
	})
}

type wrong struct{}

var errWrong = errors.New("wrong")

func (wrong) Check() error { return errWrong }

func TestAPayloadThatKnowsItIsWrongIsNotEmitted(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for _, payload := range []any{wrong{}, make(chan int)} {
			err := db.InTx(t.Context(), func(tx *storage.Tx) error {
				_, err := outbox.Emit(tx, topic, payload)
				return err
			})
			if err == nil {
				t.Errorf("%T was emitted", payload)
			}
		}
	})
}

func TestAPoisonedEventKeepsNobodyWaiting(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		poisoned := emit(t, db, "poison")
		var others []id.ID
		for range 150 { // more than a batch
			others = append(others, emit(t, db, "fine"))
		}
		var handled seen
		tries := 0
		var mu sync.Mutex
		failing := errors.New("secret 13900000001")
		r := relay(db, func(ctx context.Context, e outbox.Event) error {
			if e.ID == poisoned {
				mu.Lock()
				defer mu.Unlock()
				tries++
				return failing
			}
			return handled.handle(ctx, e)
		})
		pump(t, r, len(others))
		slices.Sort(handled.order)
		if !slices.Equal(handled.order, others) {
			t.Errorf("%d events handled of %d", len(handled.order), len(others))
		}
		for _, wait := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second} {
			e := row(t, db, poisoned)
			if e.DueAt != db.Now().Add(wait) || e.PublishedAt != nil || strings.Contains(e.LastError, "13900000001") || e.LastError == "" {
				t.Errorf("after %d failures %+v, due in %d ms", tries, e, e.DueAt-db.Now())
			}
			db.Clock().Advance(wait - time.Millisecond)
			pump(t, r, 0)
			db.Clock().Advance(time.Millisecond)
			pump(t, r, 0)
		}
		if tries != 5 {
			t.Errorf("tried %d times", tries)
		}
		failing = nil
		db.Clock().Advance(16 * time.Second)
		pump(t, r, 1)
		if e := row(t, db, poisoned); e.LastError != "" || e.PublishedAt == nil {
			t.Errorf("healed: %+v", e)
		}
	})
}

func TestFaultsArePublicAndTheRestIsNot(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		known := fault.New(fault.Unavailable, "gateway_away", strings.Repeat("好", 400))
		for want, handler := range map[string]outbox.Handler{
			"gateway_away: 好":            func(context.Context, outbox.Event) error { return fmt.Errorf("13900000001: %w", known) },
			"failed inside; see the log": func(context.Context, outbox.Event) error { panic("13900000001") },
			"no_handler":                 nil,
		} {
			eventID := emit(t, db, want)
			handlers := map[string]outbox.Handler{topic: handler}
			if handler == nil {
				handlers = nil
			}
			pump(t, outbox.NewRelay(db, handlers), 0)
			if e := row(t, db, eventID); !strings.HasPrefix(e.LastError, want) || e.Attempts != 1 {
				t.Errorf("%s: %+v", want, e)
			}
			pump(t, relay(db, func(context.Context, outbox.Event) error { return nil }), 0) // not due yet
			db.Clock().Advance(time.Second)
			pump(t, relay(db, func(context.Context, outbox.Event) error { return nil }), 1)
		}
	})
}

func TestFourRelaysHandleEachEventOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		const events = 60
		for i := range events {
			emit(t, db, i)
		}
		var handled seen
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, err := relay(db, handled.handle).Pump(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		pump(t, relay(db, handled.handle), 0)
		if len(handled.order) != events || len(handled.times) != events {
			t.Errorf("%d events handled %d times", len(handled.times), len(handled.order))
		}
	})
}

// A relay that dies in the middle leaves a lease; the one that was only slow does not
// overrule who came after it.
func TestTheLeaseOfADeadRelayRunsOut(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		eventID := emit(t, db, 1)
		var handled seen
		dying, die := context.WithCancel(t.Context())
		_, err := relay(db, func(context.Context, outbox.Event) error { die(); return dying.Err() }).Pump(dying)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the dying relay: %v", err)
		}
		pump(t, relay(db, handled.handle), 0)
		db.Clock().Advance(time.Minute)
		earlier(db, 10*time.Second, func() { pump(t, relay(db, handled.handle), 0) })
		pump(t, relay(db, func(ctx context.Context, e outbox.Event) error { // slow: another takes it meanwhile
			db.Clock().Advance(time.Minute)
			pump(t, relay(db, handled.handle), 1)
			return errors.New("too late to fail")
		}), 0)
		if e := row(t, db, eventID); e.PublishedAt == nil || e.Attempts != 0 || handled.times[eventID] != 1 {
			t.Errorf("%+v, handled %d times", e, handled.times[eventID])
		}
	})
}

// earlier runs f with the clock set back.
func earlier(db *storage.DB, by time.Duration, f func()) {
	db.Clock().Advance(-by)
	defer db.Clock().Advance(by)
	f()
}

// An event with a smaller id may be committed after one with a larger id was published.
func TestASmallerIDThatComesLateIsFound(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		first := emit(t, db, 1)
		var handled seen
		r := relay(db, handled.handle)
		pump(t, r, 1)
		late := outbox.Event{ID: first - 1, Topic: topic, Payload: "2", CreatedAt: db.Now(), DueAt: db.Now()}
		if err := db.InTx(t.Context(), func(tx *storage.Tx) error { return tx.Create(&late).Error }); err != nil {
			t.Fatal(err)
		}
		pump(t, r, 1)
		if handled.times[late.ID] != 1 {
			t.Error("the late event was passed over")
		}
	})
}

func TestStuckAndForget(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		none, since, err := outbox.Stuck(db.Read(t.Context()), db.Now().Add(-5*time.Minute))
		if err != nil || none != 0 || since != nil {
			t.Errorf("nothing: %d since %v, %v", none, since, err)
		}
		var waiting, published id.ID
		var written clock.Millis
		earlier(db, 31*24*time.Hour, func() {
			published = emit(t, db, "published")
			pump(t, relay(db, func(context.Context, outbox.Event) error { return nil }), 1)
			waiting, written = emit(t, db, "waiting"), db.Now()
		})
		young := emit(t, db, "young")
		stuck, since, err := outbox.Stuck(db.Read(t.Context()), db.Now().Add(-5*time.Minute))
		if err != nil || stuck != 1 || *since != written {
			t.Errorf("stuck %d since %v, %v", stuck, since, err)
		}
		if err := outbox.Forget(t.Context(), db, db.Now().Add(-outbox.Keep)); err != nil {
			t.Fatal(err)
		}
		var left []id.ID
		if err := db.Read(t.Context()).Model(&outbox.Event{}).Order("id").Pluck("id", &left).Error; err != nil {
			t.Fatal(err)
		}
		want := []id.ID{waiting, young}
		slices.Sort(want)
		if !slices.Equal(left, want) {
			t.Errorf("left %v, want %v without %v", left, want, published)
		}
	})
}

func TestAgainHurriesWhatWaitsAndLeavesWhatIsHandled(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		waiting, handled := emit(t, db, "waiting"), emit(t, db, "handled")
		again := func(eventID id.ID) (changed bool, err error) {
			err = db.InTx(t.Context(), func(tx *storage.Tx) (err error) {
				_, changed, err = outbox.Again(tx, eventID)
				return err
			})
			return changed, err
		}
		for eventID, pause := range map[id.ID]time.Duration{waiting: time.Hour, handled: time.Minute} { // as long as a lease
			err := db.InTx(t.Context(), func(tx *storage.Tx) error {
				return tx.Model(&outbox.Event{}).Where("id = ?", eventID).Update("due_at", tx.Now().Add(pause)).Error
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if changed, err := again(handled); err != nil || changed {
			t.Errorf("while it is handled: %v, %v", changed, err)
		}
		if changed, err := again(waiting); err != nil || !changed || row(t, db, waiting).DueAt > db.Now() {
			t.Errorf("while it waits: %v, %v, due %v", changed, err, row(t, db, waiting).DueAt)
		}
		pump(t, relay(db, func(context.Context, outbox.Event) error { return nil }), 1)
		if changed, err := again(waiting); err != nil || changed {
			t.Errorf("once it is published: %v, %v", changed, err)
		}
		if _, err := again(waiting + 1<<40); !errors.Is(err, outbox.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
	})
}
