package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"

	"zique/internal/aidcard"
	"zique/internal/attempt"
	"zique/internal/config"
	"zique/internal/identity"
	"zique/internal/notify"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/storage"
)

const (
	pumpEvery   = time.Second // what other replicas wrote, and what is tried again
	forgetEvery = time.Hour
)

// sender carries text messages: the gateway, or the console where there is none.
func sender(s config.Settings, db *storage.DB, stdout io.Writer) notify.Sender {
	if s.SMSURL == "" {
		return notify.Console{Out: stdout}
	}
	return notify.HTTPSender{URL: s.SMSURL, Secret: []byte(s.SMSSecret), Clock: db.Clock()}
}

// beforeDeletion joins an account to what it may not leave behind. Cards come first:
// see aidcard.HoldsMoney.
func beforeDeletion(people *identity.Service) {
	people.BeforeDeletion = append(people.BeforeDeletion, aidcard.HoldsMoney, order.Underway, org.OnlyManager)
	people.OnDeletion = append(people.OnDeletion, org.LeaveAll)
}

// relay hands each event to the one who handles its topic.
func (h *house) relay() *outbox.Relay {
	messages := notify.Notifier{DB: h.db, Keys: h.keys, Sender: h.sender, Recipients: identity.Recipients}
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

// forgetting deletes what has served its time.
func forgetting(ctx context.Context, db *storage.DB) {
	tick := time.NewTicker(forgetEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := db.Now()
		err := errors.Join(
			outbox.Forget(ctx, db, now.Add(-outbox.Keep)),
			notify.Forget(ctx, db, now.Add(-2*outbox.Keep)),
			identity.ForgetCodes(ctx, db, now.Add(-identity.LongestWindow)),
			attempt.Forget(ctx, db, now.Add(-7*identity.LongestWindow)),
		)
		if err != nil && ctx.Err() == nil {
			slog.Warn("delete what is old", "error", err)
		}
	}
}
