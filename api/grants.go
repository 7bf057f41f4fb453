package main

import (
	"context"
	"fmt"
	"io"

	"zique/internal/config"
	"zique/internal/storage"
)

// insertOnly are the tables whose rows the program itself never changes or deletes; the
// database can be made to refuse that too.
var insertOnly = []string{"ledger_entries", "audit_log"}

// printGrants shows what the application's account needs, and no more.
func printGrants(ctx context.Context, settings config.Settings, account string, stdout io.Writer) error {
	if err := storage.CanGrant(database(settings), account); err != nil {
		return err
	}
	house, err := open(ctx, settings, stdout)
	if err != nil {
		return err
	}
	defer house.close()
	grants, err := house.db.Grants(ctx, account, insertOnly...)
	if err != nil {
		return err
	}
	for _, grant := range grants {
		fmt.Fprintln(stdout, grant)
	}
	return nil
}
