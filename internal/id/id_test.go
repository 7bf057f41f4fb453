package id

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"zique/internal/clock"
)

func TestIDsAreUniqueAndGrow(t *testing.T) {
	c := clock.At(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	s := NewSource(c)
	s.Lease(7, 0, c.Now().Add(time.Minute))
	var mu sync.Mutex
	seen := map[ID]bool{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			var before ID
			for range 2000 {
				next, err := s.Next()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[next] || next <= before {
					t.Errorf("id %d came twice or after %d", next, before)
				}
				seen[next] = true
				mu.Unlock()
				before = next
			}
		})
	}
	wg.Wait()
}

func TestNoIDAtOrAfterTheEndOfTheLease(t *testing.T) {
	c := clock.At(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	s := NewSource(c)
	if _, err := s.Next(); !errors.Is(err, ErrLeaseOver) {
		t.Fatalf("without a lease: %v", err)
	}
	s.Lease(1, 0, c.Now().Add(time.Second))
	if _, err := s.Next(); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Second)
	if _, err := s.Next(); !errors.Is(err, ErrLeaseOver) {
		t.Fatalf("at the lease's end: %v", err)
	}
}

func TestNewHolderStartsAboveTheOld(t *testing.T) {
	c := clock.At(time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	first, second := NewSource(c), NewSource(c)
	first.Lease(3, 0, c.Now().Add(time.Minute))
	old, _ := first.Next()
	second.Lease(3, first.HighWater(), c.Now().Add(time.Minute))
	next, err := second.Next()
	if err != nil || next <= old {
		t.Fatalf("new holder made %d after %d (%v)", next, old, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("123")
	f.Add("-1")
	f.Add("007")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := Parse(s); err == nil && got.String() != s {
			t.Fatalf("Parse(%q) = %s", s, got)
		}
	})
}

func TestAnIDIsAStringInJSON(t *testing.T) {
	written, err := json.Marshal(map[string]ID{"id": 120898787706155008})
	if err != nil || string(written) != `{"id":"120898787706155008"}` {
		t.Errorf("%s, %v", written, err)
	}
	for text, want := range map[string]ID{`"120898787706155008"`: 120898787706155008, `120898787706155008`: 120898787706155008, `null`: 0, `"0"`: 0} {
		var got ID
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{`"x"`, `1.5`, `9223372036854775808`, `""`, `{}`} {
		var got ID
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s is %d", text, got)
		}
	}
}
