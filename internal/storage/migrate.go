package storage

import (
	"context"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// Numbered SQL, one folder a dialect; a test holds the two against each other.
//
//go:embed migrations
var migrations embed.FS

func (db *DB) migrate(ctx context.Context) error {
	folder, err := fs.Sub(migrations, "migrations/"+db.dialect.name)
	if err != nil {
		return err
	}
	pool, err := db.write.DB()
	if err != nil {
		return err
	}
	kind := database.DialectSQLite3
	if db.dialect.lockSuffix {
		kind = database.DialectMySQL
	}
	provider, err := goose.NewProvider(kind, pool, folder)
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return nil
}
