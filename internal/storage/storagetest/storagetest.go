// Package storagetest gives tests a fresh, migrated database on every engine.
package storagetest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"zique/internal/clock"
	"zique/internal/storage"
)

// Start is the time at which every test's clock stands until it is advanced.
var Start = time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)

// Each runs test on SQLite and on the MySQL or MariaDB server that
// ZIQUE_TEST_MYSQL_DSN names. Without a server it fails: nothing is skipped.
func Each(t *testing.T, test func(t *testing.T, db *storage.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, open(t, storage.Config{Folder: t.TempDir()})) })
	t.Run("mysql", func(t *testing.T) { test(t, open(t, storage.Config{MySQLDSN: MySQL(t)})) })
}

func open(t *testing.T, cfg storage.Config) *storage.DB {
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

// MySQL makes an empty database on the test server, dropped after the test, and
// answers its DSN.
func MySQL(t *testing.T) string {
	t.Helper()
	server := os.Getenv("ZIQUE_TEST_MYSQL_DSN")
	if server == "" {
		t.Fatal("ZIQUE_TEST_MYSQL_DSN is not set: run `bash scripts/check`, or `bash scripts/check engines -- go test …`")
	}
	name := fmt.Sprintf("zique_test_%d_%d", os.Getpid(), rand.Uint32())
	admin, err := sql.Open("mysql", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec("DROP DATABASE " + name)
		_ = admin.Close()
	})
	return strings.TrimSuffix(server, "/") + "/" + name
}
