// Package outbox carries events out of transactions. An event is a row written in the
// transaction that it tells of, so it exists exactly when the change does. Its
// invariants:
//
//   - A relay finds events by the state of their rows, never by "id greater than the
//     last": a smaller id can be committed later.
//   - Each event is handled at least once. Consumers drop repeats by the event's id.
//   - One relay handles an event at a time: it takes the row by its epoch for the time
//     of a lease that outlasts the handler.
//   - An event that fails waits longer each time and keeps nobody else waiting. None is
//     given up: it stays until somebody repairs the cause, and shows in Stuck meanwhile.
//
// A payload holds no personal data in clear: user ids, or values sealed by pii.Keyring.
package outbox

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/id"
	"zique/internal/storage"
)

// Bell rings when an event was committed in this program; see storage.DB.Bell.
const Bell = "outbox"

// Event is one thing that happened.
type Event struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	Topic     string
	Payload   string // JSON
	CreatedAt clock.Millis
	DueAt     clock.Millis // not tried before; while it is handled, the end of the lease
	Epoch     int64        // how often it was taken
	Attempts  int64        // how often it failed
	LastError string       // public text
	// PublishedAt is when a handler took care of it; nil until then.
	PublishedAt *clock.Millis
}

// TableName is the table's name.
func (Event) TableName() string { return "outbox_events" }

// Decode reads the payload.
func (e Event) Decode(into any) error {
	if err := json.Unmarshal([]byte(e.Payload), into); err != nil {
		return fmt.Errorf("event %s: %w", e.ID, err)
	}
	return nil
}

// checker is a payload that knows when it is wrong.
type checker interface{ Check() error }

// Emit writes an event in the transaction of the change and answers its id. A payload
// with a method Check() error is checked first, because a wrong event would fail
// for ever, out of its author's sight.
func Emit(tx *storage.Tx, topic string, payload any) (id.ID, error) {
	if c, ok := payload.(checker); ok {
		if err := c.Check(); err != nil {
			return 0, fmt.Errorf("emit %s: %w", topic, err)
		}
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return 0, fmt.Errorf("emit %s: %w", topic, err)
	}
	e := Event{ID: tx.NewID(), Topic: topic, Payload: string(raw), CreatedAt: tx.Now(), DueAt: tx.Now()}
	tx.Ring(Bell)
	return e.ID, tx.Create(&e).Error
}

// Lock reads an event of which nothing changes until the transaction is over. It fails
// with ErrNotFound.
func Lock(tx *storage.Tx, eventID id.ID) (Event, error) {
	var e Event
	err := tx.ForUpdate().Where("id = ?", eventID).Take(&e).Error
	if storage.IsNotFound(err) {
		err = ErrNotFound
	}
	return e, err
}

// Stuck counts the events from before an instant that nobody has handled, and answers
// when the oldest was written; nil: there is none.
func Stuck(view *gorm.DB, before clock.Millis) (int64, *clock.Millis, error) {
	var found struct {
		Count  int64
		Oldest *clock.Millis
	}
	err := view.Model(&Event{}).Select("COUNT(*) count, MIN(created_at) oldest").
		Where("published_at IS NULL AND created_at < ?", before).Scan(&found).Error
	return found.Count, found.Oldest, err
}

// Keep is how long published events stay: long enough to look into what was told to whom.
const Keep = 30 * 24 * time.Hour

// Forget deletes the events that were published before an instant.
func Forget(ctx context.Context, db *storage.DB, before clock.Millis) error {
	return db.Forget(ctx, &Event{}, "published_at < ?", before)
}
