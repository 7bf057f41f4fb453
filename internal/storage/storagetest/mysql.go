package storagetest

import (
	"database/sql"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"zique/internal/storage"
)

// database is one on the test server, with what its migrations put into it.
type database struct {
	dsn    string
	pool   *sql.DB
	tables []string
	seeds  map[string][][]any // table → rows
}

// idle are the databases that no test uses.
var idle struct {
	sync.Mutex
	made int
	free []*database
}

// MySQL lends an empty, migrated database on the test server until the test ends, and
// answers its DSN.
func MySQL(t TB) string {
	t.Helper()
	server := os.Getenv("ZIQUE_TEST_MYSQL_DSN")
	if server == "" {
		t.Fatal("ZIQUE_TEST_MYSQL_DSN is not set: run `bash scripts/check`, or `bash scripts/check engines -- go test …`")
	}
	lent, err := lend(server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := lent.empty(); err != nil {
			t.Errorf("empty the test's database: %v", err)
			return
		}
		idle.Lock()
		defer idle.Unlock()
		idle.free = append(idle.free, lent)
	})
	return lent.dsn
}

func lend(server string) (*database, error) {
	idle.Lock()
	defer idle.Unlock()
	if last := len(idle.free) - 1; last >= 0 {
		lent := idle.free[last]
		idle.free = idle.free[:last]
		return lent, nil
	}
	if idle.made == 0 {
		if err := dropLeftOver(server); err != nil {
			return nil, err
		}
	}
	idle.made++
	return create(server, fmt.Sprintf("zique_test_%d_%d", os.Getpid(), idle.made))
}

func create(server, name string) (*database, error) {
	admin, err := sql.Open("mysql", server)
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	// Another collation than ours, as a server's default would be: it must not matter.
	if _, err := admin.Exec("CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"); err != nil {
		return nil, err
	}
	made := &database{dsn: strings.TrimSuffix(server, "/") + "/" + name, seeds: map[string][][]any{}}
	if err := migrate(storage.Config{MySQLDSN: made.dsn}); err != nil {
		return nil, err
	}
	if made.pool, err = sql.Open("mysql", made.dsn); err != nil {
		return nil, err
	}
	made.pool.SetMaxOpenConns(1)
	return made, made.look()
}

// look finds the tables and remembers the rows that belong to the empty database.
func (d *database) look() error {
	tables, err := d.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%'")
	if err != nil {
		return err
	}
	for _, row := range tables {
		table := string(row[0].([]byte))
		d.tables = append(d.tables, table)
		if table == "node_leases" {
			continue // of the program that migrated
		}
		if d.seeds[table], err = d.rows("SELECT * FROM " + table); err != nil {
			return err
		}
	}
	return nil
}

func (d *database) rows(query string) (all [][]any, err error) {
	found, err := d.pool.Query(query)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	for found.Next() {
		row, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, found.Err()
}

// empty brings the database back to what it was after its migrations.
func (d *database) empty() error {
	for _, table := range d.tables {
		if _, err := d.pool.Exec("DELETE FROM " + table); err != nil {
			return err
		}
		for _, row := range d.seeds[table] {
			marks := strings.TrimSuffix(strings.Repeat("?,", len(row)), ",")
			if _, err := d.pool.Exec("INSERT INTO "+table+" VALUES ("+marks+")", row...); err != nil {
				return err
			}
		}
	}
	return nil
}

var ofProcess = regexp.MustCompile(`^zique_test_(\d+)_\d+$`)

// dropLeftOver removes the databases of test processes that have ended.
func dropLeftOver(server string) error {
	admin, err := sql.Open("mysql", server)
	if err != nil {
		return err
	}
	defer admin.Close()
	names, err := (&database{pool: admin}).rows("SHOW DATABASES LIKE 'zique\\_test\\_%'")
	if err != nil {
		return err
	}
	for _, row := range names {
		name := string(row[0].([]byte))
		match := ofProcess.FindStringSubmatch(name)
		if match == nil {
			continue
		}
		if pid, err := strconv.Atoi(match[1]); err != nil || syscall.Kill(pid, 0) == nil {
			continue
		}
		if _, err := admin.Exec("DROP DATABASE IF EXISTS " + name); err != nil {
			return err
		}
	}
	return nil
}
