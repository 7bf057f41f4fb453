package worker

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gorm.io/gorm/clause"

	"zique/internal/clock"
	"zique/internal/storage"
)

// Recurring is a chore: one replica does it, then all wait Every before one does it
// again, whether it failed or not.
type Recurring struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

type workLease struct {
	Name       string `gorm:"primaryKey"`
	LeaseEpoch int64
	LeaseUntil clock.Millis
	NextAt     clock.Millis
}

func (workLease) TableName() string { return "work_leases" }

// Longest and shortest pause before a runner looks again whether a chore is due.
const (
	longestPause  = 30 * time.Second
	shortestPause = 50 * time.Millisecond
)

func (r *Runner) recur(ctx context.Context, chore Recurring) {
	for ctx.Err() == nil {
		wait, err := r.tryChore(ctx, chore)
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "chore", "name", chore.Name, "error", err)
		}
		pause := time.NewTimer(min(max(wait, shortestPause), longestPause))
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}

// tryChore does the chore if it is due and nobody else does it, and answers how long
// to wait before looking again.
func (r *Runner) tryChore(ctx context.Context, chore Recurring) (wait time.Duration, err error) {
	lease, taken, err := r.takeChore(ctx, chore)
	if err != nil {
		return pollEvery, err
	}
	if !taken {
		return time.Duration(max(lease.NextAt, lease.LeaseUntil)-r.db.Now()) * time.Millisecond, nil
	}
	leased, lost := context.WithCancelCause(ctx)
	stop := keep(leased, lost, func(until clock.Millis) (bool, error) {
		err := r.changeChore(leased, lease, map[string]any{"lease_until": until})
		return !errors.Is(err, errLeaseLost), err
	}, r.db)
	err = contained(func() error { return chore.Do(leased) })
	stop()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleFor)
	defer cancel()
	now := r.db.Now()
	written := r.changeChore(last, lease, map[string]any{"lease_until": now, "next_at": now.Add(chore.Every)})
	if errors.Is(written, errLeaseLost) {
		written = nil // the other replica says when it is due again
	}
	return chore.Every, errors.Join(err, written)
}

// takeChore leases the chore if it is due and free.
func (r *Runner) takeChore(ctx context.Context, chore Recurring) (lease workLease, taken bool, err error) {
	if err := r.db.Read(ctx).Where("name = ?", chore.Name).Limit(1).Find(&lease).Error; err != nil {
		return lease, false, err
	}
	if now := r.db.Now(); lease.Name != "" && max(lease.NextAt, lease.LeaseUntil) > now {
		return lease, false, nil
	}
	err = r.db.InTx(ctx, func(tx *storage.Tx) error {
		if lease.Name == "" {
			row := workLease{Name: chore.Name}
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
				return err
			}
		}
		until := tx.Now().Add(leaseFor)
		change := tx.Model(&workLease{}).Where("name = ? AND lease_epoch = ?", chore.Name, lease.LeaseEpoch).
			Updates(map[string]any{"lease_epoch": lease.LeaseEpoch + 1, "lease_until": until})
		taken = change.RowsAffected == 1
		return change.Error
	})
	lease.Name = chore.Name
	lease.LeaseEpoch++
	return lease, taken && err == nil, err
}

func (r *Runner) changeChore(ctx context.Context, lease workLease, columns map[string]any) error {
	return r.db.InTx(ctx, func(tx *storage.Tx) error {
		change := tx.Model(&workLease{}).Where("name = ? AND lease_epoch = ?", lease.Name, lease.LeaseEpoch).Updates(columns)
		if change.Error == nil && change.RowsAffected != 1 {
			return errLeaseLost
		}
		return change.Error
	})
}
