package storage

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

// Numbered SQL, one folder a dialect; a test holds the two against each other.
//
//go:embed migrations
var migrations embed.FS

func (db *DB) migrate(ctx context.Context, cfg Config) error {
	folder, err := fs.Sub(migrations, "migrations/"+db.dialect.name)
	if err != nil {
		return err
	}
	pool, err := db.write.DB()
	if err != nil {
		return err
	}
	kind := database.DialectSQLite3
	var options []goose.ProviderOption
	if db.dialect.lockSuffix { // several replicas may start at once, and a statement may take its time
		if pool, err = db.read.DB(); err != nil {
			return err
		}
		kind = database.DialectMySQL
		locker, err := lock.NewMySQLTableLocker(lock.WithTableLockTimeout(200*time.Millisecond, 300))
		if err != nil {
			return err
		}
		options = append(options, goose.WithLocker(locker))
	}
	provider, err := goose.NewProvider(kind, pool, folder, options...)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	current, err := db.isCurrent(ctx, provider)
	if err != nil {
		return err
	}
	if !current && cfg.AsItIs {
		return db.refuseToMigrate(ctx, cfg)
	}
	if !current {
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
	}
	return db.refuseLooseText(ctx)
}

// refuseToMigrate says why a database cannot be used as it is.
func (db *DB) refuseToMigrate(ctx context.Context, cfg Config) error {
	tables, err := db.tables(ctx)
	switch {
	case err != nil:
		return err
	case slices.Contains(tables, goose.DefaultTablename):
		return ErrBehind
	case cfg.MySQLDSN == "":
		return fmt.Errorf("%w in %s", ErrNoDatabase, cfg.Folder)
	}
	return fmt.Errorf("%w of the marketplace at the MySQL DSN", ErrNoDatabase)
}

// refuseLooseText fails when a column takes texts for equal that differ: names and
// searches would not mean the same on every database.
func (db *DB) refuseLooseText(ctx context.Context) error {
	if db.dialect.looseText == "" {
		return nil
	}
	var loose []string
	if err := db.Read(ctx).Raw(db.dialect.looseText).Scan(&loose).Error; err != nil {
		return fmt.Errorf("read the columns' collations: %w", err)
	}
	if len(loose) > 0 {
		return fmt.Errorf("the database's text must be utf8mb4_bin or ascii_bin; change with ALTER TABLE … MODIFY: %s", strings.Join(loose, ", "))
	}
	return nil
}

// isCurrent looks without writing, so that an account that may not change the schema can
// start the program on one that is migrated.
func (db *DB) isCurrent(ctx context.Context, provider *goose.Provider) (bool, error) {
	tables, err := db.tables(ctx)
	if err != nil || !slices.Contains(tables, goose.DefaultTablename) {
		return false, err
	}
	pending, err := provider.HasPending(ctx)
	if err != nil {
		return false, fmt.Errorf("read which migrations were made: %w", err)
	}
	return !pending, nil
}

func (db *DB) tables(ctx context.Context) (names []string, err error) {
	return names, db.Read(ctx).Raw(db.dialect.tableNames).Scan(&names).Error
}

// Shape lists the columns of every table of ours, in alphabetical order.
func (db *DB) Shape(ctx context.Context) (map[string][]string, error) {
	tables, err := db.tables(ctx)
	if err != nil {
		return nil, err
	}
	shape := make(map[string][]string, len(tables))
	for _, table := range tables {
		if strings.HasPrefix(table, "goose_") {
			continue // the migrations' own
		}
		var columns []string
		if err := db.Read(ctx).Raw(db.dialect.columnNames, table).Scan(&columns).Error; err != nil {
			return nil, err
		}
		slices.Sort(columns) // collations differ
		shape[table] = columns
	}
	return shape, nil
}
