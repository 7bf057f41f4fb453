package storage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zique/internal/clock"
	"zique/internal/id"
)

// How long a node number is leased, how often the lease is renewed, and how long
// before its end the program stops making ids.
const (
	leaseFor    = 60 * time.Second
	renewEvery  = 15 * time.Second
	retryEvery  = time.Second // while the last renewal failed
	leaseMargin = 10 * time.Second
)

type nodeLease struct {
	Node      int64 `gorm:"primaryKey;autoIncrement:false"`
	Epoch     int64
	ExpiresAt clock.Millis
	HighWater clock.Millis // no id of this node carries a later time
}

func (nodeLease) TableName() string { return "node_leases" }

// lease is the node number that this program holds, and the routine that renews it.
type lease struct {
	row  nodeLease
	stop context.CancelFunc
	done chan struct{}
}

// acquireNode takes the first node number whose lease is over, or a new one.
func (db *DB) acquireNode(ctx context.Context) error {
	var row nodeLease
	for range id.MaxNode {
		err := db.InTx(ctx, func(tx *Tx) (err error) {
			row, err = takeNode(tx)
			return err
		})
		if IsDuplicate(err) {
			continue // another program took the same new number first
		}
		if err != nil {
			return fmt.Errorf("lease a node number: %w", err)
		}
		db.holdNode(row)
		return nil
	}
	return errors.New("lease a node number: every try met another program")
}

func takeNode(tx *Tx) (nodeLease, error) {
	var rows []nodeLease
	if err := tx.ForUpdate().Order("node").Find(&rows).Error; err != nil {
		return nodeLease{}, err
	}
	now := tx.Now()
	for _, row := range rows {
		if row.ExpiresAt <= now {
			row.Epoch++
			row.ExpiresAt = now.Add(leaseFor)
			return row, tx.Model(&nodeLease{}).Where("node = ?", row.Node).
				Updates(map[string]any{"epoch": row.Epoch, "expires_at": row.ExpiresAt}).Error
		}
	}
	next := nodeLease{Node: int64(len(rows)), Epoch: 1, ExpiresAt: now.Add(leaseFor)}
	if next.Node > id.MaxNode {
		return nodeLease{}, errors.New("all node numbers are taken")
	}
	return next, tx.Create(&next).Error
}

func (db *DB) holdNode(row nodeLease) {
	db.ids.Lease(row.Node, row.HighWater, row.ExpiresAt.Add(-leaseMargin))
	ctx, stop := context.WithCancel(context.Background())
	db.lease = &lease{row: row, stop: stop, done: make(chan struct{})}
	go db.renewNode(ctx)
}

// renewNode prolongs the lease until Close. When the database is away the lease
// runs out and the program makes no more ids until it is back.
func (db *DB) renewNode(ctx context.Context) {
	defer close(db.lease.done)
	wait := renewEvery
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = renewEvery
		if err := db.prolong(ctx); err != nil {
			wait = retryEvery
		}
	}
}

// prolong writes a new end of the lease, guarded by its epoch. When another program
// has taken the number over meanwhile, it leases another one.
func (db *DB) prolong(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, renewEvery)
	defer cancel()
	held := db.lease.row
	until := db.Now().Add(leaseFor)
	high := db.ids.HighWater()
	var next *nodeLease
	err := db.InTx(ctx, func(tx *Tx) error {
		next = nil
		change := tx.Model(&nodeLease{}).Where("node = ? AND epoch = ?", held.Node, held.Epoch).
			Updates(map[string]any{"expires_at": until, "high_water": high})
		if change.Error != nil || change.RowsAffected == 1 {
			return change.Error
		}
		taken, err := takeNode(tx)
		next = &taken
		return err
	})
	if err != nil {
		return err
	}
	if next == nil {
		db.ids.Lease(held.Node, 0, until.Add(-leaseMargin))
		return nil
	}
	db.lease.row = *next
	db.ids.Lease(next.Node, next.HighWater, next.ExpiresAt.Add(-leaseMargin))
	return nil
}

// releaseNode lets the next program have the number at once.
func (db *DB) releaseNode() error {
	if db.lease == nil {
		return nil
	}
	db.lease.stop()
	<-db.lease.done
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	held := db.lease.row
	return db.InTx(ctx, func(tx *Tx) error {
		return tx.Model(&nodeLease{}).Where("node = ? AND epoch = ?", held.Node, held.Epoch).
			Updates(map[string]any{"expires_at": tx.Now(), "high_water": db.ids.HighWater()}).Error
	})
}
