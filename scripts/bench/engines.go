package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// engines are the two databases, of the program and of the bare client, on one server.
type engines struct {
	server, version       string
	programDSN, bareDSN   string
	redis                 string
	programName, bareName string
}

// findEngines refuses a server that does not flush every commit: it would flatter whoever
// commits more often.
func findEngines(ctx context.Context) (*engines, error) {
	e := &engines{server: os.Getenv("ZIQUE_TEST_MYSQL_DSN"), redis: os.Getenv("ZIQUE_TEST_REDIS_URL"), programName: "zique_test_bench", bareName: "zique_test_bench_bare"}
	admin, err := sql.Open("mysql", e.server)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	var flush int
	if err := admin.QueryRowContext(ctx, "SELECT @@innodb_flush_log_at_trx_commit, VERSION()").Scan(&flush, &e.version); err != nil {
		return nil, err
	}
	if flush != 1 {
		return nil, errors.New("the server has innodb_flush_log_at_trx_commit other than 1")
	}
	for name, dsn := range map[string]*string{e.programName: &e.programDSN, e.bareName: &e.bareDSN} {
		for _, statement := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"} {
			if _, err := admin.ExecContext(ctx, statement); err != nil {
				return nil, err
			}
		}
		cfg, err := mysql.ParseDSN(e.server)
		if err != nil {
			return nil, err
		}
		cfg.DBName = name
		*dsn = cfg.FormatDSN()
	}
	return e, nil
}

func (e *engines) drop() {
	admin, err := sql.Open("mysql", e.server)
	if err != nil {
		return
	}
	defer admin.Close()
	for _, name := range []string{e.programName, e.bareName} {
		_, _ = admin.Exec("DROP DATABASE IF EXISTS " + name) // the engine ends with the run
	}
}

// rows counts the rows of every table of a database.
func (e *engines) rows(ctx context.Context, database string) (map[string]int64, error) {
	admin, err := sql.Open("mysql", e.server)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	counts := map[string]int64{}
	for _, table := range written {
		var n int64
		if err := admin.QueryRowContext(ctx, fmt.Sprintf("SELECT COUNT(*) FROM %s.%s", database, table)).Scan(&n); err != nil {
			return nil, err
		}
		counts[table] = n
	}
	return counts, nil
}

// written are the tables that an order adds rows to. Unsealed marks go away again.
var written = strings.Fields(`idempotency_keys orders sub_orders order_lines order_payments stock_movements
	ledger_transactions ledger_entries share_entries audit_log`)
