// Package id makes 64-bit identifiers that grow with time: 41 bits of
// milliseconds since 2026, 10 bits of node, 12 bits of counter. A node number is
// leased (see storage), so two programs never make the same id; no id carries a
// time at or after the end of the lease, so whoever holds the number next starts above.
// Order of ids is roughly order of birth and never the order of the journal.
package id

import (
	"errors"
	"strconv"
	"strings"
	"sync"

	"zique/internal/clock"
)

// ID identifies one row. In JSON it is a string, because JavaScript loses digits.
type ID int64

const (
	counterBits = 12
	nodeBits    = 10
	epoch       = clock.Millis(1_767_225_600_000) // 2026-01-01T00:00:00Z

	// MaxNode is the largest node number.
	MaxNode = 1<<nodeBits - 1
)

// ErrLeaseOver says that this program may make no more ids until it renews its node.
var ErrLeaseOver = errors.New("id: the node's lease is over")

// ErrMalformed is what Parse answers to anything but a positive decimal number.
var ErrMalformed = errors.New("id: not an id")

func (i ID) String() string { return strconv.FormatInt(int64(i), 10) }

// MarshalJSON writes the decimal form as a string.
func (i ID) MarshalJSON() ([]byte, error) { return []byte(`"` + i.String() + `"`), nil }

// UnmarshalJSON reads the decimal form, also as a number, as it was stored before.
func (i *ID) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	n, err := strconv.ParseInt(strings.Trim(string(data), `"`), 10, 64)
	if err != nil {
		return ErrMalformed
	}
	*i = ID(n)
	return nil
}

// At is the smallest id that carries a time; no id is smaller than 0.
func At(t clock.Millis) ID { return ID(max(0, t-epoch)) << (nodeBits + counterBits) }

// Parse reads the decimal form; it accepts no sign, space or leading zero.
func Parse(s string) (ID, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || s[0] < '1' || s[0] > '9' {
		return 0, ErrMalformed
	}
	return ID(n), nil
}

// Source makes ids for one leased node. It is safe for concurrent use.
type Source struct {
	clock *clock.Clock

	mu      sync.Mutex
	node    int64
	until   clock.Millis // ids carry a time before this
	last    clock.Millis
	counter int64
}

// NewSource has no lease yet: Next fails until Lease is called.
func NewSource(c *clock.Clock) *Source { return &Source{clock: c} }

// Lease gives the source a node number up to (not including) until. Ids start
// above the time `above`, where an earlier holder may have stopped.
func (s *Source) Lease(node int64, above, until clock.Millis) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.node, s.until = node, until
	if s.last < above {
		s.last, s.counter = above, 1<<counterBits // next id takes a later millisecond
	}
}

// Next makes an id, or fails with ErrLeaseOver.
func (s *Source) Next() (ID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.clock.Now(); now > s.last {
		s.last, s.counter = now, 0
	} else if s.counter++; s.counter >= 1<<counterBits {
		s.last, s.counter = s.last+1, 0 // borrow from the future; the lease bounds how much
	}
	if s.last >= s.until {
		return 0, ErrLeaseOver
	}
	return ID(int64(s.last-epoch)<<(nodeBits+counterBits) | s.node<<counterBits | s.counter), nil
}

// HighWater is the latest time that an id carries.
func (s *Source) HighWater() clock.Millis {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}
