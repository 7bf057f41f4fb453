package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/pii"
	"zique/internal/storage"
)

// errInFlight says that another replica is sending the same SMS right now.
var errInFlight = fault.New(fault.Conflict, "in_flight", "somebody is sending this now")

// sendLease is longer than a Sender takes.
const sendLease = 15 * time.Second

// Notifier delivers messages.
type Notifier struct {
	DB     *storage.DB
	Keys   *pii.Keyring
	Sender Sender // nil: no SMS can be sent

	// Recipients answers the sealed phones of those users who have an account now, and
	// keeps their accounts from being deleted until the transaction is over.
	Recipients func(tx *storage.Tx, users []id.ID) (map[id.ID][]byte, error)
	// Phones answers the sealed phones that an event names now, and keeps them there until
	// the transaction is over; nil: those that it came with.
	Phones func(tx *storage.Tx, eventID id.ID) ([][]byte, error)
}

// addressee is whom an SMS goes to: a user, or somebody whose phone the event names.
type addressee struct {
	user  id.ID
	phone []byte // sealed
}

type sms struct {
	ID           id.ID
	EventID      id.ID
	Recipient    string // keyed hash of the phone
	CreatedAt    clock.Millis
	ClaimedUntil clock.Millis // somebody is sending it until then
	SentAt       *clock.Millis
}

func (sms) TableName() string { return "sms_sends" }

// Deliver puts the message into inboxes and sends its SMS. Called again with the same
// event, it does what is left to do. It fails with ErrUnavailable of the Sender, or
// with what Message.Check says.
func (n *Notifier) Deliver(ctx context.Context, eventID id.ID, m Message) error {
	if err := m.Check(); err != nil {
		return err
	}
	var all []addressee
	err := n.DB.InTx(ctx, func(tx *storage.Tx) error {
		all = nil
		for _, phone := range m.Phones {
			all = append(all, addressee{phone: phone})
		}
		if len(m.UserIDs) == 0 {
			return nil
		}
		accounts, err := n.Recipients(tx, m.UserIDs)
		if err != nil {
			return err
		}
		users := slices.Sorted(maps.Keys(accounts))
		for _, user := range users {
			if m.SMS {
				all = append(all, addressee{user, accounts[user]})
			}
		}
		return insert(tx, eventID, users, m)
	})
	if err != nil || len(all) == 0 {
		return err
	}
	return n.sendAll(ctx, eventID, all, m)
}

// insert writes an inbox row for each user unless the event has one there.
func insert(tx *storage.Tx, eventID id.ID, users []id.ID, m Message) error {
	params, err := json.Marshal(m.Params)
	if err != nil || len(users) == 0 {
		return err
	}
	rows := make([]Received, len(users))
	for i, user := range users {
		rows[i] = Received{ID: tx.NewID(), EventID: eventID, UserID: user, Template: m.Template, Params: string(params), Link: m.Link, CreatedAt: tx.Now()}
	}
	return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, 200).Error
}

// sendAll tries every phone; one that fails does not keep the others waiting.
func (n *Notifier) sendAll(ctx context.Context, eventID id.ID, all []addressee, m Message) error {
	text, err := Render(m.Template, m.Params, Chinese)
	if err != nil {
		return err
	}
	var failed error
	for _, to := range all {
		phone, err := n.Keys.Open(to.phone)
		if err == nil {
			err = n.sendOnce(ctx, eventID, to, SMS{Phone: string(phone), Template: m.Template, Params: m.Params, Text: text.SMS})
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// sendOnce sends outside any transaction: first it claims the row of this event and
// phone, and afterwards it writes down that the gateway took it.
func (n *Notifier) sendOnce(ctx context.Context, eventID id.ID, to addressee, s SMS) error {
	if n.Sender == nil {
		return ErrUnavailable
	}
	row := sms{EventID: eventID, Recipient: recipient(n.Keys, s.Phone)}
	send, err := n.claim(ctx, &row, to)
	if err != nil || !send {
		return err
	}
	s.ID = row.ID.String()
	sent := n.Sender.Send(ctx, s)
	outcome := map[string]any{"claimed_until": 0}
	if sent == nil {
		outcome["sent_at"] = n.DB.Now()
	}
	err = n.DB.InTx(context.WithoutCancel(ctx), func(tx *storage.Tx) error {
		return tx.Model(&sms{}).Where("id = ?", row.ID).Updates(outcome).Error
	})
	if sent != nil {
		sent = fmt.Errorf("send %s: %w", s.Template, sent)
	}
	return errors.Join(sent, err)
}

// claim tells whether this caller is to send: not when it was sent or the account was
// erased meanwhile, and errInFlight when somebody is at it.
func (n *Notifier) claim(ctx context.Context, row *sms, to addressee) (send bool, err error) {
	err = n.DB.InTx(ctx, func(tx *storage.Tx) error {
		if there, err := n.stillThere(tx, row.EventID, to); err != nil || !there {
			send = false
			return err
		}
		fresh := sms{ID: tx.NewID(), EventID: row.EventID, Recipient: row.Recipient, CreatedAt: tx.Now()}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
			return err
		}
		if err := tx.ForUpdate().Where("event_id = ? AND recipient = ?", row.EventID, row.Recipient).Take(row).Error; err != nil {
			return err
		}
		switch {
		case row.SentAt != nil:
			send = false
			return nil
		case row.ClaimedUntil > tx.Now():
			return errInFlight
		}
		send = true
		return tx.Model(&sms{}).Where("id = ?", row.ID).Update("claimed_until", tx.Now().Add(sendLease)).Error
	})
	return send && err == nil, err
}

// stillThere keeps the addressee's account, or their phone in the event, from being erased
// until the transaction is over, and tells whether it is there.
func (n *Notifier) stillThere(tx *storage.Tx, eventID id.ID, to addressee) (bool, error) {
	if to.user != 0 {
		accounts, err := n.Recipients(tx, []id.ID{to.user})
		return len(accounts) > 0, err
	}
	if n.Phones == nil {
		return true, nil
	}
	phones, err := n.Phones(tx, eventID)
	return slices.ContainsFunc(phones, func(phone []byte) bool { return bytes.Equal(phone, to.phone) }), err
}

// Forget deletes what says which SMS were to be sent before an instant, sent or not, but
// for events that are still tried.
func Forget(ctx context.Context, db *storage.DB, before clock.Millis) error {
	return db.Forget(ctx, &sms{}, "created_at < ? AND event_id NOT IN (SELECT id FROM outbox_events WHERE published_at IS NULL)", before)
}

// ForgetPhone deletes what says which SMS went, or were to go, to a phone whose owner's
// account is erased.
func ForgetPhone(tx *storage.Tx, keys *pii.Keyring, phone string) error {
	return tx.Where("recipient = ?", recipient(keys, phone)).Delete(&sms{}).Error
}

func recipient(keys *pii.Keyring, phone string) string { return keys.Lookup("sms", phone) }
