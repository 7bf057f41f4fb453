package outbox

import (
	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// ErrNotFound says there is no such event.
var ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such event")

// ListStuck pages through the events that Stuck counts, by id; after is the last of the
// page before, or 0. Payloads are left out.
func ListStuck(view *gorm.DB, before clock.Millis, after id.ID, limit int) ([]Event, error) {
	found := []Event{}
	err := view.Omit("payload").Where("published_at IS NULL AND created_at < ? AND id > ?", before, after).
		Order("id").Limit(limit).Find(&found).Error
	return found, err
}

// Again has an event that failed tried at once, instead of after its long pause, and tells
// whether that changed anything: one that is due within a lease may be in a handler's
// hands, and is left alone. It fails with ErrNotFound.
func Again(tx *storage.Tx, eventID id.ID) (e Event, changed bool, err error) {
	if e, err = Lock(tx, eventID); err != nil {
		return Event{}, false, err
	}
	if e.PublishedAt != nil || e.DueAt <= tx.Now().Add(lease) {
		return e, false, nil
	}
	e.DueAt = tx.Now()
	tx.Ring(Bell)
	return e, true, tx.Model(&Event{}).Where("id = ?", eventID).Update("due_at", e.DueAt).Error
}
