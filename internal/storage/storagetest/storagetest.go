// Package storagetest gives tests an empty, migrated database on every engine.
//
// Migrating takes longer than most tests, so it is done once in each process: SQLite
// tests get copies of one migrated file, and MySQL databases are emptied after a test
// and used again.
package storagetest

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"zique/internal/clock"
	"zique/internal/storage"
)

// Start is the time at which every test's clock stands until it is advanced.
var Start = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// Properties are checked a few times in every check; -rapid.checks=200 asks for more.
func init() {
	if err := flag.Set("rapid.checks", "30"); err != nil {
		panic(err)
	}
}

// TB is what tests and the runs of properties have in common.
type TB interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
	Cleanup(f func())
}

// Each runs test on SQLite and on the MySQL or MariaDB server that
// ZIQUE_TEST_MYSQL_DSN names. Without a server it fails: nothing is skipped.
func Each(t *testing.T, test func(t *testing.T, db *storage.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, open(t, storage.Config{Folder: SQLite(t)})) })
	t.Run("mysql", func(t *testing.T) { test(t, open(t, storage.Config{MySQLDSN: MySQL(t)})) })
}

// Property checks a property on every engine, each run on a database of its own, so that
// its seed is all that repeats it.
func Property(t *testing.T, property func(t *rapid.T, db *storage.DB)) {
	t.Helper()
	t.Run("sqlite", rapid.MakeCheck(func(rt *rapid.T) { property(rt, open(rt, storage.Config{Folder: SQLite(rt)})) }))
	t.Run("mysql", rapid.MakeCheck(func(rt *rapid.T) { property(rt, open(rt, storage.Config{MySQLDSN: MySQL(rt)})) }))
}

func open(t TB, cfg storage.Config) *storage.DB {
	t.Helper()
	db, err := storage.Open(context.Background(), cfg, clock.At(Start))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database: %v", err)
		}
	})
	return db
}

// migrated is the file of an empty SQLite database.
var migrated = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "zique-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := migrate(storage.Config{Folder: folder}); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(folder, "zique.db"))
})

func migrate(cfg storage.Config) error {
	db, err := storage.Open(context.Background(), cfg, clock.At(Start))
	if err != nil {
		return err
	}
	return db.Close()
}

// SQLite makes a folder with an empty, migrated database file in it.
func SQLite(t TB) string {
	t.Helper()
	file, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp("", "zique-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Errorf("remove the database: %v", err)
		}
	})
	if err := os.WriteFile(filepath.Join(folder, "zique.db"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	return folder
}
