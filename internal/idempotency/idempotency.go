// Package idempotency stores the answer of a request beside its effect, in the same
// transaction, so that repeating the request repeats the answer and not the effect.
//
// Kept are successes and declines (409). Everything else leaves the key free.
//
// A key is written once, with its answer, as the last of its transaction. Of two requests
// with one key at the same time the second meets the first's row there, is undone and run
// again, and finds the answer.
package idempotency

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// Refusals of the key itself.
var (
	ErrRequired = fault.New(fault.Invalid, "idempotency_key_required", "the header Idempotency-Key is required")
	ErrInvalid  = fault.New(fault.Invalid, "idempotency_key_invalid", "Idempotency-Key takes 1 to 255 visible ASCII characters")
	ErrReused   = fault.New(fault.Mismatch, "idempotency_key_reused", "this Idempotency-Key was used for another request")
)

const longest = 255

// Key names one request of one caller. Keys of different callers never meet.
type Key struct {
	Caller id.ID
	Route  string // the operation's name
	Key    string // the header's value
	Body   string // Fingerprint of what was asked
}

// Check refuses a missing or malformed header value.
func Check(key string) error {
	if key == "" {
		return ErrRequired
	}
	if len(key) > longest || strings.ContainsFunc(key, func(r rune) bool { return r < 0x21 || r > 0x7e }) {
		return ErrInvalid
	}
	return nil
}

// Fingerprint is the SHA-256 of method, concrete path and canonical body, in hex.
func Fingerprint(method, path string, body []byte) string {
	sum := sha256.Sum256(bytes.Join([][]byte{[]byte(method), []byte(path), body}, []byte{0}))
	return hex.EncodeToString(sum[:])
}

// Answer is what a caller gets, byte for byte, now and on every repeat.
type Answer struct {
	Status   int
	Body     []byte
	Replayed bool
}

// Found is what stands under a key: nothing, an earlier answer, or ErrReused.
type Found struct {
	Answer *Answer
	Err    error
}

type record struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	CallerID  id.ID
	Route     string
	IdemKey   string
	BodyHash  string
	Status    int
	Answer    []byte
	ResultID  id.ID // what a success made; 0: a decline
	CreatedAt clock.Millis
}

func (record) TableName() string { return "idempotency_keys" }

func (r record) key() Key { return Key{Caller: r.CallerID, Route: r.Route, Key: r.IdemKey} }

// Look answers what stands under each of the keys, in their order.
func Look(view *gorm.DB, keys []Key) ([]Found, error) {
	var where strings.Builder
	var values []any
	for i, k := range keys {
		if i > 0 {
			where.WriteString(" OR ")
		}
		where.WriteString("(caller_id = ? AND route = ? AND idem_key = ?)")
		values = append(values, k.Caller, k.Route, k.Key)
	}
	var rows []record
	if err := view.Where(where.String(), values...).Find(&rows).Error; err != nil {
		return nil, err
	}
	byKey := make(map[Key]record, len(rows))
	for _, r := range rows {
		byKey[r.key()] = r
	}
	found := make([]Found, len(keys))
	for i, k := range keys {
		r, taken := byKey[Key{Caller: k.Caller, Route: k.Route, Key: k.Key}]
		switch {
		case !taken:
		case r.BodyHash != k.Body:
			found[i].Err = ErrReused
		default:
			found[i].Answer = &Answer{Status: r.Status, Body: r.Answer, Replayed: true}
		}
	}
	return found, nil
}

// Find is Look for one key. It answers nil when nothing stands under it.
func Find(view *gorm.DB, key Key) (*Answer, error) {
	found, err := Look(view, []Key{key})
	if err != nil {
		return nil, err
	}
	return found[0].Answer, found[0].Err
}

// Encoded is an outcome as it is stored and answered. ResultID names what a success
// made, so that verify can look for it. The bytes may be sealed: whoever encodes opens
// them again before they are sent.
type Encoded struct {
	Status   int
	Body     []byte
	ResultID id.ID
}

// Outcome is what is answered under a key from now on.
type Outcome struct {
	Key Key
	Encoded
}

// Store writes the answers of keys under which nothing stood. Where another transaction was
// faster meanwhile, this one is undone and run again: see storage.ErrAgain.
func Store(tx *storage.Tx, outcomes []Outcome) error {
	if len(outcomes) == 0 {
		return nil
	}
	rows := make([]record, len(outcomes))
	for i, o := range outcomes {
		rows[i] = record{ID: tx.NewID(), CallerID: o.Key.Caller, Route: o.Key.Route, IdemKey: o.Key.Key, BodyHash: o.Key.Body,
			Status: o.Status, Answer: o.Body, ResultID: o.ResultID, CreatedAt: tx.Now()}
	}
	slices.SortFunc(rows, func(a, b record) int { // in one order, so that two wait for each other in no circle
		return cmp.Or(cmp.Compare(a.CallerID, b.CallerID), cmp.Compare(a.Route, b.Route), cmp.Compare(a.IdemKey, b.IdemKey))
	})
	err := tx.Create(&rows).Error
	if storage.IsDuplicate(err) {
		return fmt.Errorf("%w: %w", storage.ErrAgain, err)
	}
	return err
}

// Keep stores an outcome that needs nothing else of the transaction, and answers it, or
// what was answered under the key before. It fails with ErrReused.
func Keep(tx *storage.Tx, key Key, outcome Encoded) (Answer, error) {
	earlier, err := Find(tx.DB, key)
	if err != nil {
		return Answer{}, err
	}
	if earlier != nil {
		return *earlier, nil
	}
	return Answer{Status: outcome.Status, Body: outcome.Body}, Store(tx, []Outcome{{key, outcome}})
}
