// Package verify checks the books. Each invariant is a query that must answer no
// row; all of them look at one snapshot. Run checks everything; Incremental, for a
// metric, checks what was sealed since it last looked.
package verify

import (
	"context"
	"fmt"
	"regexp"

	"gorm.io/gorm"

	"zique/internal/storage"
)

// Invariant is one rule. Query answers the rows that break it, as text in a column `broken`.
type Invariant struct {
	Name  string
	Query string
}

// ofSales sums an account's entries by sales, refunds and closing: without payouts.
const ofSales = `
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e
			JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_transactions t ON t.id = e.tx_id
			WHERE t.kind IN ('order_payment', 'refund', 'sub_order_close') GROUP BY a.code`

// borne is the part of a line's share that its cooperative gives.
const borne = `CASE WHEN l.share_bearer = 'seller' THEN l.share_fen ELSE 0 END`

// Invariants are all rules that hold at every moment.
var Invariants = []Invariant{
	{"entries of a transaction sum to zero and are at least two", `
		SELECT t.id broken FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.tx_id = t.id
		GROUP BY t.id HAVING COUNT(e.id) < 2 OR SUM(e.amount_fen) <> 0`},
	{"every entry belongs to a transaction and an account", `
		SELECT e.id broken FROM ledger_entries e LEFT JOIN ledger_transactions t ON t.id = e.tx_id
		LEFT JOIN ledger_accounts a ON a.id = e.account_id WHERE t.id IS NULL OR a.id IS NULL`},
	{"the last checkpoint and the unsealed entries make the sum of all entries", `
		SELECT a.id broken FROM ledger_accounts a
		WHERE COALESCE((SELECT c.balance_fen FROM ledger_checkpoints c WHERE c.account_id = a.id ORDER BY c.seq DESC LIMIT 1), 0)
			+ COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_unsealed u ON u.tx_id = e.tx_id WHERE e.account_id = a.id), 0)
			<> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0)`},
	{"every sealed entry has a checkpoint", `
		SELECT e.id broken FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id AND t.seq IS NOT NULL
		LEFT JOIN ledger_checkpoints c ON c.account_id = e.account_id AND c.seq = t.seq AND c.entry_id = e.id WHERE c.entry_id IS NULL`},
	{"every checkpoint belongs to an entry", `
		SELECT c.entry_id broken FROM ledger_checkpoints c LEFT JOIN ledger_entries e ON e.id = c.entry_id AND e.account_id = c.account_id
		LEFT JOIN ledger_transactions t ON t.id = e.tx_id WHERE t.seq IS NULL OR t.seq <> c.seq`},
	{"a checkpoint adds its entry to the one before", `
		WITH steps AS (SELECT entry_id, balance_fen - COALESCE(LAG(balance_fen) OVER (PARTITION BY account_id ORDER BY seq), 0) step_fen FROM ledger_checkpoints)
		SELECT s.entry_id broken FROM steps s JOIN ledger_entries e ON e.id = s.entry_id WHERE s.step_fen <> e.amount_fen`},
	{"sealed transactions are numbered without a gap, and the rest waits", `
		SELECT h.id broken FROM ledger_heads h
		WHERE h.size <> (SELECT COUNT(*) FROM ledger_transactions WHERE seq IS NOT NULL)
			OR h.size <> COALESCE((SELECT MAX(seq) FROM ledger_transactions), 0)
			OR h.size <> COALESCE((SELECT MAX(seq) FROM ledger_seals), 0)
			OR (SELECT COUNT(*) FROM ledger_transactions WHERE seq IS NULL) <> (SELECT COUNT(*) FROM ledger_unsealed)`},
	{"no unsealed mark stands on a sealed transaction or on none", `
		SELECT u.tx_id broken FROM ledger_unsealed u LEFT JOIN ledger_transactions t ON t.id = u.tx_id WHERE t.id IS NULL OR t.seq IS NOT NULL`},
	{"the instants of sealing never fall", `
		WITH steps AS (SELECT seq, sealed_at - LAG(sealed_at) OVER (ORDER BY seq) step_ms FROM ledger_seals)
		SELECT s.seq broken FROM steps s WHERE s.step_ms < 0`},
	{"a reversal is the opposite of one transaction that is none", `
		SELECT t.id broken FROM ledger_transactions t WHERE t.kind = 'reversal' AND (
			NOT EXISTS (SELECT 1 FROM ledger_transactions w WHERE w.id = CAST(t.reference AS SIGNED) AND w.kind <> 'reversal')
			OR EXISTS (SELECT 1 FROM ledger_entries e WHERE e.tx_id IN (t.id, CAST(t.reference AS SIGNED)) GROUP BY e.account_id HAVING SUM(e.amount_fen) <> 0))`},
	{"a card's balance is its account's and lies between 0 and its face", `
		SELECT c.id broken FROM aid_cards c LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('card:', c.id)
		WHERE c.balance_fen < 0 OR c.balance_fen > c.face_fen OR c.balance_fen <> COALESCE(s.sum_fen, 0)`},
	{"a batch has as many cards as it says, of its face", `
		SELECT b.id broken FROM card_batches b
		WHERE b.card_count <> (SELECT COUNT(*) FROM aid_cards c WHERE c.batch_id = b.id AND c.face_fen = b.face_fen)`},
	{"stock is what its movements sum to and is not negative", `
		SELECT s.id broken FROM skus s
		WHERE s.stock < 0 OR s.stock <> COALESCE((SELECT SUM(m.delta) FROM stock_movements m WHERE m.sku_id = s.id), 0)`},
	{"a line's units sold and returned are its stock movements", `
		SELECT l.id broken FROM order_lines l LEFT JOIN (
			SELECT m.reference_id, m.sku_id, SUM(m.delta) delta FROM stock_movements m GROUP BY m.reference_id, m.sku_id
		) s ON s.reference_id = l.id AND s.sku_id = l.sku_id
		WHERE l.restocked_quantity - l.quantity <> COALESCE(s.delta, 0)`},
	{"a product's price is the lowest of its SKUs", `
		SELECT p.id broken FROM products p WHERE p.price_fen <> (SELECT MIN(s.price_fen) FROM skus s WHERE s.product_id = p.id)`},
	{"every village has one collective", `
		SELECT v.id broken FROM villages v
		WHERE (SELECT COUNT(*) FROM organisations o WHERE o.village_id = v.id AND o.kind = 'village_collective') <> 1`},
	{"an order's total is lines + freight - discounts + shares on top = payments", `
		SELECT o.id broken FROM orders o
		WHERE o.total_fen <> o.goods_fen + o.freight_fen - o.discount_fen + o.on_top_fen
			OR o.on_top_fen <> COALESCE((SELECT SUM(l.on_top_fen) FROM order_lines l WHERE l.order_id = o.id), 0)
			OR o.goods_fen <> COALESCE((SELECT SUM(l.quantity * l.price_fen) FROM order_lines l WHERE l.order_id = o.id), 0)
			OR o.goods_fen - o.discount_fen <> COALESCE((SELECT SUM(l.net_fen) FROM order_lines l WHERE l.order_id = o.id), 0)
			OR o.goods_fen <> COALESCE((SELECT SUM(s.goods_fen) FROM sub_orders s WHERE s.order_id = o.id), 0)
			OR o.freight_fen <> COALESCE((SELECT SUM(s.freight_fen) FROM sub_orders s WHERE s.order_id = o.id), 0)
			OR o.total_fen <> COALESCE((SELECT SUM(p.amount_fen) FROM order_payments p WHERE p.order_id = o.id), 0)`},
	{"a paid order's payments are captured, an unpaid one's held or awaited, one given up's released", `
		SELECT p.id broken FROM order_payments p JOIN orders o ON o.id = p.order_id
		WHERE NOT ((o.paid_at IS NOT NULL AND p.status = 'captured')
			OR (o.paid_at IS NULL AND o.status = 'awaiting_payment' AND p.status IN ('held', 'awaited'))
			OR (o.paid_at IS NULL AND o.status = 'cancelled' AND p.status = 'released'))`},
	{"what cards gave for an order that waits is on its account", `
		SELECT o.id broken FROM orders o JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('order:', o.id, ':held')
		WHERE s.sum_fen <> COALESCE((SELECT SUM(p.amount_fen) FROM order_payments p WHERE p.order_id = o.id AND p.status = 'held'), 0)`},
	{"a charge is paid by one capture, and then its order is", `
		SELECT c.id broken FROM charges c JOIN orders o ON o.id = c.order_id
		WHERE (SELECT COUNT(*) FROM captures p WHERE p.charge_id = c.id AND p.outcome = 'pays_charge') <> CASE WHEN c.status = 'paid' THEN 1 ELSE 0 END
			OR (c.status = 'paid') <> (o.paid_at IS NOT NULL) OR (c.status = 'open') <> (o.status = 'awaiting_payment')`},
	{"no more goes back of a capture than came, and all of one that nobody waited for", `
		SELECT c.id broken FROM captures c LEFT JOIN (SELECT capture_id, SUM(amount_fen) sum_fen FROM gateway_refunds GROUP BY capture_id) r ON r.capture_id = c.id
		WHERE COALESCE(r.sum_fen, 0) > c.amount_fen OR (c.outcome = 'goes_back' AND COALESCE(r.sum_fen, 0) <> c.amount_fen)`},
	{"what a tender of a gateway got back is on its way once", `
		SELECT p.id broken FROM refund_payments p WHERE p.tender <> 'aid_card'
			AND COALESCE((SELECT SUM(g.amount_fen) FROM gateway_refunds g WHERE g.refund_payment_id = p.id), 0) <> p.amount_fen`},
	{"a gateway's account is what came through it less what went back", `
		SELECT a.id broken FROM ledger_accounts a WHERE a.code LIKE 'gateway:%'
			AND COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0) <> CASE
			WHEN a.code LIKE '%:refunds_due' THEN COALESCE((SELECT SUM(g.amount_fen) FROM gateway_refunds g WHERE g.status <> 'done' AND CONCAT('gateway:', g.gateway, ':refunds_due') = a.code), 0)
			ELSE COALESCE((SELECT SUM(g.amount_fen) FROM gateway_refunds g WHERE g.status = 'done' AND CONCAT('gateway:', g.gateway) = a.code), 0)
				- COALESCE((SELECT SUM(c.amount_fen) FROM captures c WHERE CONCAT('gateway:', c.gateway) = a.code), 0) END`},
	{"a row of a bank statement is posted once, and what was given back once", `
		SELECT r.id broken FROM bank_rows r
		WHERE (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'bank_receipt' AND t.reference = CONCAT('', r.id)) <> 1
			OR (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'bank_return' AND t.reference = CONCAT('', r.id)) <> CASE WHEN r.status = 'returned' THEN 1 ELSE 0 END
			OR r.amount_fen <> COALESCE((SELECT -SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id
				JOIN ledger_accounts a ON a.id = e.account_id AND a.code = 'bank' WHERE t.kind = 'bank_receipt' AND t.reference = CONCAT('', r.id)), 0)`},
	{"a matched row of a bank statement is a capture, and every capture by bank a matched row", `
		SELECT r.id broken FROM bank_rows r LEFT JOIN captures c ON c.gateway = 'bank_transfer' AND c.reference = r.bank_reference
		WHERE (r.status = 'matched') <> (c.id IS NOT NULL) OR (c.id IS NOT NULL AND (c.amount_fen <> r.amount_fen OR c.charge_id <> r.charge_id))
		UNION ALL SELECT c.id FROM captures c WHERE c.gateway = 'bank_transfer' AND NOT EXISTS (SELECT 1 FROM bank_rows r WHERE r.bank_reference = c.reference)`},
	{"what came by bank and is nobody's yet is the differences, and what is owed back the transfers to make", `
		SELECT a.id broken FROM ledger_accounts a WHERE a.code IN ('bank:unmatched', 'bank:refunds_due')
			AND COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0) <> CASE WHEN a.code = 'bank:unmatched'
			THEN COALESCE((SELECT SUM(r.amount_fen) FROM bank_rows r WHERE r.status = 'difference'), 0)
			ELSE COALESCE((SELECT SUM(g.amount_fen) FROM gateway_refunds g WHERE g.gateway = 'bank_transfer' AND g.status <> 'done'), 0) END`},
	{"a closed bank day's rows are as they were", `
		SELECT COALESCE(MIN(r.id), 0) broken FROM bank_days d LEFT JOIN bank_rows r ON r.bank_day = d.bank_day WHERE d.closed_at IS NOT NULL
		GROUP BY d.bank_day, d.row_count, d.total_fen HAVING COUNT(r.id) <> d.row_count OR COALESCE(SUM(r.amount_fen), 0) <> d.total_fen`},
	{"a line's net is its price less its discount, and discounts are spread over lines", `
		SELECT l.id broken FROM order_lines l WHERE l.net_fen <> l.quantity * l.price_fen - l.discount_fen OR l.discount_fen < 0 OR l.net_fen < 0
		UNION ALL SELECT s.id FROM sub_orders s WHERE s.discount_fen <> COALESCE((SELECT SUM(l.discount_fen) FROM order_lines l WHERE l.sub_order_id = s.id), 0)
		UNION ALL SELECT o.id FROM orders o WHERE o.discount_fen <> COALESCE((SELECT SUM(s.discount_fen) FROM sub_orders s WHERE s.order_id = o.id), 0)`},
	{"what was refunded lies within what was paid and bought", `
		SELECT l.id broken FROM order_lines l
		WHERE l.refunded_quantity < 0 OR l.refunded_quantity + l.reserved_quantity > l.quantity
			OR l.refunded_fen < 0 OR l.refunded_fen + l.reserved_fen > l.net_fen
			OR l.refunded_fen <> COALESCE((SELECT SUM(p.amount_fen) FROM refund_lines p JOIN refunds r ON r.id = p.refund_id WHERE p.line_id = l.id AND r.status = 'refunded'), 0)
			OR l.refunded_quantity <> COALESCE((SELECT SUM(p.quantity) FROM refund_lines p JOIN refunds r ON r.id = p.refund_id WHERE p.line_id = l.id AND r.status = 'refunded'), 0)`},
	{"what is held back of a line is what open refunds ask for", `
		SELECT l.id broken FROM order_lines l
		WHERE l.reserved_fen <> COALESCE((SELECT SUM(p.amount_fen) FROM refund_lines p JOIN refunds r ON r.id = p.refund_id
				WHERE p.line_id = l.id AND r.status IN ('requested', 'approved', 'returned')), 0)
			OR l.reserved_quantity <> COALESCE((SELECT SUM(p.quantity) FROM refund_lines p JOIN refunds r ON r.id = p.refund_id
				WHERE p.line_id = l.id AND r.status IN ('requested', 'approved', 'returned')), 0)`},
	{"what is held back of a freight is what open refunds ask for", `
		SELECT s.id broken FROM sub_orders s
		WHERE s.refunded_freight_fen + s.reserved_freight_fen > s.freight_fen
			OR s.reserved_freight_fen <> COALESCE((SELECT SUM(r.freight_fen) FROM refunds r
				WHERE r.sub_order_id = s.id AND r.status IN ('requested', 'approved', 'returned')), 0)`},
	{"a line's units are sent, came off, or wait", `
		SELECT l.id broken FROM order_lines l
		WHERE l.shipped_quantity + l.cancelled_quantity > l.quantity OR l.restocked_quantity < l.cancelled_quantity
			OR (l.order_id IN (SELECT o.id FROM orders o WHERE o.paid_at IS NOT NULL)
				AND (l.cancelled_quantity > l.refunded_quantity OR l.restocked_quantity > l.refunded_quantity))
			OR l.shipped_quantity <> COALESCE((SELECT SUM(p.quantity) FROM shipment_lines p WHERE p.line_id = l.id), 0)`},
	{"a sub-order's status is what became of its lines", `
		SELECT s.id broken FROM sub_orders s WHERE
			(s.status IN ('shipped', 'received', 'closed') AND EXISTS (SELECT 1 FROM order_lines l
				WHERE l.sub_order_id = s.id AND l.shipped_quantity + l.cancelled_quantity < l.quantity))
			OR (s.status IN ('awaiting_payment', 'paid', 'cancelled') AND EXISTS (SELECT 1 FROM order_lines l
				WHERE l.sub_order_id = s.id AND l.shipped_quantity > 0))
			OR (s.status = 'cancelled' AND s.order_id IN (SELECT o.id FROM orders o WHERE o.paid_at IS NOT NULL) AND (s.refunded_freight_fen < s.freight_fen OR EXISTS (SELECT 1 FROM order_lines l
				WHERE l.sub_order_id = s.id AND l.refunded_fen < l.net_fen)))`},
	{"a refund is what its tenders got back", `
		SELECT r.id broken FROM refunds r
		WHERE r.amount_fen <> r.goods_fen + r.freight_fen + r.on_top_fen
			OR (CASE WHEN r.status = 'refunded' THEN r.amount_fen ELSE 0 END)
				<> COALESCE((SELECT SUM(p.amount_fen) FROM refund_payments p WHERE p.refund_id = r.id), 0)`},
	{"a payment's refunds are counted on it", `
		SELECT p.id broken FROM order_payments p
		WHERE p.refunded_fen > p.amount_fen
			OR p.refunded_fen <> COALESCE((SELECT SUM(b.amount_fen) FROM refund_payments b WHERE b.payment_id = p.id), 0)`},
	{"a line's share is its target, and what its share entries sum to", `
		SELECT l.id broken FROM order_lines l JOIN orders o ON o.id = l.order_id
		WHERE (o.paid_at IS NULL AND l.share_fen <> 0)
			OR (o.paid_at IS NOT NULL AND (l.share_fen * 10000 > (l.net_fen - l.refunded_fen) * l.rate_bp + 5000
			OR l.share_fen * 10000 <= (l.net_fen - l.refunded_fen) * l.rate_bp - 5000))
			OR l.share_fen <> COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.line_id = l.id), 0)`},
	{"a share is pending until its sub-order is closed, then available", `
		SELECT l.id broken FROM order_lines l JOIN sub_orders s ON s.id = l.sub_order_id
		WHERE COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.line_id = l.id
			AND e.stage <> CASE WHEN s.status = 'closed' THEN 'available' ELSE 'pending' END), 0) <> 0`},
	{"a village's pending account holds its pending shares", `
		SELECT v.id broken FROM villages v LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('village:', v.id, ':pending')
		WHERE COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.village_id = v.id AND e.stage = 'pending'), 0)`},
	{"what sales made available to a village is its available shares", `
		SELECT v.id broken FROM villages v LEFT JOIN (` + ofSales + `
		) s ON s.code = CONCAT('village:', v.id, ':available')
		WHERE COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.village_id = v.id AND e.stage = 'available'), 0)`},
	{"every paid order is posted once, and no other", `
		SELECT o.id broken FROM orders o
		WHERE CASE WHEN o.paid_at IS NULL THEN 0 ELSE 1 END <> (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'order_payment' AND t.reference = CONCAT('', o.id))`},
	{"a closed sub-order is posted once, and no other", `
		SELECT s.id broken FROM sub_orders s
		WHERE (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'sub_order_close' AND t.reference = CONCAT('', s.id))
			> CASE WHEN s.status = 'closed' THEN 1 ELSE 0 END`},
	{"a cooperative's pending account holds its open lines' net without the share it bears", `
		SELECT c.id broken FROM organisations c LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('cooperative:', c.id, ':pending')
		WHERE c.kind = 'cooperative' AND COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(l.net_fen - l.refunded_fen - ` + borne + `)
			FROM sub_orders p JOIN orders o ON o.id = p.order_id AND o.paid_at IS NOT NULL
			JOIN order_lines l ON l.sub_order_id = p.id WHERE p.cooperative_id = c.id AND p.status <> 'closed'), 0)`},
	{"a cooperative's freight account holds its open sub-orders' freight", `
		SELECT c.id broken FROM organisations c LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('freight:', c.id, ':pending')
		WHERE c.kind = 'cooperative' AND COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(p.freight_fen - p.refunded_freight_fen)
			FROM sub_orders p JOIN orders o ON o.id = p.order_id AND o.paid_at IS NOT NULL
			WHERE p.cooperative_id = c.id AND p.status <> 'closed'), 0)`},
	{"what sales made available to a cooperative is its closed sub-orders", `
		SELECT c.id broken FROM organisations c LEFT JOIN (` + ofSales + `
		) s ON s.code = CONCAT('cooperative:', c.id, ':available')
		WHERE c.kind = 'cooperative' AND COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(l.net_fen - l.refunded_fen - ` + borne + `)
				FROM sub_orders p JOIN order_lines l ON l.sub_order_id = p.id WHERE p.cooperative_id = c.id AND p.status = 'closed'), 0)
			+ COALESCE((SELECT SUM(p.freight_fen - p.refunded_freight_fen) FROM sub_orders p WHERE p.cooperative_id = c.id AND p.status = 'closed'), 0)`},
	{"a statement is what its account moved in its period, without payouts", `
		SELECT s.id broken FROM settlement_statements s LEFT JOIN (
			SELECT p.id, SUM(e.amount_fen) sum_fen, COUNT(*) items FROM settlement_statements p
			JOIN ledger_accounts a ON a.code = p.account
			JOIN ledger_checkpoints c ON c.account_id = a.id AND c.seq > p.from_seq AND c.seq <= p.to_seq
			JOIN ledger_entries e ON e.id = c.entry_id JOIN ledger_transactions t ON t.id = e.tx_id AND t.kind <> 'payout'
			GROUP BY p.id
		) m ON m.id = s.id
		WHERE s.closing_fen <> s.opening_fen + s.moved_fen OR s.moved_fen <> COALESCE(m.sum_fen, 0) OR s.item_count <> COALESCE(m.items, 0)`},
	{"a statement opens where the one before it on the account ended", `
		WITH chain AS (SELECT id, from_seq, opening_fen, LAG(to_seq) OVER (PARTITION BY account ORDER BY from_seq) before_seq,
			LAG(closing_fen) OVER (PARTITION BY account ORDER BY from_seq) before_fen FROM settlement_statements)
		SELECT s.id broken FROM chain s WHERE s.from_seq <> COALESCE(s.before_seq, 0)
			OR s.opening_fen <> CASE WHEN s.before_fen < 0 THEN s.before_fen ELSE 0 END`},
	{"a paid statement is posted once with its amount, and no other", `
		SELECT s.id broken FROM settlement_statements s
		LEFT JOIN ledger_transactions t ON t.kind = 'payout' AND t.reference = CONCAT('', s.id)
		LEFT JOIN ledger_accounts a ON a.code = s.account
		LEFT JOIN ledger_entries e ON e.tx_id = t.id AND e.account_id = a.id
		WHERE (s.status IN ('paid', 'closed')) <> (t.id IS NOT NULL) OR (t.id IS NOT NULL AND COALESCE(e.amount_fen, 0) <> -s.closing_fen)
			OR (s.status = 'carried') <> (s.closing_fen <= 0)`},
	{"every payout pays a statement", `
		SELECT t.id broken FROM ledger_transactions t WHERE t.kind = 'payout'
			AND NOT EXISTS (SELECT 1 FROM settlement_statements s WHERE s.id = CAST(t.reference AS SIGNED))`},
	{"a payable account holds its unpaid statements, what is carried, and what came since", `
		SELECT s.id broken FROM (
			SELECT MAX(id) id, account, MAX(to_seq) to_seq, SUM(CASE WHEN status IN ('issued', 'disputed', 'confirmed', 'approved') THEN closing_fen ELSE 0 END) unpaid_fen
			FROM settlement_statements GROUP BY account
		) s JOIN ledger_accounts a ON a.code = s.account
		JOIN settlement_statements l ON l.account = s.account AND l.to_seq = s.to_seq
		WHERE COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0)
			<> s.unpaid_fen + CASE WHEN l.closing_fen < 0 THEN l.closing_fen ELSE 0 END
			+ COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id
				WHERE e.account_id = a.id AND t.kind <> 'payout' AND (t.seq > s.to_seq OR t.seq IS NULL)), 0)`},
	{"a stored success names an order that exists", `
		SELECT k.id broken FROM idempotency_keys k
		LEFT JOIN orders o ON o.id = k.result_id
		WHERE k.route = 'place-order' AND k.status = 201 AND o.id IS NULL`},
	{"a stored success names a refund that exists", `
		SELECT k.id broken FROM idempotency_keys k
		LEFT JOIN refunds r ON r.id = k.result_id
		WHERE k.route = 'refund-order' AND k.status = 201 AND r.id IS NULL`},
	{"every stored answer is complete", `
		SELECT k.id broken FROM idempotency_keys k WHERE k.status = 0 OR k.answer IS NULL`},
}

// Broken is an invariant with the first rows that break it.
type Broken struct {
	Invariant
	Rows []int64
}

const rowsNamed = 20

var ofTable = regexp.MustCompile(`broken FROM (\w+)`)

// Table is where the rows stand that break the invariant.
func (inv Invariant) Table() string {
	if found := ofTable.FindStringSubmatch(inv.Query); found != nil {
		return found[1]
	}
	return "rows"
}

// Run checks every invariant in one snapshot and calls progress after each.
func Run(ctx context.Context, db *storage.DB, progress func(Invariant, []int64)) ([]Broken, error) {
	var broken []Broken
	err := db.Snapshot(ctx, func(view *gorm.DB) (err error) {
		broken, err = Check(view, progress)
		return err
	})
	return broken, err
}

// Check is Run on a view that stands still.
func Check(view *gorm.DB, progress func(Invariant, []int64)) ([]Broken, error) {
	var broken []Broken
	for _, inv := range Invariants {
		var rows []int64
		if err := view.Raw(inv.Query + fmt.Sprintf(" LIMIT %d", rowsNamed)).Scan(&rows).Error; err != nil {
			return nil, fmt.Errorf("check %q: %w", inv.Name, err)
		}
		if len(rows) > 0 {
			broken = append(broken, Broken{inv, rows})
		}
		if progress != nil {
			progress(inv, rows)
		}
	}
	return broken, nil
}
