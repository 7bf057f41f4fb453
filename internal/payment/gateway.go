package payment

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"gorm.io/gorm/clause"

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

// When a gateway is asked about a charge. While nobody paid it: first, then again and again,
// shortly before the deadline, and when late payments have come in. Once it is paid or closed
// somebody may pay all the same, and that notice may be lost too: ever more rarely, until askUntil.
const (
	askFirst  = time.Minute
	askAgain  = 5 * time.Minute
	askBefore = 30 * time.Second // of the deadline
	askAfter  = 10 * time.Minute // the deadline
	askUntil  = 24 * time.Hour   // after the deadline
)

// nextAsk answers when to ask after an asking at now; nil: no more.
func (c Charge) nextAsk(now clock.Millis) *clock.Millis {
	last, late, end := c.ExpiresAt.Add(-askBefore), c.ExpiresAt.Add(askAfter), c.ExpiresAt.Add(askUntil)
	rarely := now + max(2*(now-c.CreatedAt), clock.Millis(askAfter.Milliseconds()))
	next := min(rarely, end)
	switch {
	case now >= end:
		return nil
	case c.Status == Open && now < last:
		next = min(now.Add(askAgain), last)
	case now < late:
		next = min(rarely, late)
	}
	return &next
}

// AskDue asks the gateways about charges of which a notice may be lost, and hands every
// payment that we were not told of to take. It answers how many charges it asked about.
func (all Gateways) AskDue(ctx context.Context, db *storage.DB, take func(context.Context, Notice) error) (int, error) {
	due, err := all.dueCharges(ctx, db)
	if err != nil {
		return 0, err
	}
	for asked, c := range due {
		if err := all.ask(ctx, db, c, take); err != nil {
			if ctx.Err() != nil {
				return asked, ctx.Err()
			}
			slog.WarnContext(ctx, "ask a gateway about a charge", "gateway", c.Gateway, "charge", c.ID, "error", err)
		}
	}
	return len(due), nil
}

// dueCharges takes charges that are to be asked about, and says when each is due again
// before it is asked about: so no two replicas ask about one together.
func (all Gateways) dueCharges(ctx context.Context, db *storage.DB) (due []Charge, err error) {
	var ids []id.ID
	err = db.Read(ctx).Model(&Charge{}).Where("ask_at <= ? AND gateway IN ?", db.Now(), all.names()).
		Order("ask_at, id").Limit(atOnce).Pluck("id", &ids).Error
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	err = db.InTx(ctx, func(tx *storage.Tx) error {
		var locked []Charge
		if err := tx.LockByID(&locked, ids); err != nil {
			return err
		}
		due = nil
		for _, c := range locked {
			if c.AskAt != nil && *c.AskAt <= tx.Now() {
				c.AskAt = c.nextAsk(tx.Now())
				due = append(due, c)
			}
		}
		if len(due) == 0 {
			return nil
		}
		next := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"ask_at"})}
		return tx.Clauses(next).Create(&due).Error
	})
	return due, err
}

func (all Gateways) ask(ctx context.Context, db *storage.DB, c Charge, take func(context.Context, Notice) error) error {
	known, err := all[c.Gateway].Query(ctx, c)
	if err != nil || len(known) == 0 {
		return err
	}
	var captured []Capture
	if err := db.Read(ctx).Where("charge_id = ?", c.ID).Find(&captured).Error; err != nil {
		return err
	}
	for _, n := range known {
		if slices.ContainsFunc(captured, func(c Capture) bool { return c.Reference == n.Reference && c.AmountFen == n.AmountFen }) {
			continue // taken in already: not worth a lock on the order
		}
		if err := take(ctx, n); err != nil {
			return err
		}
	}
	return nil
}
