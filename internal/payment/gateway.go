package payment

import (
	"context"
	"log/slog"
	"net/http"

	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/storage"
)

// Gateway is a payment service: people pay there, and it tells us, signed.
type Gateway interface {
	Name() string
	// PayURL asks for a charge, once however often it is called, and answers where it is paid.
	PayURL(ctx context.Context, c Charge) (string, error)
	// Verify checks the signature of a notice and reads it. Anything else is an error.
	Verify(header http.Header, body []byte) (Notice, error)
	// Refund gives a part of a payment back, once for each refundID, and answers the
	// gateway's reference of it.
	Refund(ctx context.Context, refundID id.ID, captureReference string, amount money.Fen) (string, error)
}

// Gateways by name.
type Gateways map[string]Gateway

// GiveBackDue sends the refunds that wait to their gateways. What fails is tried again
// later; what worked is posted. It answers how many were given back.
func (all Gateways) GiveBackDue(ctx context.Context, db *storage.DB) (int, error) {
	var due []struct {
		Refund
		CaptureReference string
	}
	err := db.Read(ctx).Table("gateway_refunds r").Select("r.*, c.reference capture_reference").
		Joins("JOIN captures c ON c.id = r.capture_id").
		Where("r.status = ? AND r.try_at <= ?", Queued, db.Now()).Order("r.try_at, r.id").Limit(100).Scan(&due).Error
	if err != nil {
		return 0, err
	}
	done := 0
	for _, r := range due {
		reference, err := all.giveBack(ctx, r.Refund, r.CaptureReference)
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
		err = db.InTx(ctx, func(tx *storage.Tx) error {
			return tx.Model(&Refund{}).Where("id = ? AND status = ?", r.ID, Queued).
				Updates(map[string]any{"tries": r.Tries + 1, "try_at": tx.Now().Add(pauseAfter(r.Tries))}).Error
		})
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func (all Gateways) giveBack(ctx context.Context, r Refund, captureReference string) (string, error) {
	g, known := all[r.Gateway]
	if !known {
		return "", ErrNotFound
	}
	return g.Refund(ctx, r.ID, captureReference, r.AmountFen)
}
