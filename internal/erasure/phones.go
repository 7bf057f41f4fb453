package erasure

import (
	"encoding/json"
	"slices"

	"zique/internal/id"
	"zique/internal/notify"
	"zique/internal/outbox"
	"zique/internal/pii"
	"zique/internal/storage"
)

// forgetPhone takes the phone out of messages that go, or went, to phones: none that waits
// is sent to it any more.
func forgetPhone(tx *storage.Tx, keys *pii.Keyring, phone string) error {
	var ids []id.ID
	err := tx.Model(&outbox.Event{}).Where("topic = ? AND payload LIKE ?", notify.Topic, `%"phones":%`).Order("id").Pluck("id", &ids).Error
	if err != nil {
		return err
	}
	for some := range slices.Chunk(ids, atOnce) {
		var found []outbox.Event
		if err := tx.LockByID(&found, some); err != nil {
			return err
		}
		for _, e := range found {
			if err := forgetPhoneIn(tx, keys, phone, e); err != nil {
				return err
			}
		}
	}
	return notify.ForgetPhone(tx, keys, phone)
}

func forgetPhoneIn(tx *storage.Tx, keys *pii.Keyring, phone string, e outbox.Event) error {
	var m notify.Message
	if err := e.Decode(&m); err != nil {
		return err
	}
	var left [][]byte
	for _, sealed := range m.Phones {
		theirs, err := keys.Open(sealed)
		if err != nil {
			return err
		}
		if string(theirs) != phone {
			left = append(left, sealed)
		}
	}
	if len(left) == len(m.Phones) {
		return nil
	}
	m.Phones = left
	payload, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return tx.Model(&outbox.Event{}).Where("id = ?", e.ID).Update("payload", string(payload)).Error
}
