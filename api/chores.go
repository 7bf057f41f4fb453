package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"zique/internal/aidcard"
	"zique/internal/approval"
	"zique/internal/attempt"
	"zique/internal/blob"
	"zique/internal/bulkorder"
	"zique/internal/cardsale"
	"zique/internal/clock"
	"zique/internal/config"
	"zique/internal/idempotency"
	"zique/internal/identity"
	"zique/internal/notify"
	"zique/internal/order"
	"zique/internal/org"
	"zique/internal/outbox"
	"zique/internal/prepaid"
	"zique/internal/redemption"
	"zique/internal/settlement"
	"zique/internal/storage"
	"zique/internal/verify"
	"zique/internal/worker"
)

// chores are what one replica does now and then: delete what has served its time, and
// check what was posted meanwhile.
func chores(db *storage.DB, files *blob.Store, approvals *approval.Desk) []worker.Recurring {
	forget := func(name string, keep time.Duration, from func(context.Context, *storage.DB, clock.Millis) error) worker.Recurring {
		return worker.Recurring{Name: "forget-" + name, Every: time.Hour, Do: func(ctx context.Context) error {
			return from(ctx, db, db.Now().Add(-keep))
		}}
	}
	return []worker.Recurring{
		forget("idempotency-keys", idempotency.KeptFor, idempotency.Forget),
		forget("jobs", worker.KeptFor, worker.Forget),
		forget("events", outbox.Keep, outbox.Forget),
		forget("text-messages", 2*outbox.Keep, notify.Forget),
		forget("messages", notify.KeepInbox, notify.ForgetInbox),
		forget("sessions", identity.KeepSessions, identity.ForgetSessions),
		forget("phone-codes", identity.LongestWindow, identity.ForgetCodes),
		forget("attempts", 7*identity.LongestWindow, attempt.Forget),
		forget("invited-phones", org.KeepInvited, org.ForgetInvited),
		forget("old-redemptions", redemption.KeptFor, redemption.Forget),
		forget("card-files", 0, cardsale.ForgetFiles),
		forget("gift-lists", bulkorder.KeptFor, bulkorder.Forget),
		forget("rejected-documents", org.KeepRejected, org.ForgetRejected),
		{Name: "expire-approvals", Every: time.Minute, Do: func(ctx context.Context) error { return approvals.Expire(ctx, db) }},
		{Name: "expire-cards", Every: time.Minute, Do: func(ctx context.Context) error { return aidcard.Expire(ctx, db) }},
		{Name: "check-books", Every: time.Minute, Do: func(ctx context.Context) error {
			found, err := verify.Incremental(ctx, db)
			if err == nil && found.Broken > 0 {
				err = fmt.Errorf("%d sealed transactions after seq %d are broken: run zique verify", found.Broken, found.Seq)
			}
			return err
		}},
		{Name: "sweep-files", Every: time.Hour, Do: func(ctx context.Context) error {
			_, err := files.Sweep(ctx, db)
			return err
		}},
	}
}

// watching tells operators of prepaid funds that break a rule, an hour late at the most.
func watching(db *storage.DB, funds *prepaid.Desk) worker.Recurring {
	return worker.Recurring{Name: "watch-prepaid-funds", Every: time.Hour, Do: func(ctx context.Context) error { return funds.Watch(ctx, db) }}
}

// timing is how long orders wait: as the settings say, else by default.
func timing(s config.Settings) order.Timing {
	return order.Timing{
		Pay:      cmp.Or(s.PayWithin, order.DefaultTiming.Pay),
		Transfer: cmp.Or(s.TransferWithin, order.DefaultTiming.Transfer),
		Receive:  cmp.Or(s.ReceiveAfter, order.DefaultTiming.Receive),
		Close:    cmp.Or(s.CloseAfter, order.DefaultTiming.Close),
	}
}

// advancing moves orders on when their time is up, a minute late at the most.
func advancing(db *storage.DB, lifecycle order.Lifecycle) worker.Recurring {
	return worker.Recurring{
		Name: "advance-orders", Every: min(time.Minute, lifecycle.Timing.Pay, lifecycle.Timing.Transfer, lifecycle.Timing.Receive, lifecycle.Timing.Close),
		Do: func(ctx context.Context) error { return lifecycle.Advance(ctx, db) },
	}
}

// confirming takes silence for consent, a minute late at the most.
func confirming(db *storage.DB) worker.Recurring {
	return worker.Recurring{Name: "confirm-statements", Every: time.Minute, Do: func(ctx context.Context) error { return settlement.ConfirmSilent(ctx, db) }}
}

// settling starts the run of each month, an hour into the next at the latest.
func settling(db *storage.DB, settle *settlement.Service) worker.Recurring {
	return worker.Recurring{Name: "settle-month", Every: time.Hour, Do: func(ctx context.Context) error { return settle.Monthly(ctx, db) }}
}
