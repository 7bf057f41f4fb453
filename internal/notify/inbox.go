package notify

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/storage"
)

// ErrNotFound is the same for a message that is unknown or another's.
var ErrNotFound = fault.New(fault.NotFound, "not_found", "there is no such message")

// Received is a message in somebody's inbox.
type Received struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	EventID   id.ID
	UserID    id.ID
	Template  string
	Params    string // JSON
	Link      string // "" where there is nothing to open
	CreatedAt clock.Millis
	ReadAt    *clock.Millis // nil until read
}

// TableName is the table's name.
func (Received) TableName() string { return "messages" }

// Text is the message in a language. One whose template is gone shows the template's
// name instead of nothing.
func (r Received) Text(lang string) Text {
	var params map[string]string
	if err := json.Unmarshal([]byte(r.Params), &params); err != nil {
		return Text{Title: r.Template}
	}
	text, err := Render(r.Template, params, lang)
	if err != nil {
		return Text{Title: r.Template}
	}
	return text
}

// Inbox lists a user's messages, the newest first; before is the last of the page
// before, or 0.
func Inbox(db *gorm.DB, user, before id.ID, limit int) ([]Received, error) {
	q := db.Where("user_id = ?", user).Order("id DESC").Limit(limit)
	if before != 0 {
		q = q.Where("id < ?", before)
	}
	found := []Received{}
	return found, q.Find(&found).Error
}

// Unread counts a user's unread messages.
func Unread(db *gorm.DB, user id.ID) (n int64, err error) {
	return n, db.Model(&Received{}).Where("user_id = ? AND read_at IS NULL", user).Count(&n).Error
}

// Read marks a user's message as read and answers it; one that was read stays as it is.
func Read(tx *storage.Tx, user, messageID id.ID) (Received, error) {
	var r Received
	err := tx.ForUpdate().Where("id = ? AND user_id = ?", messageID, user).Take(&r).Error
	if storage.IsNotFound(err) {
		return r, ErrNotFound
	}
	if err != nil || r.ReadAt != nil {
		return r, err
	}
	now := tx.Now()
	r.ReadAt = &now
	return r, tx.Model(&Received{}).Where("id = ?", r.ID).Update("read_at", now).Error
}

// ReadAll marks all messages of a user as read.
func ReadAll(tx *storage.Tx, user id.ID) error {
	return tx.Model(&Received{}).Where("user_id = ? AND read_at IS NULL", user).Update("read_at", tx.Now()).Error
}

// KeepInbox is how long messages stay, read or not: a year, so that last season's can
// be looked up in this one.
const KeepInbox = 365 * 24 * time.Hour

// ForgetInbox deletes the messages from before an instant.
func ForgetInbox(ctx context.Context, db *storage.DB, before clock.Millis) error {
	return db.Forget(ctx, &Received{}, "created_at < ?", before)
}

// Erase removes a user's messages.
func Erase(tx *storage.Tx, user id.ID) error {
	return tx.Where("user_id = ?", user).Delete(&Received{}).Error
}
