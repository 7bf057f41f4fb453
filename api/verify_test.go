package main

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"zique/internal/storage"
	"zique/internal/verify"
)

// sabotages are edits by hand in SQL: the invariant's name → a statement that breaks it.
// {table} is its first row.
var sabotages = map[string]string{
	"entries of a transaction sum to zero and are at least two":                                                              `UPDATE ledger_entries SET amount_fen = amount_fen + 2 WHERE id = {ledger_entries}`,
	"every entry belongs to a transaction and an account":                                                                    `DELETE FROM ledger_accounts WHERE id = {ledger_accounts}`,
	"the last checkpoint and the unsealed entries make the sum of all entries":                                               `UPDATE ledger_checkpoints SET balance_fen = balance_fen + 1 WHERE seq = (SELECT size FROM ledger_heads)`,
	"every sealed entry has a checkpoint":                                                                                    `DELETE FROM ledger_checkpoints WHERE seq = 1`,
	"every checkpoint belongs to an entry":                                                                                   `UPDATE ledger_checkpoints SET entry_id = 5 WHERE seq = 1`,
	"a checkpoint adds its entry to the one before":                                                                          `UPDATE ledger_checkpoints SET balance_fen = balance_fen + 1 WHERE seq = 1`,
	"sealed transactions are numbered without a gap":                                                                         `UPDATE ledger_transactions SET seq = 1000000 WHERE seq = 1`,
	"no unsealed mark stands on a sealed transaction or on none":                                                             `INSERT INTO ledger_unsealed (tx_id) SELECT id FROM ledger_transactions WHERE seq = 1`,
	"the instants of sealing never fall":                                                                                     `INSERT INTO ledger_seals (seq, sealed_at) VALUES (1000000, 5)`,
	"a reversal is the opposite of one correction":                                                                           `INSERT INTO ledger_transactions (id, kind, reference, posted_at) VALUES (5, 'reversal', '6', 1)`,
	"a card's balance is its account's and lies between 0 and its face":                                                      `UPDATE aid_cards SET balance_fen = balance_fen - 1 WHERE id = (SELECT id FROM (SELECT MIN(id) id FROM aid_cards WHERE balance_fen > 0) one)`,
	"a batch has as many cards as it says, of its face":                                                                      `UPDATE card_batches SET card_count = card_count + 1 WHERE id = {card_batches}`,
	"stock is what its movements sum to and is not negative":                                                                 `UPDATE skus SET stock = stock + 1 WHERE id = {skus}`,
	"a line's units sold and returned are its stock movements":                                                               `UPDATE stock_movements SET delta = delta - 1 WHERE reference_id = {order_lines}`,
	"a product's price is the lowest of its SKUs":                                                                            `UPDATE products SET price_fen = price_fen + 1 WHERE id = {products}`,
	"every village has one collective":                                                                                       `DELETE FROM organisations WHERE kind = 'village_collective'`,
	"an order's total is lines + freight - discounts + shares on top = payments":                                             `UPDATE orders SET total_fen = total_fen + 1 WHERE id = {orders}`,
	"what was refunded lies within what was paid and bought":                                                                 `UPDATE refund_lines SET amount_fen = amount_fen + 1 WHERE id = {refund_lines}`,
	"a refund is what its tenders got back":                                                                                  `UPDATE refunds SET amount_fen = amount_fen + 1 WHERE id = {refunds}`,
	"a payment's refunds are counted on it":                                                                                  `UPDATE refund_payments SET amount_fen = amount_fen + 1 WHERE id = {refund_payments}`,
	"a line's share is its target, and what its share entries sum to":                                                        `UPDATE order_lines SET share_fen = share_fen + 1 WHERE id = {order_lines}`,
	"every paid order is posted once, when it was paid, and no other":                                                        `UPDATE ledger_transactions SET reference = '5' WHERE id = (SELECT id FROM (SELECT MIN(id) id FROM ledger_transactions WHERE kind = 'order_payment') one)`,
	"a paid order's payments are captured, an unpaid one's held or awaited, one given up's released":                         `UPDATE order_payments SET status = 'held' WHERE id = {order_payments}`,
	"what cards gave for an order that waits is on its account":                                                              `UPDATE ledger_accounts SET code = CONCAT('order:', (SELECT MIN(id) FROM orders), ':held') WHERE id = {ledger_accounts}`,
	"a row of a bank statement is posted once, and what was given back once":                                                 `INSERT INTO bank_rows (id, bank_day, bank_reference, paid_at, amount_fen, payer_cipher, status, why, charge_id, carried_reason, created_at) VALUES (5, '2026-01-01', 'r', 1, 1, '', 'difference', '', 0, '', 1)`,
	"a matched row of a bank statement is a capture, or pays a batch of cards or a purchase order":                           `INSERT INTO bank_rows (id, bank_day, bank_reference, paid_at, amount_fen, payer_cipher, status, why, charge_id, carried_reason, created_at) VALUES (5, '2026-01-01', 'r', 1, 1, '', 'matched', '', 0, '', 1)`,
	"what came by bank and is nobody's yet is the differences, and what is owed back the transfers to make":                  `UPDATE bank_rows SET status = 'difference' WHERE status = 'returned'`,
	"a closed bank day's rows are as they were":                                                                              `INSERT INTO bank_days (bank_day, closed_at, closed_by, row_count, total_fen) VALUES ('2026-01-01', 1, 1, 1, 1)`,
	"a charge is paid by one capture, and then its order is":                                                                 `INSERT INTO charges (id, order_id, gateway, amount_fen, status, expires_at, created_at) VALUES (5, {orders}, 'x', 1, 'open', 1, 1)`,
	"no more goes back of a capture than came, and all of one that nobody waited for":                                        `INSERT INTO captures (id, charge_id, gateway, reference, amount_fen, outcome, paid_at, created_at) VALUES (5, 6, 'x', 'r', 1, 'goes_back', 1, 1)`,
	"what was paid in another amount than was asked for goes back because two people said so":                                `UPDATE captures SET outcome = 'amount_differs' WHERE id = (SELECT capture_id FROM (SELECT MIN(capture_id) capture_id FROM gateway_refunds) one)`,
	"what a tender of a gateway got back is on its way once":                                                                 `UPDATE refund_payments SET tender = 'x' WHERE id = {refund_payments}`,
	"a gateway's account is what came through it less what went back":                                                        `UPDATE ledger_accounts SET code = 'gateway:x' WHERE id = {ledger_accounts}`,
	"a certificate is what its villages grew":                                                                                `UPDATE certificate_villages SET share_fen = share_fen + 1 WHERE id = {certificate_villages}`,
	"a certificate says what had been bought when it was issued":                                                             `UPDATE certificates SET goods_fen = goods_fen + 1000000 WHERE id = {certificates}`,
	"only a certificate's last version stands":                                                                               `UPDATE certificates SET replaced_at = issued_at WHERE id = {certificates}`,
	"a line's campaign was open when it was ordered, and had its product":                                                    `UPDATE order_lines SET campaign_id = 5 WHERE id = {order_lines}`,
	"a line of goods that a campaign sold is in a campaign":                                                                  `INSERT INTO campaign_products (id, campaign_id, product_id, status, changed_at) SELECT 5, (SELECT MAX(id) FROM campaigns), l.product_id, 'accepted', 1 FROM order_lines l WHERE l.campaign_id = 0 AND l.product_id NOT IN (SELECT g.product_id FROM campaign_products g) LIMIT 1`,
	"a line's net is its price less its discount":                                                                            `UPDATE order_lines SET net_fen = net_fen - 1 WHERE id = {order_lines}`,
	"what is held back of a line is what open refunds ask for":                                                               `UPDATE order_lines SET reserved_fen = 1 WHERE id = {order_lines}`,
	"what is held back of a freight is what open refunds ask for":                                                            `UPDATE sub_orders SET reserved_freight_fen = 1 WHERE id = {sub_orders}`,
	"a line's units are sent, came off, or wait":                                                                             `UPDATE order_lines SET shipped_quantity = 1 WHERE id = {order_lines}`,
	"a sub-order's status is what became of its lines":                                                                       `UPDATE sub_orders SET status = 'shipped' WHERE id = {sub_orders}`,
	"a share is pending until its sub-order is closed, then available":                                                       `UPDATE share_entries SET stage = 'available' WHERE id = {share_entries}`,
	"a village's pending account holds its pending shares":                                                                   `UPDATE share_entries SET amount_fen = amount_fen + 1 WHERE id = {share_entries}`,
	"what sales made available to a village is its available shares":                                                         `UPDATE share_entries SET stage = 'available' WHERE id = {share_entries}`,
	"a closed sub-order is posted once, and no other":                                                                        `UPDATE ledger_transactions SET kind = 'sub_order_close', reference = CONCAT('', (SELECT MIN(id) FROM sub_orders)) WHERE seq = 1`,
	"a cooperative's pending account holds its open lines' net without the share it bears":                                   `UPDATE order_lines SET net_fen = net_fen + 1 WHERE id = {order_lines}`,
	"a cooperative's freight account holds its open sub-orders' freight":                                                     `UPDATE sub_orders SET freight_fen = freight_fen + 1 WHERE id = {sub_orders}`,
	"what sales made available to a cooperative is its closed sub-orders and paid purchase orders":                           `UPDATE sub_orders SET status = 'closed' WHERE id = {sub_orders}`,
	"a statement is what its account moved in its period, without payouts":                                                   `INSERT INTO settlement_statements (id, settlement_id, org_id, kind, account, from_seq, to_seq, opening_fen, moved_fen, closing_fen, item_count, status, auto_confirmed, reason, answer, approval_id, payee_id, created_at, changed_at) VALUES (5, 6, 7, 'cooperative', 'x', 0, 0, 0, 9, 9, 0, 'issued', 0, '', '', 0, 0, 1, 1)`,
	"only what is not paid is carried on, into a later statement of its account; what is not above zero into the next":       `UPDATE settlement_statements SET carried_into = id WHERE status = 'issued'`,
	"a statement begins where the one before it on the account ended, and opens with what is carried into it":                `INSERT INTO settlement_statements (id, settlement_id, org_id, kind, account, from_seq, to_seq, opening_fen, moved_fen, closing_fen, item_count, status, auto_confirmed, reason, answer, approval_id, payee_id, created_at, changed_at) VALUES (5, 6, 7, 'cooperative', 'x', 3, 0, 0, 0, 0, 0, 'carried', 0, '', '', 0, 0, 1, 1)`,
	"a paid statement is posted once with its amount, and no other":                                                          `INSERT INTO settlement_statements (id, settlement_id, org_id, kind, account, from_seq, to_seq, opening_fen, moved_fen, closing_fen, item_count, status, auto_confirmed, reason, answer, approval_id, payee_id, created_at, changed_at) VALUES (5, 6, 7, 'cooperative', 'x', 0, 0, 0, 9, 9, 0, 'paid', 0, '', '', 0, 0, 1, 1)`,
	"a payable account holds its unpaid statements, what is carried, and what came since":                                    `INSERT INTO settlement_statements (id, settlement_id, org_id, kind, account, from_seq, to_seq, opening_fen, moved_fen, closing_fen, item_count, status, auto_confirmed, reason, answer, approval_id, payee_id, created_at, changed_at) VALUES (5, 6, 7, 'cooperative', (SELECT MIN(code) FROM ledger_accounts), 0, 0, 0, 9, 9, 0, 'issued', 0, '', '', 0, 0, 1, 1)`,
	"an order is as old as the sale of its units":                                                                            `UPDATE orders SET created_at = created_at - 2592000000 WHERE id = {orders}`,
	"every stored answer is complete":                                                                                        `UPDATE idempotency_keys SET answer = NULL WHERE route = 'refund-order'`,
	"an order's discount is its sub-orders'":                                                                                 `UPDATE orders SET discount_fen = 1 WHERE id = {orders}`,
	"the journal's head is its last number":                                                                                  `DELETE FROM ledger_heads`,
	"a transaction that is not sealed waits for it":                                                                          `UPDATE ledger_transactions SET seq = NULL WHERE seq = 1`,
	"a transaction is posted before it is sealed":                                                                            `UPDATE ledger_seals SET sealed_at = sealed_at - 2592000000`,
	"a transaction posts a row that says so, at that row's instant":                                                          `UPDATE ledger_transactions SET posted_at = posted_at - 2592000000 WHERE id = {ledger_transactions}`,
	"a batch is paid for by its enterprise":                                                                                  `UPDATE card_batches SET enterprise_id = enterprise_id + 1 WHERE id = {card_batches}`,
	"a stock movement's sign and reference are of its kind":                                                                  `UPDATE stock_movements SET kind = 'returned' WHERE id = {stock_movements}`,
	"an order is as far as the least of its sub-orders":                                                                      `UPDATE orders SET status = 'closed' WHERE id = {orders}`,
	"a sub-order's status has its instants, and waits as long as its order is unpaid":                                        `UPDATE sub_orders SET status = 'awaiting_payment' WHERE id = {sub_orders}`,
	"what was sent of a line is in a shipment of its sub-order":                                                              `DELETE FROM shipments WHERE id = {shipments}`,
	"a payment was taken from the account of its tender":                                                                     `UPDATE order_payments SET card_id = card_id + 1 WHERE id = {order_payments}`,
	"what no card pays is asked for by one charge":                                                                           `DELETE FROM charges WHERE id = {charges}`,
	"a charge asks for what its payment says":                                                                                `UPDATE charges SET amount_fen = amount_fen + 1 WHERE id = {charges}`,
	"a capture is of its charge's gateway and amount, and posted alone where nobody waited for it":                           `UPDATE captures SET charge_id = charge_id + 1 WHERE id = {captures}`,
	"a capture's reference is the one that was logged":                                                                       `UPDATE captures SET reference = 'x' WHERE id = {captures}`,
	"what goes back through a gateway is of the capture that paid, and posted once it is done":                               `UPDATE gateway_refunds SET capture_id = capture_id + 1 WHERE id = {gateway_refunds}`,
	"a capture by bank is a row of a bank statement":                                                                         `UPDATE captures SET reference = 'x' WHERE gateway = 'bank_transfer'`,
	"what was given back of a bank row has the reference that was logged, and no other has one":                              `UPDATE bank_rows SET return_reference = 'x' WHERE id = {bank_rows}`,
	"a refund is its lines' goods and the shares that its posting took back":                                                 `UPDATE refunds SET share_reversed_fen = share_reversed_fen + 1 WHERE id = {refunds}`,
	"what a tender got back was posted to its account, and to the card that paid":                                            `UPDATE refund_payments SET card_id = card_id + 1 WHERE id = {refund_payments}`,
	"a line's village and rule are those of its share entries":                                                               `UPDATE order_lines SET village_id = village_id + 1 WHERE id = {order_lines}`,
	"a share entry is of a line, its rule, and a sale, refund or closing of it":                                              `UPDATE share_entries SET rule_id = rule_id + 1 WHERE id = {share_entries}`,
	"what share entries say of a village is what their transaction gave it":                                                  `UPDATE share_entries SET tx_id = tx_id + 1 WHERE id = {share_entries}`,
	"a line names a rule that was made":                                                                                      `UPDATE order_lines SET rule_id = 7 WHERE id = {order_lines}`,
	"a rule is as its lines froze it":                                                                                        `UPDATE share_rules SET rate_bp = rate_bp + 1 WHERE id = 1`,
	"a rule was in force when its lines were ordered, and reaches them":                                                      `UPDATE share_rules SET valid_until = 5 WHERE id = 1`,
	"a statement is of the organisation that owns its account":                                                               `UPDATE settlement_statements SET org_id = org_id + 1 WHERE id = {settlement_statements}`,
	"a statement that is paid, or may be, names an account of its organisation, and the bank's reference once it is":         `UPDATE settlement_statements SET payee_id = payee_id + 1 WHERE status = 'paid'`,
	"a batch that was sold is as it was ordered, and there once it is issued":                                                `UPDATE card_sales SET face_fen = face_fen + 1 WHERE id = {card_sales}`,
	"a batch that was sold was paid by one row of a bank statement before it was issued, and not unless it was":              `UPDATE bank_rows SET batch_id = batch_id + 1 WHERE batch_id <> 0`,
	"who confirmed, took the money in and issues a batch are different people, and others than who ordered":                  `UPDATE card_sales SET issued_by = funded_by WHERE id = {card_sales}`,
	"a card that is for somebody is of their batch, and has no secret":                                                       `UPDATE card_recipients SET batch_id = batch_id + 1`,
	"a batch of registered cards names somebody for each card":                                                               `DELETE FROM card_recipients WHERE id = {card_recipients}`,
	"a paid statement's bank reference is the one that was logged":                                                           `UPDATE settlement_statements SET bank_reference = 'x' WHERE status = 'paid'`,
	"a card is of a batch and has its face, and what was moved in; one that replaces another only that":                      `DELETE FROM card_batches WHERE id = {card_batches}`,
	"a batch is of a card program":                                                                                           `UPDATE card_batches SET program_id = program_id + 1 WHERE id = {card_batches}`,
	"a step that takes money off a card is posted once, to the card or the enterprise that it names":                         `UPDATE card_steps SET step = 'moved' WHERE id = {card_steps}`,
	"a card that was moved or replaced is void, and its successor is its holder's":                                           `UPDATE aid_cards SET holder_id = holder_id + 1 WHERE successor_id <> 0`,
	"a void card holds nothing, or what goods brought back since where nothing took its place":                               `UPDATE aid_cards SET balance_fen = 1 WHERE successor_id <> 0`,
	"cards that go back are void once that is approved, their face is its amount, and it is paid once":                       `UPDATE card_returns SET card_count = card_count + 1 WHERE id = {card_returns}`,
	"what is in custody is what was logged when two people recorded it":                                                      `INSERT INTO custody_balances (id, program_id, balance_day, amount_fen, source, created_at) VALUES (5, 6, '2026-01-01', 7, 'x', 1)`,
	"what an issuer earned is what was logged when two people recorded it":                                                   `INSERT INTO issuer_revenues (id, issuer, fiscal_year, amount_fen, source, created_at) VALUES (5, 'x', 2025, 7, 'x', 1)`,
	"the reference by which returned cards were paid is the one that was logged":                                             `UPDATE card_returns SET bank_reference = 'x' WHERE status = 'done'`,
	"only an anonymous card has a last day, and only such expire":                                                            `UPDATE aid_cards SET kind = 'registered' WHERE expires_at IS NOT NULL`,
	"a batch's face and what was moved in is what its cards hold, what they paid without what came back, and what left them": `UPDATE card_batches SET face_fen = face_fen + 1 WHERE id = {card_batches}`,
	"a card that was voided or given back is void":                                                                           `UPDATE aid_cards SET status = 'issued' WHERE status = 'void'`,
	"a stored success names what its route made":                                                                             `UPDATE idempotency_keys SET route = 'x' WHERE route = 'refund-order'`,
	"a sub-order's goods and discount are its lines'":                                                                        `UPDATE sub_orders SET discount_fen = 1 WHERE id = {sub_orders}`,
	"a card that was redeemed is the organisation's":                                                                         `UPDATE aid_cards SET holder_id = holder_id + 1`,
	"a redeemed row's card has its code and is in the wallet, or paid all of its order; no other row has either":             `UPDATE redemption_rows SET card_id = NULL WHERE id = {redemption_rows}`,
	"an order for a redeemed row is the only one of it":                                                                      `UPDATE redemption_rows SET order_id = order_id + 1 WHERE id = {redemption_rows}`,
	"a redemption counts its rows":                                                                                           `UPDATE redemptions SET redeemed = redeemed + 1 WHERE id = {redemptions}`,
	"a card that was claimed is its claimer's":                                                                               `UPDATE aid_cards SET holder_id = holder_id + 1`,
	"a line is of a sub-order of its order":                                                                                  `UPDATE order_lines SET sub_order_id = (SELECT MAX(id) FROM sub_orders) WHERE id = {order_lines}`,
	"an order was placed by its buyer":                                                                                       `UPDATE orders SET buyer_id = buyer_id + 1 WHERE id = {orders}`,
	"a sub-order is as it was placed":                                                                                        `UPDATE sub_orders SET cooperative_id = cooperative_id + 1 WHERE id = {sub_orders}`,
	"a line is as it was placed":                                                                                             `UPDATE order_lines SET village_id = village_id + 1 WHERE id = {order_lines}`,
	"a statement is paid, or may be, because two people said so of the account that it names":                                `UPDATE settlement_statements SET approval_id = 5 WHERE status = 'paid'`,
	"a statement's status is what the log says became of it":                                                                 `UPDATE settlement_statements SET status = 'approved' WHERE status = 'issued'`,
	"a statement is of a run, ends where it cut, and is closed with it":                                                      `UPDATE settlements SET status = 'closed' WHERE id = {settlements}`,
	"a run has the statements that it made":                                                                                  `DELETE FROM settlement_statements WHERE id = {settlement_statements}`,
	"a run is as far as the log says":                                                                                        `UPDATE settlements SET closed_at = 5 WHERE id = {settlements}`,
	"a run that the log says was started is there":                                                                           `DELETE FROM settlements WHERE id = {settlements}`,
	"a row of a bank statement is as it was taken in":                                                                        `UPDATE bank_rows SET taken_by = taken_by + 1 WHERE id = {bank_rows}`,
	"a refund by bank has the reference that was logged, and no other has one":                                               `UPDATE gateway_refunds SET reference = 'x' WHERE gateway = 'bank_transfer'`,
	"a bank day is closed because the log says so":                                                                           `UPDATE bank_days SET total_fen = total_fen + 1`,
	"a bank day that the log says was closed is":                                                                             `UPDATE bank_days SET closed_at = NULL`,
	"every sealing is remembered":                                                                                            `DELETE FROM ledger_seals WHERE seq = (SELECT seq FROM (SELECT MIN(seq) seq FROM ledger_seals) one)`,
	"an approval was asked for, and ended once as it says, by whom it says":                                                  `UPDATE approvals SET status = 'rejected' WHERE id = {approvals}`,
	"nobody approves what they asked for":                                                                                    `UPDATE approvals SET requested_by = decided_by WHERE id = {approvals}`,
	"an approval that the log says was asked for is there":                                                                   `DELETE FROM approvals WHERE id = {approvals}`,
	"a statement that is paid has a bank reference of its own":                                                               `UPDATE bank_transfers_sent SET reference = 'X' WHERE subject = 'statement'`,
	"a bank row that was given back has a bank reference of its own":                                                         `DELETE FROM bank_transfers_sent WHERE subject = 'bank_row'`,
	"a refund that was made by bank has a bank reference of its own":                                                         `UPDATE bank_transfers_sent SET subject = 'x' WHERE subject = 'gateway_refund'`,
	"a batch was bought for the campaign that its order named, or none":                                                      `UPDATE card_sales SET campaign_id = campaign_id + 1 WHERE id = {card_sales}`,
	"a purchase order's amounts are its lines'":                                                                              `UPDATE purchase_orders SET share_fen = share_fen + 1 WHERE id = {purchase_orders}`,
	"a line of a purchase order is due for what was accepted at its price, and its share is the rate of that":                `UPDATE purchase_order_lines SET share_fen = share_fen + 1 WHERE id = {purchase_order_lines}`,
	"a purchase order's rates are those of rules in force when it was approved":                                              `UPDATE purchase_order_lines SET rate_bp = rate_bp + 1 WHERE id = {purchase_order_lines}`,
	"a line of a purchase order is as it was asked for and accepted":                                                         `UPDATE purchase_order_lines SET village_id = village_id + 1 WHERE id = {purchase_order_lines}`,
	"a purchase order went as the log says, by whom it says":                                                                 `UPDATE purchase_orders SET cooperative_id = cooperative_id + 1 WHERE id = {purchase_orders}`,
	"a purchase order's status has its instants, and different people drafted, approved and accepted":                        `UPDATE purchase_orders SET accepted_by = approved_by WHERE id = {purchase_orders}`,
	"a purchase order that the log says was drafted is there":                                                                `DELETE FROM purchase_orders WHERE id = {purchase_orders}`,
	"a paid purchase order is posted once, goods to its cooperative, and was paid by a row of just its amount; no other is":  `UPDATE bank_rows SET amount_fen = amount_fen + 1 WHERE purchase_order_id <> 0`,
	"the shares of a paid purchase order are its lines' share entries":                                                       `DELETE FROM share_entries WHERE line_id = {purchase_order_lines}`,
	"a return of cards that was paid has a bank reference of its own":                                                        `DELETE FROM bank_transfers_sent WHERE subject = 'card_return'`,
	"a correction or a reversal moves what two people approved":                                                              `UPDATE approvals SET after_json = REPLACE(after_json, '-1250', '-1251') WHERE kind = 'ledger.correction'`,
	"what two people approved of the books is posted":                                                                        `UPDATE approvals SET kind = 'ledger.correction' WHERE id = {approvals}`,
	"a bulk order that was placed has all its orders, which sum to it, and another has none":                                 `UPDATE orders SET bulk_id = 0 WHERE id = (SELECT id FROM (SELECT MAX(id) id FROM orders WHERE bulk_id <> 0) one)`,
	"an order of a bulk order is of who ordered that, and of no row twice":                                                   `UPDATE orders SET bulk_row = 1 WHERE bulk_id <> 0`,
	"a bulk order is placed because the log says so, with as many orders at that sum":                                        `UPDATE audit_log SET after_json = '{"orders":1,"total_fen":1}' WHERE action = 'bulk_order.placed'`,
	"a bulk order's status has its instants, and holds a list while it waits only":                                           `UPDATE bulk_orders SET recipients_cipher = 'x' WHERE id = {bulk_orders}`,
	"a bulk order that was cancelled as a whole has no order that was not":                                                   `UPDATE bulk_orders SET status = 'cancelled', cancelled_at = 1 WHERE id = {bulk_orders}`,
	"a bank reference is used by a transfer that was made":                                                                   `INSERT INTO bank_transfers_sent (reference, subject, subject_id) VALUES ('X', 'statement', 5)`,
}

var firstRow = regexp.MustCompile(`\{(\w+)\}`)

var errUndo = errors.New("undo the sabotage")

func TestEveryInvariantFindsItsSabotage(t *testing.T) {
	eachPair(t, func(t *testing.T, p *program) {
		p.everyMovement(t)
		db := p.database(t)
		p.seal(t)
		for _, inv := range verify.Invariants {
			statement, known := sabotages[inv.Name]
			if !known {
				t.Errorf("no sabotage shows that %q is found", inv.Name)
				continue
			}
			statement = firstRow.ReplaceAllString(statement, "(SELECT id FROM (SELECT MIN(id) id FROM $1) one)")
			sabotaged(t, db, statement, []verify.Invariant{inv}, func(rows []int64) bool { return len(rows) > 0 })
		}
		for _, e := range edits {
			var row int64
			if err := db.Read(t.Context()).Raw("SELECT COALESCE(MIN(id), 0) FROM " + e.table + " WHERE " + e.where).Scan(&row).Error; err != nil || row == 0 {
				t.Errorf("no row of %s where %s (%v)", e.table, e.where, err)
				continue
			}
			if e.set == "" {
				sabotaged(t, db, fmt.Sprintf("DELETE FROM %s WHERE id = %d", e.table, row), verify.Invariants, func(rows []int64) bool { return len(rows) > 0 })
				continue
			}
			ofTable := slices.DeleteFunc(slices.Clone(verify.Invariants), func(inv verify.Invariant) bool { return inv.Table != e.table })
			sabotaged(t, db, fmt.Sprintf("UPDATE %s SET %s WHERE id = %d", e.table, e.set, row), ofTable, func(rows []int64) bool { return slices.Contains(rows, row) })
		}
	})
}

// sabotaged carries out a statement, wants it found by one of the invariants, and undoes it.
func sabotaged(t *testing.T, db *storage.DB, statement string, invariants []verify.Invariant, found func(rows []int64) bool) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx *storage.Tx) error {
		if err := tx.Exec(statement).Error; err != nil {
			return err
		}
		for _, inv := range invariants {
			rows, err := inv.Check(tx.DB)
			if err != nil {
				return err
			}
			if found(rows) {
				return errUndo
			}
		}
		t.Errorf("nobody finds: %s", statement)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Errorf("%s: %v", statement, err)
	}
}

// unpaid is true of the parts of an order that waits: a posting would tell of others.
const unpaid = "order_id IN (SELECT id FROM orders WHERE status = 'awaiting_payment')"

// edits are rewritten rows that verify must name; a row that is deleted it misses elsewhere.
var edits = []struct{ table, where, set string }{
	{"order_lines", "share_fen > 0", "village_id = village_id + 1"},
	{"order_lines", "share_fen > 0", "rule_id = rule_id + 1"},
	{"order_lines", "campaign_id > 0", "campaign_id = 5"},
	{"certificates", "version = 1", "goods_fen = goods_fen + 1"},
	{"certificates", "version = 1", "replaced_at = issued_at"},
	{"order_lines", unpaid, "village_id = village_id + 1"},
	{"order_lines", unpaid, "rule_id = rule_id + 1, rate_bp = rate_bp + 1"},
	{"order_lines", unpaid, "sub_order_id = (SELECT MIN(id) FROM sub_orders)"},
	{"sub_orders", unpaid, "cooperative_id = cooperative_id + 1"},
	{"sub_orders", unpaid, "freight_fen = freight_fen + 1"},
	{"orders", "status = 'awaiting_payment'", "buyer_id = buyer_id + 1"},
	{"share_entries", "1 = 1", "village_id = village_id + 1"},
	{"share_entries", "1 = 1", "rule_id = rule_id + 1"},
	{"share_entries", "1 = 1", "tx_id = (SELECT MAX(id) FROM ledger_transactions)"},
	{"share_rules", "id = 1", "rate_bp = rate_bp + 1"},
	{"share_rules", "id = 1", "valid_from = 4102444800000"},
	{"share_rules", "id = 1", "village_id = 5"},
	{"share_rules", "id = 1", "channel = 'x'"},
	{"order_payments", "tender = 'aid_card' AND status = 'captured'", "card_id = card_id + 1"},
	{"order_payments", "tender = 'aid_card' AND status = 'held'", "card_id = card_id + 1"},
	{"order_payments", "tender = 'local' AND status = 'captured'", "tender = 'bank_transfer'"},
	{"refund_payments", "tender = 'aid_card'", "card_id = card_id + 1"},
	{"refunds", "status = 'refunded'", "share_reversed_fen = share_reversed_fen - 1"},
	{"charges", "status = 'paid'", "amount_fen = amount_fen + 1"},
	{"charges", "status = 'open'", "amount_fen = amount_fen + 1"},
	{"charges", "status = 'open'", ""},
	{"captures", "gateway = 'local'", "amount_fen = amount_fen + 1"},
	{"captures", "gateway = 'local'", "reference = 'x'"},
	{"captures", "gateway = 'local'", ""},
	{"gateway_refunds", "status = 'done'", "status = 'queued'"},
	{"settlement_statements", "status = 'paid'", "org_id = (SELECT MIN(id) FROM organisations)"},
	{"settlement_statements", "status = 'paid'", "payee_id = payee_id + 1"},
	{"settlement_statements", "status = 'paid'", "bank_reference = 'x'"},
	{"settlement_statements", "status = 'paid'", "bank_reference = NULL"},
	{"settlement_statements", "status = 'paid'", "account = (SELECT MIN(code) FROM ledger_accounts)"},
	{"settlement_statements", "status = 'issued'", "status = 'confirmed'"},
	{"settlement_statements", "status = 'issued'", "status = 'approved', approval_id = (SELECT MAX(id) FROM approvals), payee_id = (SELECT MAX(id) FROM payee_accounts)"},
	{"settlement_statements", "status = 'paid'", "settlement_id = settlement_id + 1"},
	{"settlement_statements", "status = 'issued'", "status = 'carried', confirm_by = NULL"},
	{"settlement_statements", "status = 'issued'", "carried_into = id"},
	{"settlement_statements", "status = 'issued'", ""},
	{"settlements", "status = 'open'", "to_seq = to_seq - 1"},
	{"settlements", "status = 'open'", "status = 'closed', closed_at = created_at"},
	{"idempotency_keys", "route = 'place-order'", "result_id = 5"},
	{"idempotency_keys", "route = 'refund-order'", "result_id = 5"},
	{"idempotency_keys", "route = 'ship-order'", "result_id = 5"},
	{"idempotency_keys", "route = 'begin-settlement'", "result_id = 5"},
	{"idempotency_keys", "route = 'pay-statement'", "result_id = 5"},
	{"approvals", "status = 'approved'", "status = 'pending'"},
	{"approvals", "status = 'approved'", "decided_by = decided_by + 1"},
	{"audit_log", "action = 'order.placed'", ""},
	{"audit_log", "action = 'approval.approved'", ""},
	{"audit_log", "action = 'settlement.made'", ""},
	{"orders", "status = 'closed'", "status = 'shipped'"},
	{"orders", "status = 'awaiting_payment'", "status = 'paid'"},
	{"orders", "paid_at IS NOT NULL", "status = 'cancelled'"},
	{"orders", "paid_at IS NOT NULL", "paid_at = paid_at - 2592000000"},
	{"orders", "paid_at IS NOT NULL", "created_at = created_at - 2592000000"},
	{"sub_orders", "status = 'paid'", "status = 'awaiting_payment'"},
	{"sub_orders", "status = 'paid'", "status = 'received'"},
	{"sub_orders", "status = 'closed'", "status = 'received'"},
	{"sub_orders", "status = 'awaiting_payment'", "status = 'cancelled'"},
	{"shipments", "1 = 1", ""},
	{"shipment_lines", "1 = 1", "shipment_id = shipment_id + 1"},
	{"stock_movements", "kind = 'sold'", "kind = 'released'"},
	{"stock_movements", "kind = 'returned'", "kind = 'released'"},
	{"ledger_transactions", "kind = 'refund'", "kind = 'order_payment'"},
	{"ledger_transactions", "kind = 'refund'", "reference = '5'"},
	{"ledger_transactions", "kind = 'order_payment'", "posted_at = posted_at - 2592000000"},
	{"ledger_transactions", "kind = 'payout'", "posted_at = posted_at + 2592000000"},
	{"ledger_transactions", "kind = 'correction'", "posted_at = posted_at - 2592000000"},
	{"ledger_transactions", "kind = 'correction'", "reference = '5'"},
	{"ledger_transactions", "kind = 'correction'", ""},
	{"ledger_transactions", "kind = 'reversal'", "kind = 'correction'"},
	{"ledger_transactions", "kind = 'reversal'", ""},
	{"approvals", "kind = 'ledger.correction'", "subject_id = 5"},
	{"approvals", "kind = 'ledger.reversal'", "subject_id = 5"},
	{"ledger_heads", "id = 1", "size = size - 1"},
	{"ledger_heads", "id = 1", ""},
	{"card_batches", "1 = 1", ""},
	{"card_batches", "1 = 1", "enterprise_id = enterprise_id + 1"},
	{"aid_cards", "1 = 1", "batch_id = batch_id + 1"},
	{"card_sales", "status = 'issued'", ""},
	{"card_sales", "status = 'issued'", "minted = minted - 1"},
	{"card_sales", "status = 'issued'", "status = 'issuing'"},
	{"card_sales", "status = 'issued'", "bank_row_id = 0"},
	{"card_sales", "status = 'issued'", "card_count = card_count + 1"},
	{"card_recipients", "1 = 1", ""},
	{"aid_cards", "status = 'void'", "status = 'active'"},
	{"aid_cards", "id IN (SELECT id FROM card_recipients)", "batch_id = (SELECT MIN(id) FROM card_batches)"},
	{"aid_cards", "successor_id <> 0", "status = 'active', frozen_for = ''"},
	{"aid_cards", "replaces_id <> 0", "replaces_id = replaces_id + 1"},
	{"aid_cards", "moved_in_fen > 0 AND replaces_id = 0", "moved_in_fen = moved_in_fen + 1, face_fen = face_fen + 1"},
	{"card_steps", "step = 'voided' AND amount_fen > 0", "amount_fen = amount_fen - 1"},
	{"card_steps", "step = 'replaced'", "to_card_id = card_id"},
	{"card_steps", "step = 'moved'", ""},
	{"card_steps", "step = 'returned'", ""},
	{"card_returns", "status = 'done'", "amount_fen = amount_fen + 1"},
	{"card_returns", "status = 'done'", "status = 'approved', bank_reference = NULL"},
	{"card_returns", "status = 'done'", "enterprise_id = enterprise_id + 1"},
	{"card_returns", "status = 'done'", ""},
	{"card_steps", "step = 'passed_on'", ""},
	{"purchase_orders", "status = 'paid'", "status = 'accepted', paid_at = NULL"},
	{"purchase_orders", "status = 'paid'", "bank_row_id = bank_row_id + 1"},
	{"purchase_orders", "status = 'paid'", "enterprise_id = enterprise_id + 1"},
	{"purchase_order_lines", "share_fen > 0", "accepted_quantity = accepted_quantity - 1, rejected_quantity = rejected_quantity + 1"},
	{"purchase_order_lines", "share_fen > 0", "rule_id = rule_id + 1"},
	{"purchase_order_lines", "share_fen > 0", ""},
	{"share_entries", "line_id IN (SELECT id FROM purchase_order_lines)", "village_id = village_id + 1"},
	{"bank_rows", "status = 'returned'", "return_reference = 'x'"},
	{"bank_rows", "status = 'returned'", "return_reference = NULL"},
	{"bank_rows", "status = 'returned'", "bank_day = '2026-01-01'"},
	{"gateway_refunds", "gateway = 'bank_transfer' AND status = 'done'", "reference = 'x'"},
	{"bulk_orders", "status = 'placed'", "total_fen = total_fen + 1"},
	{"bulk_orders", "status = 'placed'", "ordered_by = ordered_by + 1"},
	{"bulk_orders", "status = 'placed'", "status = 'quoted'"},
	{"bulk_orders", "status = 'placed'", ""},
	{"orders", "bulk_id <> 0", "org_id = org_id + 1"},
	{"idempotency_keys", "route = 'ask-bulk-order'", "result_id = 5"},
}

// everyMovement leaves a row of each kind behind that moves money: sales by card, gateway
// and bank, one that waits, refunds by each way, a closed sale, and a payout of it.
func (p *program) everyMovement(t *testing.T) basket {
	t.Helper()
	b := p.oneRefund(t)
	onCard := p.ok(t, http.StatusOK, b.token, "GET", "/cards", nil).fen("items.0.balance_fen")
	p.unpaid(t, b, onCard/b.price+1, b.cards[0])
	byGateway, charge := p.unpaid(t, b, 1)
	p.pays(t, charge, "once", http.StatusOK)
	p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+byGateway.text("id")+"/cancel", nil)
	p.paidOut(t, b)
	p.recalled(t, p.issued(t, p.batchFor(t, "13700000001", "13700000002")))
	p.cardsMoved(t, b)
	gifts := p.bulker(t, 4, 500_00, 10)
	p.bulkAsked(t, gifts, gifts.gifts(1, people(2)))
	p.paidPurchase(t, "PO1")

	member, byBank := p.byBank(t, 1)
	county, federation := p.signIn(t, "13900000004"), p.signIn(t, "13900000005")
	own := p.goodsOfDemoCooperative(t)
	p.season(t, county, own.other)
	p.ok(t, http.StatusOK, b.token, "POST", "/orders/"+p.buy(t, p.basket(t), own.other).text("id")+"/certificate", nil)
	p.sql(t, "UPDATE campaigns SET published_at = opens_at")
	p.importBank(t, county, false, statementFile(statement{"B1", yesterday, "", 5},
		statement{"B2", yesterday, byBank.text("transfer.remittance_code"), byBank.fen("total_fen")}))
	_, rows := p.differences(t, county)
	asked := p.ok(t, http.StatusAccepted, county, "POST", "/ops/bank-rows/"+rows["B1"]+"/give-back", map[string]any{"bank_reference": "OUT1", "reason": "误付"})
	p.ok(t, http.StatusOK, federation, "POST", "/approvals/"+asked.text("id")+"/approve", nil)
	p.ok(t, http.StatusOK, member.token, "POST", "/orders/"+byBank.text("id")+"/cancel", nil)
	transfer := p.ok(t, http.StatusOK, county, "GET", "/ops/refund-transfers", nil).text("items.0.id")
	p.ok(t, http.StatusNoContent, federation, "POST", "/ops/refund-transfers/"+transfer+"/done", map[string]any{"bank_reference": "OUT2"})
	p.ok(t, http.StatusOK, county, "POST", "/ops/bank-days/"+yesterday+"/close", map[string]any{})
	p.corrected(t, county, federation)
	codes := p.ok(t, http.StatusOK, "", "GET", "/demo", nil)
	p.ok(t, http.StatusOK, b.token, "POST", "/cards/claim", map[string]any{"code": codes.text("card_codes.0")})
	secretary := p.signIn(t, secretaryPhone)
	redeemed := p.redeem(t, secretary, map[string]any{"rows": []any{rowFor(b, codes.text("card_codes.1"), 1)}, "mode": "valid_rows"})
	if now := p.redeemed(t, secretary, redeemed.text("id")); now.fen("redeemed") != 1 {
		t.Fatalf("redeemed: %s %q", now.raw, p.outcomes(t, secretary, redeemed.text("id")))
	}
	return b
}

// paidOut closes a sale, settles it and pays its cooperative.
func (p *program) paidOut(t *testing.T, b basket) {
	t.Helper()
	owner, _ := p.closedSale(t, b, 2)
	p.payable(t, owner, "13900000004")
	county := p.signIn(t, "13900000004")
	run := p.settled(t, county)
	statement := p.ok(t, http.StatusOK, owner, "GET", "/coop/statements", nil).text("items.0.id")
	p.approved(t, owner, run, statement)
	p.saved(t, county, "/ops/settlements/"+run+"/payout-file?format=csv")
	p.paysOut(t, statement, `N"<1>\\`).made(t)
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
