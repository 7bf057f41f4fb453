// Package storage is the only place that knows which engines there are. It opens
// SQLite (embedded) or MySQL/MariaDB and Redis (in-process or a server), migrates,
// and gives the domain four things: Tx for what must be atomic, Read for queries,
// Snapshot for a consistent view, and ids and times that all replicas agree on.
//
// The one order in which a transaction takes locks, so that none waits in a
// circle: the job whose step it is, approvals, users with their sessions and roles,
// the rules of shares, all of them, orders, sub-orders, order lines, SKUs, card programs,
// card batches, cards, their recipients, accounts, villages, organisations, under an
// organisation's lock its memberships, invitations, documents and payee accounts, files,
// and last idempotency keys; within each, ascending.
package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"zique/internal/clock"
	"zique/internal/fault"
	"zique/internal/id"
)

// ErrAgain undoes a transaction and runs it again: another one was faster. See InTx.
var ErrAgain = errors.New("storage: another transaction was faster")

// ErrOutcomeUnknown is returned when the connection was lost while COMMIT was
// under way: the transaction may or may not have happened. Resolve it by reading
// something the transaction would have written; never report it as refused.
var ErrOutcomeUnknown = fault.New(fault.Unavailable, "outcome_unknown",
	"it is not known yet whether this was carried out; ask again with the same key").After(2 * time.Second)

// ErrUnavailable is what callers see while the database is away or overloaded.
var ErrUnavailable = fault.New(fault.Unavailable, "unavailable",
	"the service cannot reach its database; try again shortly").After(2 * time.Second)

// Config says where the data lives. The zero value is the embedded database in ./data.
type Config struct {
	MySQLDSN string // go-sql-driver form; empty means SQLite
	Folder   string // folder of the SQLite file
	AsItIs   bool   // neither make the database nor migrate it: see ErrNoDatabase, ErrBehind
}

// Refusals of a database that is to be opened as it is.
var (
	ErrNoDatabase = errors.New("there is no database")
	ErrBehind     = errors.New("the database is of an earlier program: start this one once, which migrates it")
)

// DB is an open, migrated database with a leased node number.
type DB struct {
	write, read *gorm.DB
	dialect     dialect
	clock       *clock.Clock
	ids         *id.Source
	lease       *lease
	bells       sync.Map // of name to chan struct{}
}

// Open connects, migrates to the newest schema and leases a node number.
func Open(ctx context.Context, cfg Config, c *clock.Clock) (*DB, error) {
	db := &DB{clock: c, ids: id.NewSource(c)}
	var err error
	if cfg.MySQLDSN == "" {
		db.dialect = sqliteDialect
		if err := makeFile(cfg); err != nil {
			return nil, err
		}
		db.write, db.read, err = openSQLite(cfg.Folder)
	} else {
		db.dialect = mysqlDialect
		db.write, db.read, err = openMySQL(ctx, cfg.MySQLDSN)
	}
	if err != nil {
		return nil, err
	}
	if err := db.start(ctx, cfg); err != nil {
		return nil, errors.Join(err, db.closePools())
	}
	return db, nil
}

func (db *DB) start(ctx context.Context, cfg Config) error {
	if err := db.migrate(ctx, cfg); err != nil {
		return err
	}
	if err := db.measureOffset(ctx); err != nil {
		return err
	}
	return db.acquireNode(ctx)
}

// measureOffset sets the clock to the database's time when there is more than one
// machine to agree with: SQLite's clock is ours.
func (db *DB) measureOffset(ctx context.Context) error {
	if !db.dialect.lockSuffix {
		return nil
	}
	var remote int64
	before := time.Now()
	if err := db.write.WithContext(ctx).Raw(db.dialect.nowMillis).Scan(&remote).Error; err != nil {
		return fmt.Errorf("read the database's clock: %w", err)
	}
	middle := before.Add(time.Since(before) / 2)
	db.clock.SetOffset(time.UnixMilli(remote).Sub(middle))
	return nil
}

// Close gives the node number back and closes the connections.
func (db *DB) Close() error {
	return errors.Join(db.releaseNode(), db.closePools())
}

func (db *DB) closePools() error {
	var all error
	for _, p := range []*gorm.DB{db.write, db.read} {
		if p == nil {
			continue
		}
		pool, err := p.DB()
		if err == nil {
			err = pool.Close()
		}
		all = errors.Join(all, err)
	}
	return all
}

// Clock is the injected clock.
func (db *DB) Clock() *clock.Clock { return db.clock }

// Now is the injected clock's time.
func (db *DB) Now() clock.Millis { return db.clock.Now() }

// Ping tells whether the database answers and this program may make ids.
func (db *DB) Ping(ctx context.Context) error {
	pool, err := db.read.DB()
	if err != nil {
		return err
	}
	if err := pool.PingContext(ctx); err != nil {
		return err
	}
	_, err = db.ids.Next()
	return err
}

// PoolStats tells how busy the connections are, by what they are for.
func (db *DB) PoolStats() (map[string]sql.DBStats, error) {
	stats := map[string]sql.DBStats{}
	for name, of := range map[string]*gorm.DB{"read": db.read, "write": db.write} {
		pool, err := of.DB()
		if err != nil {
			return nil, err
		}
		stats[name] = pool.Stats()
	}
	return stats, nil
}

// Read is for queries outside a transaction; each sees what is committed.
func (db *DB) Read(ctx context.Context) *gorm.DB { return db.read.WithContext(ctx) }

// Snapshot runs look on one consistent, read-only view of the whole database.
func (db *DB) Snapshot(ctx context.Context, look func(view *gorm.DB) error) error {
	options := &sql.TxOptions{ReadOnly: db.dialect.lockSuffix, Isolation: db.dialect.snapshot}
	return db.Read(ctx).Transaction(look, options)
}

// Tx is one database transaction. What must be atomic takes a *Tx, so outside
// one it does not compile.
type Tx struct {
	*gorm.DB
	home  *DB
	after []func()
}

// Now is the injected clock's time.
func (tx *Tx) Now() clock.Millis { return tx.home.clock.Now() }

// NewID makes an id. When the node's lease is over the whole transaction fails
// with ErrUnavailable: see InTx.
func (tx *Tx) NewID() id.ID {
	next, err := tx.home.ids.Next()
	if err != nil {
		panic(leaseOver{})
	}
	return next
}

type leaseOver struct{}

// ForUpdate is the transaction with its next query locking the rows that it reads.
// On SQLite the transaction already holds the only write lock.
func (tx *Tx) ForUpdate() *gorm.DB {
	if !tx.home.dialect.lockSuffix {
		return tx.DB
	}
	return tx.DB.Clauses(clause.Locking{Strength: "UPDATE"})
}

// ForShare is ForUpdate for rows that must only stay as they are: many may hold them.
func (tx *Tx) ForShare() *gorm.DB {
	if !tx.home.dialect.lockSuffix {
		return tx.DB
	}
	return tx.DB.Clauses(sharing{})
}

// sharing is FOR SHARE, in the words that MariaDB knows too.
type sharing struct{}

func (sharing) Name() string { return "FOR" }

func (sharing) Build(clause.Builder) {}

func (sharing) MergeClause(c *clause.Clause) {
	c.Name, c.Expression = "", clause.Expr{SQL: "LOCK IN SHARE MODE"}
}

// LockByID reads the rows of dest's table with these ids into dest, locked, in
// ascending order. Missing ids are simply not in dest.
func (tx *Tx) LockByID(dest any, ids []id.ID) error {
	if len(ids) == 0 {
		return nil
	}
	sorted := slices.Clone(ids)
	slices.Sort(sorted)
	return tx.ForUpdate().Where("id IN ?", slices.Compact(sorted)).Order("id").Find(dest).Error
}

// HeldByOthers answers which of the rows of a model's table with these ids another
// transaction holds locked now. It waits for none; those that are free it locks.
func (tx *Tx) HeldByOthers(model any, ids []id.ID) ([]id.ID, error) {
	if len(ids) == 0 || !tx.home.dialect.lockSuffix {
		return nil, nil
	}
	var free []id.ID
	err := tx.Model(model).Clauses(clause.Locking{Strength: "UPDATE", Options: "NOWAIT"}).Where("id IN ?", ids).Pluck("id", &free).Error
	switch {
	case !isHeld(err):
		return nil, err
	case len(ids) == 1:
		return ids, nil
	}
	first, err := tx.HeldByOthers(model, ids[:len(ids)/2])
	if err != nil {
		return nil, err
	}
	second, err := tx.HeldByOthers(model, ids[len(ids)/2:])
	return append(first, second...), err
}

// AfterCommit registers what happens once the transaction is durable and may be
// lost when the program dies in between.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Nested runs f under a savepoint: when f fails, what it wrote is undone and the
// transaction goes on.
func (tx *Tx) Nested(f func() error) error {
	if err := tx.SavePoint("nested").Error; err != nil {
		return err
	}
	err := f()
	if err != nil {
		if back := tx.RollbackTo("nested").Error; back != nil {
			return errors.Join(back, err)
		}
	}
	return err
}

const (
	attempts   = 8
	firstPause = 4 * time.Millisecond
	patience   = 5 * time.Second // after which a transaction is not run again
)

// InTx runs f in one transaction at READ COMMITTED. A deadlock, a lock wait that
// timed out, a busy file and ErrAgain roll everything back and run f again, a bounded
// number of times with a jittered pause; so f has no effects outside the database.
//
// Errors of f come back unchanged. A database that is away, or busy for longer than
// a few seconds, is ErrUnavailable; a connection lost at COMMIT is ErrOutcomeUnknown.
func (db *DB) InTx(ctx context.Context, f func(tx *Tx) error) error {
	pause := firstPause
	began := time.Now()
	for attempt := 1; ; attempt++ {
		err := db.once(ctx, f)
		if err == nil || !isTransient(err) || attempt == attempts || time.Since(began) > patience {
			return PublicError(err)
		}
		select {
		case <-ctx.Done():
			return PublicError(ctx.Err())
		case <-time.After(pause/2 + rand.N(pause)):
		}
		pause *= 2
	}
}

// PublicError makes ErrUnavailable of an error that says that the engine is away,
// too slow or too busy. Faults and everything else come back unchanged.
func PublicError(err error) error {
	if _, known := fault.As(err); err == nil || known {
		return err
	}
	if isConnectionLost(err) || isTransient(err) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

func (db *DB) once(ctx context.Context, f func(tx *Tx) error) (err error) {
	begun := db.write.WithContext(ctx).Begin()
	if begun.Error != nil {
		return begun.Error
	}
	open := true
	defer func() {
		if open {
			begun.Rollback()
		}
		if panicked := recover(); panicked != nil {
			if _, ok := panicked.(leaseOver); !ok {
				panic(panicked)
			}
			err = fmt.Errorf("%w: %w", ErrUnavailable, id.ErrLeaseOver)
		}
	}()
	tx := &Tx{DB: begun, home: db}
	if err := f(tx); err != nil {
		return err
	}
	open = false
	if err := begun.Commit().Error; err != nil {
		if isConnectionLost(err) {
			return fmt.Errorf("%w: %w", ErrOutcomeUnknown, err)
		}
		begun.Rollback()
		return err
	}
	for _, then := range tx.after {
		then()
	}
	return nil
}
