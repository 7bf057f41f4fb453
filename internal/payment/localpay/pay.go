package localpay

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"gorm.io/gorm"

	"zique/internal/id"
	"zique/internal/payment"
	"zique/internal/storage"
)

// Behaviours: how the service tells of a payment.
const (
	Once   = "once"
	Twice  = "twice"  // the same notice two times
	Late   = "late"   // somebody pays when nobody waits for it any more
	Lost   = "lost"   // the notice never comes: the marketplace has to ask
	Forged = "forged" // nobody pays; a stranger says so
)

const (
	retryAfter = 15 * time.Second // when a notice was not taken
	mostTries  = 10
	toldAtOnce = 100 // payments in one look
)

// Pay lets somebody pay a charge, again if it was paid before, tells of it as the
// behaviour says, and answers the statuses that came back. What was not taken is told again.
func (s *Service) Pay(ctx context.Context, chargeID id.ID, behaviour string) ([]int, error) {
	c, _, err := s.Asked(ctx, chargeID)
	if err != nil {
		return nil, err
	}
	if behaviour == Forged {
		return s.forge(ctx, c)
	}
	p := paid{ChargeID: chargeID, AmountFen: c.AmountFen, NoticesDue: map[string]int64{Once: 1, Twice: 2, Late: 1}[behaviour]}
	err = s.db.InTx(ctx, func(tx *storage.Tx) error {
		now := tx.Now()
		p.ID, p.NoticeAt = tx.NewID(), now
		if behaviour != Late {
			p.PaidAt, p.NoticeAt = &now, now.Add(retryAfter)
		}
		return tx.Create(&p).Error
	})
	if err != nil || behaviour == Late {
		return []int{}, err
	}
	return s.tellOf(ctx, p)
}

// tellOf sends the notices of a payment that are due, until one is not taken.
func (s *Service) tellOf(ctx context.Context, p paid) ([]int, error) {
	statuses := []int{}
	for range p.NoticesDue {
		header, body := s.Sign(p.notice())
		status, err := s.tell(ctx, header, body)
		if err != nil {
			slog.WarnContext(ctx, "localpay: a notice did not arrive", "charge", p.ChargeID, "error", err)
			break
		}
		statuses = append(statuses, status)
		if status != http.StatusOK {
			break
		}
		err = s.db.InTx(ctx, func(tx *storage.Tx) error {
			return tx.Model(&paid{}).Where("id = ? AND notices_due > 0", p.ID).Update("notices_due", gorm.Expr("notices_due - 1")).Error
		})
		if err != nil {
			return statuses, err
		}
	}
	return statuses, nil
}

// TellDue sends the notices that are due: those that were not taken, and those of late
// payments, which are made when the marketplace does not wait for them any more.
func (s *Service) TellDue(ctx context.Context) error {
	var due []paid
	err := s.db.Read(ctx).Where("notices_due > 0 AND notice_at <= ? AND tries < ?", s.db.Now(), mostTries).
		Where("paid_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM charges c WHERE c.id = charge_id AND c.status = ?)", payment.Open).
		Order("notice_at, id").Limit(toldAtOnce).Find(&due).Error
	if err != nil {
		return err
	}
	for _, p := range due {
		mine, err := s.claim(ctx, &p)
		if err == nil && mine {
			_, err = s.tellOf(ctx, p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// claim says that this replica tells of a payment now.
func (s *Service) claim(ctx context.Context, p *paid) (mine bool, err error) {
	err = s.db.InTx(ctx, func(tx *storage.Tx) error {
		now := tx.Now()
		if p.PaidAt == nil {
			p.PaidAt = &now
		}
		change := tx.Model(&paid{}).Where("id = ? AND tries = ? AND notices_due > 0", p.ID, p.Tries).
			Updates(map[string]any{"tries": p.Tries + 1, "notice_at": now.Add(retryAfter << min(p.Tries, 6)), "paid_at": *p.PaidAt})
		mine = change.RowsAffected == 1
		return change.Error
	})
	return mine, err
}

// forge tells of a payment that nobody made, under a key that is not the service's.
func (s *Service) forge(ctx context.Context, c Charge) ([]int, error) {
	header, body, err := Forge(payment.Notice{ChargeID: c.ID, Reference: "forged", AmountFen: c.AmountFen, PaidAt: s.db.Now()}, s.db.Now())
	if err != nil {
		return nil, err
	}
	status, err := s.tell(ctx, header, body)
	return []int{status}, err
}
