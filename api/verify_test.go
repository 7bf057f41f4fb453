package main

import (
	"errors"
	"net/http"
	"regexp"
	"testing"

	"zique/internal/storage"
	"zique/internal/verify"
)

// sabotages are edits by hand in SQL: the invariant's name → a statement that breaks it.
// {table} is its first row.
var sabotages = map[string]string{
	"entries of a transaction sum to zero and are at least two":                                             `UPDATE ledger_entries SET amount_fen = amount_fen + 2 WHERE id = {ledger_entries}`,
	"every entry belongs to a transaction and an account":                                                   `DELETE FROM ledger_accounts WHERE id = {ledger_accounts}`,
	"the last checkpoint and the unsealed entries make the sum of all entries":                              `UPDATE ledger_checkpoints SET balance_fen = balance_fen + 1 WHERE seq = (SELECT size FROM ledger_heads)`,
	"every sealed entry has a checkpoint":                                                                   `DELETE FROM ledger_checkpoints WHERE seq = 1`,
	"every checkpoint belongs to an entry":                                                                  `UPDATE ledger_checkpoints SET entry_id = 5 WHERE seq = 1`,
	"a checkpoint adds its entry to the one before":                                                         `UPDATE ledger_checkpoints SET balance_fen = balance_fen + 1 WHERE seq = 1`,
	"sealed transactions are numbered without a gap, and the rest waits":                                    `UPDATE ledger_transactions SET seq = 1000000 WHERE seq = 1`,
	"no unsealed mark stands on a sealed transaction or on none":                                            `INSERT INTO ledger_unsealed (tx_id) SELECT id FROM ledger_transactions WHERE seq = 1`,
	"the instants of sealing never fall":                                                                    `INSERT INTO ledger_seals (seq, sealed_at) VALUES (1000000, 5)`,
	"a reversal is the opposite of one transaction that is none":                                            `INSERT INTO ledger_transactions (id, kind, reference, posted_at) VALUES (5, 'reversal', '6', 1)`,
	"a card's balance is its account's and lies between 0 and its face":                                     `UPDATE aid_cards SET balance_fen = balance_fen - 1 WHERE id = (SELECT id FROM (SELECT MIN(id) id FROM aid_cards WHERE balance_fen > 0) one)`,
	"a batch has as many cards as it says, of its face":                                                     `UPDATE card_batches SET card_count = card_count + 1 WHERE id = {card_batches}`,
	"stock is what its movements sum to and is not negative":                                                `UPDATE skus SET stock = stock + 1 WHERE id = {skus}`,
	"a line's units sold and returned are its stock movements":                                              `UPDATE stock_movements SET delta = delta - 1 WHERE reference_id = {order_lines}`,
	"a product's price is the lowest of its SKUs":                                                           `UPDATE products SET price_fen = price_fen + 1 WHERE id = {products}`,
	"every village has one collective":                                                                      `DELETE FROM organisations WHERE kind = 'village_collective'`,
	"an order's total is lines + freight - discounts + shares on top = payments":                            `UPDATE orders SET total_fen = total_fen + 1 WHERE id = {orders}`,
	"what was refunded lies within what was paid and bought":                                                `UPDATE refund_lines SET amount_fen = amount_fen + 1 WHERE id = {refund_lines}`,
	"a refund is what its tenders got back":                                                                 `UPDATE refunds SET amount_fen = amount_fen + 1 WHERE id = {refunds}`,
	"a payment's refunds are counted on it":                                                                 `UPDATE refund_payments SET amount_fen = amount_fen + 1 WHERE id = {refund_payments}`,
	"a line's share is its target, and what its share entries sum to":                                       `UPDATE order_lines SET share_fen = share_fen + 1 WHERE id = {order_lines}`,
	"every paid order is posted once, and no other":                                                         `UPDATE ledger_transactions SET reference = '5' WHERE kind = 'order_payment'`,
	"a paid order's payments are captured, an unpaid one's held or awaited, one given up's released":        `UPDATE order_payments SET status = 'held' WHERE id = {order_payments}`,
	"what cards gave for an order that waits is on its account":                                             `UPDATE ledger_accounts SET code = CONCAT('order:', (SELECT MIN(id) FROM orders), ':held') WHERE id = {ledger_accounts}`,
	"a row of a bank statement is posted once, and what was given back once":                                `INSERT INTO bank_rows (id, bank_day, bank_reference, paid_at, amount_fen, payer_cipher, status, why, charge_id, carried_reason, created_at) VALUES (5, '2026-01-01', 'r', 1, 1, '', 'difference', '', 0, '', 1)`,
	"a matched row of a bank statement is a capture, and every capture by bank a matched row":               `INSERT INTO bank_rows (id, bank_day, bank_reference, paid_at, amount_fen, payer_cipher, status, why, charge_id, carried_reason, created_at) VALUES (5, '2026-01-01', 'r', 1, 1, '', 'matched', '', 0, '', 1)`,
	"what came by bank and is nobody's yet is the differences, and what is owed back the transfers to make": `UPDATE ledger_accounts SET code = 'bank:unmatched' WHERE id = {ledger_accounts}`,
	"a closed bank day's rows are as they were":                                                             `INSERT INTO bank_days (bank_day, closed_at, closed_by, row_count, total_fen) VALUES ('2026-01-01', 1, 1, 1, 1)`,
	"a charge is paid by one capture, and then its order is":                                                `INSERT INTO charges (id, order_id, gateway, amount_fen, status, expires_at, created_at) VALUES (5, {orders}, 'x', 1, 'open', 1, 1)`,
	"no more goes back of a capture than came, and all of one that nobody waited for":                       `INSERT INTO captures (id, charge_id, gateway, reference, amount_fen, outcome, paid_at, created_at) VALUES (5, 6, 'x', 'r', 1, 'goes_back', 1, 1)`,
	"what a tender of a gateway got back is on its way once":                                                `UPDATE refund_payments SET tender = 'x' WHERE id = {refund_payments}`,
	"a gateway's account is what came through it less what went back":                                       `UPDATE ledger_accounts SET code = 'gateway:x' WHERE id = {ledger_accounts}`,
	"a line's net is its price less its discount, and discounts are spread over lines":                      `UPDATE sub_orders SET discount_fen = 1 WHERE id = {sub_orders}`,
	"what is held back of a line is what open refunds ask for":                                              `UPDATE order_lines SET reserved_fen = 1 WHERE id = {order_lines}`,
	"what is held back of a freight is what open refunds ask for":                                           `UPDATE sub_orders SET reserved_freight_fen = 1 WHERE id = {sub_orders}`,
	"a line's units are sent, came off, or wait":                                                            `UPDATE order_lines SET shipped_quantity = 1 WHERE id = {order_lines}`,
	"a sub-order's status is what became of its lines":                                                      `UPDATE sub_orders SET status = 'shipped' WHERE id = {sub_orders}`,
	"a share is pending until its sub-order is closed, then available":                                      `UPDATE share_entries SET stage = 'available' WHERE id = {share_entries}`,
	"a village's pending account holds its pending shares":                                                  `UPDATE share_entries SET amount_fen = amount_fen + 1 WHERE id = {share_entries}`,
	"what sales made available to a village is its available shares":                                        `UPDATE share_entries SET stage = 'available' WHERE id = {share_entries}`,
	"a closed sub-order is posted once, and no other":                                                       `UPDATE ledger_transactions SET kind = 'sub_order_close', reference = CONCAT('', (SELECT MIN(id) FROM sub_orders)) WHERE seq = 1`,
	"a cooperative's pending account holds its open lines' net without the share it bears":                  `UPDATE order_lines SET net_fen = net_fen + 1 WHERE id = {order_lines}`,
	"a cooperative's freight account holds its open sub-orders' freight":                                    `UPDATE sub_orders SET freight_fen = freight_fen + 1 WHERE id = {sub_orders}`,
	"what sales made available to a cooperative is its closed sub-orders":                                   `UPDATE sub_orders SET status = 'closed' WHERE id = {sub_orders}`,
	"a statement is what its account moved in its period, without payouts":                                  `INSERT INTO settlement_statements (id, settlement_id, org_id, kind, account, from_seq, to_seq, opening_fen, moved_fen, closing_fen, item_count, status, auto_confirmed, reason, answer, approval_id, payee_id, created_at, changed_at) VALUES (5, 6, 7, 'cooperative', 'x', 0, 0, 0, 9, 9, 0, 'issued', 0, '', '', 0, 0, 1, 1)`,
	"a statement opens where the one before it on the account ended":                                        `INSERT INTO settlement_statements (id, settlement_id, org_id, kind, account, from_seq, to_seq, opening_fen, moved_fen, closing_fen, item_count, status, auto_confirmed, reason, answer, approval_id, payee_id, created_at, changed_at) VALUES (5, 6, 7, 'cooperative', 'x', 3, 0, 0, 0, 0, 0, 'carried', 0, '', '', 0, 0, 1, 1)`,
	"a paid statement is posted once with its amount, and no other":                                         `INSERT INTO settlement_statements (id, settlement_id, org_id, kind, account, from_seq, to_seq, opening_fen, moved_fen, closing_fen, item_count, status, auto_confirmed, reason, answer, approval_id, payee_id, created_at, changed_at) VALUES (5, 6, 7, 'cooperative', 'x', 0, 0, 0, 9, 9, 0, 'paid', 0, '', '', 0, 0, 1, 1)`,
	"every payout pays a statement":                                                                         `UPDATE ledger_transactions SET kind = 'payout', reference = '5' WHERE seq = 1`,
	"a payable account holds its unpaid statements, what is carried, and what came since":                   `INSERT INTO settlement_statements (id, settlement_id, org_id, kind, account, from_seq, to_seq, opening_fen, moved_fen, closing_fen, item_count, status, auto_confirmed, reason, answer, approval_id, payee_id, created_at, changed_at) VALUES (5, 6, 7, 'cooperative', (SELECT MIN(code) FROM ledger_accounts), 0, 0, 0, 9, 9, 0, 'issued', 0, '', '', 0, 0, 1, 1)`,
	"a stored success names an order that exists":                                                           `UPDATE idempotency_keys SET result_id = 5 WHERE route = 'place-order'`,
	"a stored success names a refund that exists":                                                           `UPDATE idempotency_keys SET result_id = 5 WHERE route = 'refund-order'`,
	"every stored answer is complete":                                                                       `UPDATE idempotency_keys SET answer = NULL WHERE route = 'refund-order'`,
}

var firstRow = regexp.MustCompile(`\{(\w+)\}`)

var errUndo = errors.New("undo the sabotage")

func TestEveryInvariantFindsItsSabotage(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		p.oneRefund(t)
		db := p.database(t)
		p.seal(t)
		for _, inv := range verify.Invariants {
			statement, known := sabotages[inv.Name]
			if !known {
				t.Errorf("no sabotage shows that %q is found", inv.Name)
				continue
			}
			err := db.InTx(t.Context(), func(tx *storage.Tx) error {
				if err := tx.Exec(firstRow.ReplaceAllString(statement, "(SELECT id FROM (SELECT MIN(id) id FROM $1) one)")).Error; err != nil {
					return err
				}
				broken, err := verify.Check(tx.DB, nil)
				if err != nil {
					return err
				}
				for _, b := range broken {
					if b.Name == inv.Name && len(b.Rows) > 0 {
						return errUndo
					}
				}
				t.Errorf("%q was not found; found were %v", inv.Name, broken)
				return errUndo
			})
			if !errors.Is(err, errUndo) {
				t.Errorf("%q: %v", inv.Name, err)
			}
		}
	})
}

// oneRefund leaves one order with two units, of which one was given back.
func (p *program) oneRefund(t *testing.T) basket {
	t.Helper()
	b := p.basket(t)
	placed := p.place(t, b, b.order(2))
	r := p.call(t, b.token, "POST", "/orders/"+placed.text("id")+"/refunds", map[string]any{
		"reason": "x", "lines": []any{map[string]any{"line_id": placed.text("lines.0.id"), "quantity": 1}}}, "Idempotency-Key", p.key())
	if r.status != http.StatusCreated {
		t.Fatalf("refund: %s", r.raw)
	}
	return b
}
