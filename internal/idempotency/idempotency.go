// Package idempotency stores the answer of a request beside its effect, in the same
// transaction, so that repeating the request repeats the answer and not the effect.
//
// Kept are successes and declines (409). Everything else leaves the key free.
package idempotency

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"gorm.io/gorm/clause"

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

// Claim is a key inside its transaction: either ours to answer, or answered before.
type Claim struct {
	Earlier *Answer // answered before: replay it
	Err     error   // ErrReused
	row     record
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

// Take claims keys, which must differ, in ascending order and under lock. It
// answers one Claim for each, in the order given.
func Take(tx *storage.Tx, keys []Key) ([]*Claim, error) {
	rows := make([]record, len(keys))
	for i, k := range keys {
		rows[i] = record{ID: tx.NewID(), CallerID: k.Caller, Route: k.Route, IdemKey: k.Key, BodyHash: k.Body, CreatedAt: tx.Now()}
	}
	sorted := slices.Clone(rows)
	slices.SortFunc(sorted, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.CallerID, b.CallerID), cmp.Compare(a.Route, b.Route), cmp.Compare(a.IdemKey, b.IdemKey))
	})
	// Affected rows tell nothing about who inserted, so read back and compare ids.
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&sorted).Error; err != nil {
		return nil, err
	}
	others, err := notOurs(tx, sorted)
	if err != nil {
		return nil, err
	}
	claims := make([]*Claim, len(rows))
	for i, mine := range rows {
		claims[i] = &Claim{row: mine}
		if found, taken := others[mine.key()]; taken {
			claims[i] = claim(mine, found)
		}
	}
	return claims, nil
}

// notOurs reads, under lock, the rows that stand under these keys and were there before.
// Rows of ours, which are nearly all, are only looked up by id: we inserted and hold them.
func notOurs(tx *storage.Tx, rows []record) (map[Key]record, error) {
	ids := make([]id.ID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var inserted []id.ID
	if err := tx.Model(&record{}).Where("id IN ?", ids).Pluck("id", &inserted).Error; err != nil {
		return nil, err
	}
	earlier := slices.DeleteFunc(slices.Clone(rows), func(r record) bool { return slices.Contains(inserted, r.ID) })
	if len(earlier) == 0 {
		return nil, nil
	}
	return lockAll(tx, earlier)
}

func claim(mine, found record) *Claim {
	if found.BodyHash != mine.BodyHash {
		return &Claim{Err: ErrReused}
	}
	return &Claim{Earlier: &Answer{Status: found.Status, Body: found.Answer, Replayed: true}}
}

func lockAll(tx *storage.Tx, rows []record) (map[Key]record, error) {
	var where strings.Builder
	var values []any
	for i, r := range rows {
		if i > 0 {
			where.WriteString(" OR ")
		}
		where.WriteString("(caller_id = ? AND route = ? AND idem_key = ?)")
		values = append(values, r.CallerID, r.Route, r.IdemKey)
	}
	var found []record
	err := tx.ForUpdate().Where(where.String(), values...).Order("caller_id, route, idem_key").Find(&found).Error
	byKey := make(map[Key]record, len(found))
	for _, r := range found {
		byKey[r.key()] = r
	}
	return byKey, err
}

// Find reads a key's stored answer under lock, to learn the fate of a transaction
// whose COMMIT went unanswered. It answers nil when that transaction did not happen.
func Find(tx *storage.Tx, key Key) (*Answer, error) {
	found, err := lockAll(tx, []record{{CallerID: key.Caller, Route: key.Route, IdemKey: key.Key}})
	if err != nil || len(found) == 0 {
		return nil, err
	}
	for _, r := range found {
		if r.BodyHash != key.Body {
			return nil, ErrReused
		}
		return &Answer{Status: r.Status, Body: r.Answer, Replayed: true}, nil
	}
	return nil, nil
}

// Keep stores an outcome that needs nothing else of the transaction, and answers it, or
// what was answered under the key before. It fails with ErrReused.
func Keep(tx *storage.Tx, key Key, outcome Encoded) (Answer, error) {
	claims, err := Take(tx, []Key{key})
	if err != nil {
		return Answer{}, err
	}
	switch c := claims[0]; {
	case c.Err != nil:
		return Answer{}, c.Err
	case c.Earlier != nil:
		return *c.Earlier, nil
	default:
		return Answer{Status: outcome.Status, Body: outcome.Body}, Store(tx, []Outcome{{c, outcome}})
	}
}

// Encoded is an outcome as it is stored and answered. ResultID names what a success
// made, so that verify can look for it. The bytes may be sealed: whoever encodes opens
// them again before they are sent.
type Encoded struct {
	Status   int
	Body     []byte
	ResultID id.ID
}

// Outcome is a claim with what is to be stored for it; a zero Status frees the key.
type Outcome struct {
	Claim *Claim
	Encoded
}

// Store writes the answers of claims that are ours, in the claims' transaction.
func Store(tx *storage.Tx, outcomes []Outcome) error {
	var kept []record
	var freed []id.ID
	for _, o := range outcomes {
		if o.Status == 0 {
			freed = append(freed, o.Claim.row.ID)
			continue
		}
		row := o.Claim.row
		row.Status, row.Answer, row.ResultID = o.Status, o.Body, o.ResultID
		kept = append(kept, row)
	}
	if len(freed) > 0 {
		if err := tx.Where("id IN ?", freed).Delete(&record{}).Error; err != nil {
			return err
		}
	}
	if len(kept) == 0 {
		return nil
	}
	update := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"status", "answer", "result_id"})}
	return tx.Clauses(update).Create(&kept).Error
}
