package payment

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// ErrForged says that a notice was not signed by its gateway, or not just now.
var ErrForged = fault.New(fault.Unauthenticated, "bad_signature", "the notice is not signed by the gateway, or is too old")

// Gateway is a payment service: people pay there, and it tells us, signed.
type Gateway interface {
	Name() string
	// PayURL asks for a charge, once however often it is called, and answers where it is
	// paid: an address, or a path of our own site.
	PayURL(ctx context.Context, c Charge) (string, error)
	// Verify checks the signature of a notice and reads it. Anything else is ErrForged.
	Verify(header http.Header, body []byte) (Notice, error)
	// Query answers the payments that the gateway knows of a charge, told or not.
	Query(ctx context.Context, c Charge) ([]Notice, error)
	// Refund gives a part of a payment back, once for each refundID, and answers the
	// gateway's reference of it.
	Refund(ctx context.Context, refundID id.ID, captureReference string, amount money.Fen) (string, error)
}

// Gateways by name.
type Gateways map[string]Gateway

// atOnce bounds how many refunds or charges one look takes in.
const atOnce = 100

// GiveBackDue sends the refunds that wait to their gateways, and posts what worked. What
// fails is tried again, later each time. It answers how many were given back.
func (all Gateways) GiveBackDue(ctx context.Context, db *storage.DB) (int, error) {
	var due []struct {
		Refund
		CaptureReference string
	}
	err := db.Read(ctx).Table("gateway_refunds r").Select("r.*, c.reference capture_reference").
		Joins("JOIN captures c ON c.id = r.capture_id").
		Where("r.status = ? AND r.try_at <= ? AND r.gateway IN ?", Queued, db.Now(), all.names()).
		Order("r.try_at, r.id").Limit(atOnce).Scan(&due).Error
	if err != nil {
		return 0, err
	}
	done := 0
	for _, r := range due {
		mine, err := claim(ctx, db, r.Refund)
		if err != nil {
			return done, err
		}
		if !mine {
			continue
		}
		reference, err := all[r.Gateway].Refund(ctx, r.ID, r.CaptureReference, r.AmountFen)
		if err == nil {
			err = db.InTx(ctx, func(tx *storage.Tx) error { return Settled(tx, r.ID, reference) })
		}
		if err == nil {
			done++
			continue
		}
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		slog.WarnContext(ctx, "give money back through a gateway", "gateway", r.Gateway, "refund", r.ID, "tries", r.Tries+1, "error", err)
	}
	return done, nil
}

func (all Gateways) names() []string {
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	return names
}

// claim counts a try before it is made, and says when the next one is due: so replicas
// do not send the same refund together, and one that dies between leaves it to the next.
func claim(ctx context.Context, db *storage.DB, r Refund) (mine bool, err error) {
	err = db.InTx(ctx, func(tx *storage.Tx) error {
		change := tx.Model(&Refund{}).Where("id = ? AND status = ? AND tries = ?", r.ID, Queued, r.Tries).
			Updates(map[string]any{"tries": r.Tries + 1, "try_at": tx.Now().Add(pauseAfter(r.Tries))})
		mine = change.RowsAffected == 1
		return change.Error
	})
	return mine, err
}

// When a gateway is asked about a charge of which no notice came: first, then again and
// again, shortly before the deadline, and once more when late payments have come in.
const (
	askFirst  = time.Minute
	askAgain  = 5 * time.Minute
	askBefore = 30 * time.Second
	askAfter  = 10 * time.Minute
)

// nextAsk answers when to ask after an asking at now; nil: no more.
func (c Charge) nextAsk(now clock.Millis) *clock.Millis {
	last, after := c.ExpiresAt.Add(-askBefore), c.ExpiresAt.Add(askAfter)
	switch {
	case c.Status == Paid || now >= after:
		return nil
	case now >= last:
		return &after
	}
	next := min(now.Add(askAgain), last)
	return &next
}

// AskDue asks the gateways about charges whose notice may be lost, and hands every
// payment they know of to take. It answers how many charges it asked about.
func (all Gateways) AskDue(ctx context.Context, db *storage.DB, take func(context.Context, Notice) error) (int, error) {
	var due []Charge
	err := db.Read(ctx).Where("ask_at <= ? AND gateway IN ?", db.Now(), all.names()).Order("ask_at, id").Limit(atOnce).Find(&due).Error
	if err != nil {
		return 0, err
	}
	asked := 0
	for _, c := range due {
		mine := false
		err := db.InTx(ctx, func(tx *storage.Tx) error {
			change := tx.Model(&Charge{}).Where("id = ? AND ask_at = ?", c.ID, c.AskAt).Update("ask_at", c.nextAsk(tx.Now()))
			mine = change.RowsAffected == 1
			return change.Error
		})
		if err != nil {
			return asked, err
		}
		if !mine || c.Status == Paid {
			continue
		}
		asked++
		if err := all.ask(ctx, c, take); err != nil {
			if ctx.Err() != nil {
				return asked, ctx.Err()
			}
			slog.WarnContext(ctx, "ask a gateway about a charge", "gateway", c.Gateway, "charge", c.ID, "error", err)
		}
	}
	return asked, nil
}

func (all Gateways) ask(ctx context.Context, c Charge, take func(context.Context, Notice) error) error {
	known, err := all[c.Gateway].Query(ctx, c)
	if err != nil {
		return err
	}
	for _, n := range known {
		if err := take(ctx, n); err != nil {
			return err
		}
	}
	return nil
}
