package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/config"
	"zique/internal/erasure"
	"zique/internal/id"
	"zique/internal/identity"
	"zique/internal/notify"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/staff"
	"zique/internal/storage"
)

const pumpEvery = time.Second // what other replicas wrote, and what is tried again

// sender carries text messages: the gateway, or the console where there is none.
func sender(s config.Settings, db *storage.DB, stdout io.Writer) notify.Sender {
	if s.SMSURL == "" {
		return notify.Console{Out: stdout}
	}
	return notify.HTTPSender{URL: s.SMSURL, Secret: []byte(s.SMSSecret), Clock: db.Clock()}
}

// beforeDeletion joins an account to what it may not leave behind. Cards come first:
// see aidcard.HoldsMoney.
func (h *house) beforeDeletion() {
	h.people.LockForDeletion = func(tx *storage.Tx, userID id.ID) error {
		_, err := approval.LockAll(tx, userID)
		return err
	}
	h.people.BeforeDeletion = append(h.people.BeforeDeletion, aidcard.HoldsMoney, order.Underway, org.OnlyManager, staff.LastOperator)
	h.people.OnDeletion = append(h.people.OnDeletion, erasure.Forget(h.keys), h.approvals.WithdrawAll, h.orgs.LeaveAll)
}

// relay hands each event to the one who handles its topic.
func (h *house) relay() *outbox.Relay {
	messages := notify.Notifier{DB: h.db, Keys: h.keys, Sender: h.sender, Recipients: identity.Recipients, Phones: phonesIn}
	return outbox.NewRelay(h.db, map[string]outbox.Handler{
		notify.Topic: func(ctx context.Context, e outbox.Event) error {
			var m notify.Message
			if err := e.Decode(&m); err != nil {
				return err
			}
			return messages.Deliver(ctx, e.ID, m)
		},
	})
}

// phonesIn are the phones that an event names: an erased account takes its own along.
func phonesIn(tx *storage.Tx, eventID id.ID) ([][]byte, error) {
	var m notify.Message
	e, err := outbox.Lock(tx, eventID)
	if err == nil {
		err = e.Decode(&m)
	}
	return m.Phones, err
}

// pumping hands out events: at once when one was written here, and now and then for
// those of other replicas.
func pumping(ctx context.Context, db *storage.DB, relay *outbox.Relay) {
	tick := time.NewTicker(pumpEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-db.Bell(outbox.Bell):
		case <-tick.C:
		}
		if _, err := relay.Pump(ctx); err != nil && ctx.Err() == nil {
			slog.Warn("hand out events", "error", err)
		}
	}
}
