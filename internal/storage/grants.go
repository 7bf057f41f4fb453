package storage

import (
	"context"
	"fmt"
	"strings"

	"zique/internal/fault"
)

// Refusals of what an account cannot be granted.
var (
	ErrNoAccounts = fault.New(fault.Invalid, "no_accounts", "SQLite has no accounts: grants are for MySQL and MariaDB")
	ErrNotAccount = fault.New(fault.Invalid, "not_an_account", "an account is written user@host")
)

// CanGrant fails with ErrNoAccounts or ErrNotAccount, without looking at the database.
func CanGrant(cfg Config, account string) error {
	if cfg.MySQLDSN == "" {
		return ErrNoAccounts
	}
	_, err := grantee(account)
	return err
}

func grantee(account string) (string, error) {
	at := strings.LastIndex(account, "@")
	if at < 1 || at == len(account)-1 {
		return "", ErrNotAccount
	}
	return quoted(account[:at]) + "@" + quoted(account[at+1:]), nil
}

// Grants are the statements that let an account, user@host, run the program on the
// migrated database and nothing more: it reads and inserts rows, changes and deletes them
// but in the tables of kept, and does not change the schema. kept says for a table which
// columns may change of a row once it is inserted; without any, none. The statements name
// each table, since a grant on the whole database could not be taken back for one.
func (db *DB) Grants(ctx context.Context, account string, kept map[string][]string) ([]string, error) {
	grantee, err := grantee(account)
	if err != nil {
		return nil, err
	}
	tables, err := db.tables(ctx)
	if err != nil {
		return nil, err
	}
	var database string
	if err := db.Read(ctx).Raw("SELECT DATABASE()").Scan(&database).Error; err != nil {
		return nil, err
	}
	grants := make([]string, len(tables))
	for i, table := range tables {
		rights := "SELECT, INSERT, UPDATE, DELETE"
		changing, isKept := kept[table]
		switch {
		case strings.HasPrefix(table, "goose_"):
			rights = "SELECT" // to see that nothing is to be migrated
		case isKept && len(changing) > 0:
			rights = "SELECT, INSERT, UPDATE (" + strings.Join(changing, ", ") + ")"
		case isKept:
			rights = "SELECT, INSERT"
		}
		grants[i] = fmt.Sprintf("GRANT %s ON `%s`.`%s` TO %s;", rights, strings.ReplaceAll(database, "`", "``"), table, grantee)
	}
	return grants, nil
}

// quoted is a name as a string of SQL, whatever letters it has.
func quoted(name string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `''`).Replace(name) + "'"
}
