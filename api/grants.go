package main

import (
	"context"
	"fmt"
	"io"

	"zique/internal/config"
	"zique/internal/storage"
)

// kept are the tables whose rows the program itself never deletes, nor changes but in the
// columns named; the database can be made to refuse that too.
var kept = map[string][]string{
	"ledger_transactions": {"seq"}, // once, by the sealer
	"ledger_entries":      nil,
	"ledger_checkpoints":  nil,
	"ledger_seals":        nil,
	"share_entries":       nil,
	"share_rules":         {"valid_until"},
	"stock_movements":     nil,
	"card_steps":          nil,
	"card_return_cards":   nil,
	"custody_balances":    nil,
	"issuer_revenues":     nil,
	"prepaid_alerts":      nil,
	"shipments":           nil,
	"shipment_lines":      nil,
	"captures":            nil,
	"refund_lines":        nil,
	"refund_payments":     nil,
	"audit_log":           nil,
	"bank_transfers_sent": nil,
	"ledger_heads":        {"size", "epoch"},
	"settlement_statements": {"status", "auto_confirmed", "confirm_by", "reason", "answer", "approval_id", "payee_id", "filed_at", "bank_reference", "paid_at",
		"carried_into", "carried_reason", "changed_at"},
}

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
	grants, err := house.db.Grants(ctx, account, kept)
	if err != nil {
		return err
	}
	for _, grant := range grants {
		fmt.Fprintln(stdout, grant)
	}
	return nil
}
