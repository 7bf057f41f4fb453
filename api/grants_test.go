package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"zique/internal/ledger"
	"zique/internal/storage/storagetest"
)

// The engine itself keeps the program from rewriting history: an account with what
// `zique db grants` prints sells, refunds and seals, and cannot change an entry.
func TestAnAccountThatCannotRewriteHistoryIsEnough(t *testing.T) {
	dsn := storagetest.MySQL(t)
	owner, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	app := owner.Clone()
	app.User, app.Passwd = fmt.Sprintf("zique_test_%d", os.Getpid()), rand.Text()
	pool := connect(t, dsn)
	account := fmt.Sprintf("%s@127.0.0.1", app.User)
	if _, err := pool.Exec(fmt.Sprintf("CREATE USER '%s'@'127.0.0.1' IDENTIFIED BY '%s'", app.User, app.Passwd)); err != nil {
		t.Fatalf("%v (the tests' user needs CREATE USER: see scripts/lib/engines.sh)", err)
	}
	t.Cleanup(func() {
		if _, err := pool.Exec(fmt.Sprintf("DROP USER '%s'@'127.0.0.1'", app.User)); err != nil {
			t.Error(err)
		}
	})
	env := map[string]string{"ZIQUE_MYSQL_DSN": dsn, "ZIQUE_REDIS_URL": os.Getenv("ZIQUE_TEST_REDIS_URL"), "ZIQUE_MODE": "demo", "ZIQUE_DATA": t.TempDir()}
	var printed bytes.Buffer
	if err := run(t.Context(), []string{"db", "grants", "--user", account}, func(name string) string { return env[name] }, &printed); err != nil {
		t.Fatal(err)
	}
	for grant := range strings.Lines(printed.String()) {
		if _, err := pool.Exec(strings.TrimSuffix(strings.TrimSpace(grant), ";")); err != nil {
			t.Fatalf("%s: %v", grant, err)
		}
	}

	env["ZIQUE_MYSQL_DSN"] = app.FormatDSN()
	p := start(t, env) // whose books are checked under the same account when the test ends
	b := p.everyMovement(t)
	off := map[string]any{"valid_until": inAnHour().Add(time.Hour).Format(time.RFC3339), "reason": "不办了"}
	end := p.ok(t, http.StatusAccepted, p.signIn(t, "13900000004"), "POST", "/ops/share-rules/"+p.ruled(t, shareRule(inAnHour(), nil))+"/end", off)
	p.ok(t, http.StatusOK, p.signIn(t, "13900000005"), "POST", "/approvals/"+end.text("id")+"/approve", nil)
	db := p.database(t)
	if sealed, err := ledger.Seal(context.Background(), db); err != nil {
		t.Errorf("sealed %d: %v", sealed, err)
	}
	limited := connect(t, app.FormatDSN())
	shape, err := db.Shape(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for table, changing := range kept {
		refused := []string{"DELETE FROM " + table, "DROP TABLE " + table, "TRUNCATE " + table}
		for _, column := range shape[table] {
			if !slices.Contains(changing, column) {
				refused = append(refused, fmt.Sprintf("UPDATE %s SET %s = %s", table, column, column))
			}
		}
		for _, statement := range refused {
			_, err := limited.Exec(statement)
			var denied *mysql.MySQLError
			if !errors.As(err, &denied) || denied.Number != deniedOnTable && denied.Number != deniedOnColumn {
				t.Errorf("%s: %v, want it refused", statement, err)
			}
		}
	}
	if r := p.call(t, b.token, "GET", "/orders", nil); r.status != http.StatusOK {
		t.Errorf("%s", r.raw)
	}
}

const (
	deniedOnTable  = 1142
	deniedOnColumn = 1143
)

func TestGrantsAreForAnAccountOfAServer(t *testing.T) {
	env := map[string]string{"ZIQUE_DATA": storagetest.SQLite(t)}
	err := run(t.Context(), []string{"db", "grants", "--user", "app@host"}, func(name string) string { return env[name] }, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "SQLite has no accounts") {
		t.Errorf("on SQLite: %v", err)
	}
	env["ZIQUE_MYSQL_DSN"], env["ZIQUE_REDIS_URL"], env["ZIQUE_MODE"] = storagetest.MySQL(t), os.Getenv("ZIQUE_TEST_REDIS_URL"), "demo"
	for _, wrong := range []string{"", "app", "@host", "app@"} {
		err := run(t.Context(), []string{"db", "grants", "--user", wrong}, func(name string) string { return env[name] }, &bytes.Buffer{})
		if err == nil || !strings.Contains(err.Error(), "user@host") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	var printed bytes.Buffer
	if err := run(t.Context(), []string{"db", "grants", "--user", `o'b\@%`}, func(name string) string { return env[name] }, &printed); err != nil || !strings.Contains(printed.String(), `TO 'o''b\\'@'%';`) {
		t.Errorf("%v\n%s", err, printed.String())
	}
}

func connect(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	pool, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}
