// Package localpay plays a payment service on the same machine, for the demo and for
// tests; production never starts it. It keeps its own keys and books, takes people's
// word that they paid, and tells the marketplace over HTTP, signed, as a real service
// does: once, twice, late, never, or under a forged signature.
//
// A notice is signed with Ed25519 over timestamp, nonce and body, each ended by a newline.
package localpay

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gorm.io/gorm/clause"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
	"zique/internal/money"
	"zique/internal/payment"
	"zique/internal/storage"
)

// Name is the gateway's.
const Name = "local"

// Refusals.
var (
	ErrNoCharge  = fault.New(fault.NotFound, "not_found", "nobody has asked for this charge")
	ErrNotDemo   = errors.New("localpay: nothing is really paid here, so only the demo may use it")
	errAway      = errors.New("localpay: told to fail")
	errNoPayment = errors.New("localpay: there is no such payment")
	errTooMuch   = errors.New("localpay: this is more than is left of the payment")
)

// Service is the payment service.
type Service struct {
	db     *storage.DB
	key    ed25519.PrivateKey
	notify string // where notices go
	client http.Client
}

type keyRow struct {
	ID            id.ID `gorm:"primaryKey;autoIncrement:false"`
	PrivateKey    []byte
	RefundsToFail int64
}

func (keyRow) TableName() string { return "localpay_keys" }

// Charge is what the service was asked for.
type Charge struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	AmountFen money.Fen
	ExpiresAt clock.Millis
	CreatedAt clock.Millis
}

// TableName is the table's name.
func (Charge) TableName() string { return "localpay_charges" }

type paid struct {
	ID         id.ID `gorm:"primaryKey;autoIncrement:false"`
	ChargeID   id.ID
	AmountFen  money.Fen
	PaidAt     *clock.Millis // nil: somebody will pay when it is too late
	NoticesDue int64
	Tries      int64
	NoticeAt   clock.Millis
}

func (paid) TableName() string { return "localpay_payments" }

type refund struct {
	ID        id.ID `gorm:"primaryKey;autoIncrement:false"`
	PaymentID id.ID
	AmountFen money.Fen
	CreatedAt clock.Millis
}

func (refund) TableName() string { return "localpay_refunds" }

// Open starts the service, with the key pair of its first start. Notices go to the
// address notify.
func Open(ctx context.Context, db *storage.DB, isDemo bool, notify string) (*Service, error) {
	if !isDemo {
		return nil, ErrNotDemo
	}
	_, fresh, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	row := keyRow{ID: 1, PrivateKey: fresh}
	err = db.InTx(ctx, func(tx *storage.Tx) error {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		return tx.Take(&row, 1).Error
	})
	return &Service{db: db, key: row.PrivateKey, notify: notify, client: http.Client{Timeout: 5 * time.Second}}, err
}

// Name is the gateway's.
func (s *Service) Name() string { return Name }

// PayURL is a page of our own front end.
func (s *Service) PayURL(ctx context.Context, c payment.Charge) (string, error) {
	err := s.db.InTx(ctx, func(tx *storage.Tx) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).
			Create(&Charge{ID: c.ID, AmountFen: c.AmountFen, ExpiresAt: c.ExpiresAt, CreatedAt: tx.Now()}).Error
	})
	return fmt.Sprintf("/pay/%d", c.ID), err
}

// Asked answers a charge, and whether somebody paid it, or ErrNoCharge.
func (s *Service) Asked(ctx context.Context, chargeID id.ID) (c Charge, isPaid bool, err error) {
	err = s.db.Read(ctx).Take(&c, chargeID).Error
	if storage.IsNotFound(err) {
		return c, false, ErrNoCharge
	}
	if err != nil {
		return c, false, err
	}
	known, err := s.Query(ctx, payment.Charge{ID: chargeID})
	return c, len(known) > 0, err
}

// Query answers what was paid of a charge.
func (s *Service) Query(ctx context.Context, c payment.Charge) ([]payment.Notice, error) {
	var found []paid
	err := s.db.Read(ctx).Where("charge_id = ? AND paid_at IS NOT NULL", c.ID).Order("id").Find(&found).Error
	notices := make([]payment.Notice, len(found))
	for i, p := range found {
		notices[i] = p.notice()
	}
	return notices, err
}

func (p paid) notice() payment.Notice {
	return payment.Notice{Gateway: Name, ChargeID: p.ChargeID, Reference: "local-" + p.ID.String(), AmountFen: p.AmountFen, PaidAt: *p.PaidAt}
}

// Refund gives back a part of a payment, once for each refundID.
func (s *Service) Refund(ctx context.Context, refundID id.ID, captureReference string, amount money.Fen) (string, error) {
	if err := s.fails(ctx); err != nil {
		return "", err
	}
	var paymentID id.ID
	if _, err := fmt.Sscanf(captureReference, "local-%d", &paymentID); err != nil {
		return "", errNoPayment
	}
	err := s.db.InTx(ctx, func(tx *storage.Tx) error {
		var p []paid
		if err := tx.LockByID(&p, []id.ID{paymentID}); err != nil {
			return err
		}
		if len(p) == 0 {
			return errNoPayment
		}
		var before []refund
		if err := tx.Where("payment_id = ?", paymentID).Find(&before).Error; err != nil {
			return err
		}
		left := p[0].AmountFen
		for _, r := range before {
			if r.ID == refundID {
				return nil
			}
			left -= r.AmountFen
		}
		if amount > left {
			return errTooMuch
		}
		return tx.Create(&refund{ID: refundID, PaymentID: paymentID, AmountFen: amount, CreatedAt: tx.Now()}).Error
	})
	return "refund-" + refundID.String(), err
}

// fails takes one off the refunds that are to fail.
func (s *Service) fails(ctx context.Context) error {
	var row keyRow
	if err := s.db.Read(ctx).Take(&row, 1).Error; err != nil || row.RefundsToFail == 0 {
		return err
	}
	err := s.db.InTx(ctx, func(tx *storage.Tx) error {
		return tx.Exec("UPDATE localpay_keys SET refunds_to_fail = refunds_to_fail - 1 WHERE refunds_to_fail > 0").Error
	})
	return errors.Join(err, errAway)
}
