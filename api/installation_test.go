package main

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zique/internal/seed"
	"zique/internal/storage"
	"zique/internal/storage/storagetest"
)

func productionSettings(key string) map[string]string {
	secret := strings.Repeat("s", 40)
	return map[string]string{"ZIQUE_MODE": "production", "ZIQUE_JWT_SECRET": secret, "ZIQUE_CARD_PEPPER": secret,
		"ZIQUE_DATA_KEY": hex.EncodeToString([]byte(strings.Repeat(key, 32))), "ZIQUE_SMS_URL": "http://127.0.0.1:9/", "ZIQUE_SMS_SECRET": secret}
}

// Whoever starts a database first says what it is; the other mode, or another key, is refused.
func TestADatabaseIsADemosOrARealOnes(t *testing.T) {
	engines := map[string]string{"ZIQUE_MYSQL_DSN": storagetest.MySQL(t), "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_DATA": t.TempDir()}
	production := productionSettings("k")
	otherKey := productionSettings("K")
	for _, c := range []struct {
		name     string
		settings map[string]string
		want     error
	}{
		{"first", production, nil}, {"again", production, nil},
		{"as a demo", map[string]string{"ZIQUE_MODE": "demo"}, seed.ErrRealData}, {"with another key", otherKey, seed.ErrOtherKeys},
	} {
		env := maps.Clone(engines)
		maps.Copy(env, c.settings)
		if err := run(t.Context(), []string{"verify"}, func(name string) string { return env[name] }, io.Discard); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestProductionDoesNotStartOnADemo(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		if p.env["ZIQUE_MYSQL_DSN"] == "" {
			return // production refuses embedded engines anyway
		}
		env := maps.Clone(p.env)
		maps.Copy(env, productionSettings("k"))
		if err := run(t.Context(), nil, func(name string) string { return env[name] }, io.Discard); !errors.Is(err, seed.ErrDemoData) {
			t.Errorf("started with %v", err)
		}
	})
}

// Of two programs on one data folder the second is refused; the commands beside a running
// program are not, and with servers many programs are meant to run.
func TestADataFolderServesOneProgram(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		if err := run(t.Context(), []string{"verify"}, p.getenv, io.Discard); err != nil {
			t.Errorf("verify beside the program: %v", err)
		}
		if err := run(t.Context(), []string{"user", "create", "--role", "auditor", "--phone", "13700000009"}, p.getenv, io.Discard); err != nil {
			t.Errorf("user create beside the program: %v", err)
		}
		if p.env["ZIQUE_MYSQL_DSN"] != "" {
			replica := &program{env: p.env}
			replica.base = replica.serve(t)
			replica.call(t, "", "GET", "/livez", nil)
			if said := replica.printed.String(); !strings.Contains(said, "Uploads: "+p.env["ZIQUE_DATA"]) {
				t.Errorf("the welcome names no folder: %s", said)
			}
			return
		}
		soon, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		err := run(soon, []string{"serve"}, p.getenv, io.Discard)
		if !errors.Is(err, storage.ErrInUse) || !strings.Contains(err.Error(), p.env["ZIQUE_DATA"]) {
			t.Errorf("the second program: %v", err)
		}
	})
}

// A folder that is misspelt is no green check of nothing, and what only looks makes nothing.
func TestBooksThatAreNotThereAreNotChecked(t *testing.T) {
	refused := func(env map[string]string, want error, args ...string) {
		t.Helper()
		if err := run(t.Context(), args, func(name string) string { return env[name] }, io.Discard); !errors.Is(err, want) {
			t.Errorf("%v: %v, want %v", args, err, want)
		}
	}
	void := fmt.Sprintf("zique_test_%d_void", os.Getpid())
	server := connect(t, os.Getenv("ZIQUE_TEST_MYSQL_DSN"))
	must := func(statement string, in *sql.DB) {
		t.Helper()
		if _, err := in.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	must("CREATE DATABASE "+void, server)
	t.Cleanup(func() { must("DROP DATABASE "+void, server) })
	servers := map[string]string{"ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo", "ZIQUE_DATA": t.TempDir()}
	at := func(dsn string) map[string]string {
		env := maps.Clone(servers)
		env["ZIQUE_MYSQL_DSN"] = dsn
		return env
	}
	refused(at(os.Getenv("ZIQUE_TEST_MYSQL_DSN")+void), storage.ErrNoDatabase, "verify")
	var tables int
	if err := server.QueryRow("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ?", void).Scan(&tables); err != nil || tables > 0 {
		t.Errorf("verify made %d tables (%v)", tables, err)
	}

	folder := t.TempDir()
	nowhere := map[string]string{"ZIQUE_DATA": filepath.Join(folder, "d5"), "ZIQUE_ADDR": taken(t)}
	refused(nowhere, storage.ErrNoDatabase, "verify")
	refused(nowhere, storage.ErrNoAccounts, "db", "grants", "--user", "app@host")
	refused(nowhere, syscall.EADDRINUSE, "serve")
	for _, wrong := range [][]string{{"--role", "king", "--phone", "13700000000"}, {"--role", "operator", "--phone", "137"}, {"--role", "operator", "--desk", "moon", "--phone", "13700000000"}} {
		if err := run(t.Context(), append([]string{"user", "create"}, wrong...), func(name string) string { return nowhere[name] }, io.Discard); err == nil {
			t.Errorf("%v were taken", wrong)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("who was refused left %v (%v)", left, err)
	}

	const last = "SELECT MAX(version_id) FROM (SELECT version_id FROM goose_db_version) v"
	older, dsn := storagetest.SQLite(t), storagetest.MySQL(t)
	file, err := sql.Open("sqlite", filepath.Join(older, "zique.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	for db, env := range map[*sql.DB]map[string]string{file: {"ZIQUE_DATA": older}, connect(t, dsn): at(dsn)} {
		var newest int
		if err := db.QueryRow(last).Scan(&newest); err != nil {
			t.Fatal(err)
		}
		must(fmt.Sprint("DELETE FROM goose_db_version WHERE version_id = ", newest), db)
		refused(env, storage.ErrBehind, "verify")
		must(fmt.Sprintf("INSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, 1)", newest), db)
		refused(env, nil, "verify")
	}
}

// taken is an address at which somebody listens.
func taken(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}
