package idempotency_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/idempotency"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

var conflict = fault.New(fault.Conflict, "out_of_stock", "none is left")

func key(name, body string) idempotency.Key {
	return idempotency.Key{Caller: 7, Route: "ship", Key: name, Body: idempotency.Fingerprint("POST", "/ship", []byte(body))}
}

// encode stores the result's words, or the decline's code.
func encode(result any, declined *fault.Fault) (idempotency.Encoded, error) {
	if declined != nil {
		return idempotency.Encoded{Status: http.StatusConflict, Body: []byte(declined.Code)}, nil
	}
	return idempotency.Encoded{Status: http.StatusCreated, Body: []byte(fmt.Sprint(result))}, nil
}

func TestAKeyReplaysWhatWasAnswered(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		runs := 0
		run := func(name, body string, err error) (idempotency.Answer, error) {
			return idempotency.Run(t.Context(), db, key(name, body), encode, func(*storage.Tx) (any, error) {
				runs++
				return runs, err
			})
		}
		broken := errors.New("broken")
		for i, step := range []struct {
			name, body string
			effect     error
			status     int
			answer     string
			replayed   bool
			refused    error
		}{
			{"a", "one", nil, http.StatusCreated, "1", false, nil},
			{"a", "one", nil, http.StatusCreated, "1", true, nil},
			{"a", "another", nil, 0, "", false, idempotency.ErrReused},
			{"b", "one", conflict, http.StatusConflict, "out_of_stock", false, nil},
			{"b", "one", nil, http.StatusConflict, "out_of_stock", true, nil}, // a decline is kept
			{"c", "one", broken, 0, "", false, broken},
			{"c", "one", nil, http.StatusCreated, "4", false, nil}, // any other error leaves the key free
		} {
			got, err := run(step.name, step.body, step.effect)
			if !errors.Is(err, step.refused) || got.Status != step.status || string(got.Body) != step.answer || got.Replayed != step.replayed {
				t.Errorf("step %d: %d %q replayed %v, %v", i, got.Status, got.Body, got.Replayed, err)
			}
		}
	})
}

// The faster of two twins commits while the slower has looked and found nothing: the slower
// is run again, and answers what the faster did, even where it would have failed. SQLite
// lets nobody in beside a transaction that writes.
func TestTheSlowerTwinAnswersWhatTheFasterDid(t *testing.T) {
	db, err := storage.Open(t.Context(), storage.Config{MySQLDSN: storagetest.MySQL(t)}, clock.At(storagetest.Start))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, outcome := range map[string]error{"both succeed": nil, "it declines": conflict, "it fails": fault.New(fault.Invalid, "empty", "the cart is empty")} {
		faster := sync.OnceFunc(func() {
			if _, err := idempotency.Run(t.Context(), db, key(name, "one"), encode, func(*storage.Tx) (any, error) { return "faster", nil }); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		answer, err := idempotency.Run(t.Context(), db, key(name, "one"), encode, func(*storage.Tx) (any, error) {
			faster()
			return "slower", outcome
		})
		if err != nil || string(answer.Body) != "faster" || !answer.Replayed {
			t.Errorf("%s: %d %q, %v", name, answer.Status, answer.Body, err)
		}
	}
}
