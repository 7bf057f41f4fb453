package verify

import (
	"fmt"
	"strings"

	"zique/internal/bank"
)

// skewMs is how many milliseconds apart two instants of one transaction may lie: the
// clock goes on inside it, and replicas' clocks differ.
const skewMs = `300000`

// ofJournal are rules about the ledger itself: entries, seals, checkpoints, and that each
// transaction posts a row of some other table.
var ofJournal = []Invariant{
	{"entries of a transaction sum to zero and are at least two", "ledger_transactions", `
		SELECT t.id broken FROM ledger_transactions t LEFT JOIN ledger_entries e ON e.tx_id = t.id
		GROUP BY t.id HAVING COUNT(e.id) < 2 OR SUM(e.amount_fen) <> 0`},
	{"every entry belongs to a transaction and an account", "ledger_entries", `
		SELECT e.id broken FROM ledger_entries e LEFT JOIN ledger_transactions t ON t.id = e.tx_id
		LEFT JOIN ledger_accounts a ON a.id = e.account_id WHERE t.id IS NULL OR a.id IS NULL`},
	{"the last checkpoint and the unsealed entries make the sum of all entries", "ledger_accounts", `
		SELECT a.id broken FROM ledger_accounts a
		WHERE COALESCE((SELECT c.balance_fen FROM ledger_checkpoints c WHERE c.account_id = a.id ORDER BY c.seq DESC LIMIT 1), 0)
			+ COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_unsealed u ON u.tx_id = e.tx_id WHERE e.account_id = a.id), 0)
			<> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0)`},
	{"every sealed entry has a checkpoint", "ledger_entries", `
		SELECT e.id broken FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id AND t.seq IS NOT NULL
		LEFT JOIN ledger_checkpoints c ON c.account_id = e.account_id AND c.seq = t.seq AND c.entry_id = e.id WHERE c.entry_id IS NULL`},
	{"every checkpoint belongs to an entry", "ledger_checkpoints", `
		SELECT c.entry_id broken FROM ledger_checkpoints c LEFT JOIN ledger_entries e ON e.id = c.entry_id AND e.account_id = c.account_id
		LEFT JOIN ledger_transactions t ON t.id = e.tx_id WHERE t.seq IS NULL OR t.seq <> c.seq`},
	{"a checkpoint adds its entry to the one before", "ledger_checkpoints", `
		WITH steps AS (SELECT entry_id, balance_fen - COALESCE(LAG(balance_fen) OVER (PARTITION BY account_id ORDER BY seq), 0) step_fen FROM ledger_checkpoints)
		SELECT s.entry_id broken FROM steps s JOIN ledger_entries e ON e.id = s.entry_id WHERE s.step_fen <> e.amount_fen`},
	{"sealed transactions are numbered without a gap", "ledger_transactions", `
		SELECT s.id broken FROM (SELECT id, seq, COALESCE(LAG(seq) OVER (ORDER BY seq), 0) before_seq FROM ledger_transactions WHERE seq IS NOT NULL) s
		WHERE s.seq <> s.before_seq + 1`},
	{"the journal's head is its last number", "ledger_heads", `
		SELECT COALESCE(MIN(h.id), 1) broken FROM ledger_heads h
		HAVING COUNT(*) <> 1 OR MIN(h.size) <> COALESCE((SELECT MAX(seq) FROM ledger_transactions), 0)
			OR MIN(h.size) <> COALESCE((SELECT MAX(seq) FROM ledger_seals), 0)`},
	{"every sealing is remembered", "ledger_heads", `
		SELECT h.id broken FROM ledger_heads h WHERE h.epoch <> (SELECT COUNT(*) FROM ledger_seals)`},
	{"a transaction that is not sealed waits for it", "ledger_transactions", `
		SELECT t.id broken FROM ledger_transactions t LEFT JOIN ledger_unsealed u ON u.tx_id = t.id WHERE t.seq IS NULL AND u.tx_id IS NULL`},
	{"no unsealed mark stands on a sealed transaction or on none", "ledger_unsealed", `
		SELECT u.tx_id broken FROM ledger_unsealed u LEFT JOIN ledger_transactions t ON t.id = u.tx_id WHERE t.id IS NULL OR t.seq IS NOT NULL`},
	{"the instants of sealing never fall", "ledger_seals", `
		WITH steps AS (SELECT seq, sealed_at - LAG(sealed_at) OVER (ORDER BY seq) step_ms FROM ledger_seals)
		SELECT s.seq broken FROM steps s WHERE s.step_ms < 0`},
	{"a transaction is posted before it is sealed", "ledger_transactions", `
		WITH seals AS (SELECT seq, sealed_at, COALESCE(LAG(seq) OVER (ORDER BY seq), 0) after_seq FROM ledger_seals)
		SELECT t.id broken FROM seals s JOIN ledger_transactions t ON t.seq > s.after_seq AND t.seq <= s.seq WHERE t.posted_at > s.sealed_at + ` + skewMs},
	{"a reversal is the opposite of one correction", "ledger_transactions", `
		SELECT t.id broken FROM ledger_transactions t WHERE t.kind = 'reversal' AND (
			NOT EXISTS (SELECT 1 FROM ledger_transactions w WHERE w.id = CAST(t.reference AS SIGNED) AND w.kind = 'correction')
			OR EXISTS (SELECT 1 FROM ledger_entries e WHERE e.tx_id IN (t.id, CAST(t.reference AS SIGNED)) GROUP BY e.account_id HAVING SUM(e.amount_fen) <> 0))`},
	{"a correction or a reversal moves what two people approved", "ledger_transactions", `
		SELECT t.id broken FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts c ON c.id = e.account_id
		LEFT JOIN approvals a ON a.kind = CONCAT('ledger.', t.kind) AND a.subject_id = CAST(t.reference AS SIGNED) AND a.status = 'approved'
		LEFT JOIN audit_log w ON w.subject = 'approval' AND w.subject_id = a.id AND w.action = 'approval.requested'
		WHERE t.kind IN ('correction', 'reversal')
		GROUP BY t.id HAVING SUM(CASE WHEN c.code IN (` + correctable("'%s'", ", ") + `) AND e.amount_fen = ` + movedBy("a") + ` AND e.amount_fen = ` + movedBy("w") + ` THEN 1 ELSE 0 END) <> COUNT(*)
			OR MAX(` + correctable(`CASE WHEN JSON_EXTRACT(w.after_json, '$.entries."%s"') IS NULL THEN 0 ELSE 1 END`, " + ") + `) <> COUNT(*)`},
	{"what two people approved of the books is posted", "approvals", `
		SELECT a.id broken FROM approvals a WHERE a.kind IN ('ledger.correction', 'ledger.reversal') AND a.status = 'approved'
			AND NOT EXISTS (SELECT 1 FROM ledger_transactions t WHERE t.kind = REPLACE(a.kind, 'ledger.', '') AND t.reference = CONCAT('', a.subject_id))`},
	{"a transaction posts a row that says so, at that row's instant", "ledger_transactions", `
		SELECT t.id broken FROM ledger_transactions t WHERE COALESCE(ABS(t.posted_at - CASE t.kind
			WHEN 'card_funding' THEN COALESCE((SELECT s.funded_at FROM card_sales s WHERE s.id = CAST(t.reference AS SIGNED)), (SELECT b.created_at FROM card_batches b WHERE b.id = CAST(t.reference AS SIGNED)))
			WHEN 'card_funding_undone' THEN (SELECT s.cancelled_at FROM card_sales s WHERE s.id = CAST(t.reference AS SIGNED))
			WHEN 'card_issue' THEN (SELECT CASE WHEN s.issuing_at <= t.posted_at AND t.posted_at <= COALESCE(s.issued_at, t.posted_at) + ` + skewMs + ` THEN t.posted_at ELSE b.created_at END
				FROM aid_cards c JOIN card_batches b ON b.id = c.batch_id LEFT JOIN card_sales s ON s.id = b.id WHERE c.id = CAST(t.reference AS SIGNED))
			WHEN 'card_move' THEN (SELECT s.created_at FROM card_steps s WHERE s.id = CAST(t.reference AS SIGNED) AND s.to_card_id <> 0 AND s.amount_fen > 0)
			WHEN 'card_void' THEN (SELECT s.created_at FROM card_steps s WHERE s.id = CAST(t.reference AS SIGNED) AND s.step = 'voided' AND s.amount_fen > 0)
			WHEN 'card_return' THEN (SELECT s.created_at FROM card_steps s WHERE s.id = CAST(t.reference AS SIGNED) AND s.step = 'returned' AND s.amount_fen > 0)
			WHEN 'card_return_paid' THEN (SELECT r.changed_at FROM card_returns r WHERE r.id = CAST(t.reference AS SIGNED) AND r.status = 'done')
			WHEN 'order_hold' THEN (SELECT o.created_at FROM orders o WHERE o.id = CAST(t.reference AS SIGNED))
			WHEN 'order_release' THEN (SELECT t.posted_at FROM orders o WHERE o.id = CAST(t.reference AS SIGNED) AND o.paid_at IS NULL AND o.status = 'cancelled')
			WHEN 'order_payment' THEN (SELECT o.paid_at FROM orders o WHERE o.id = CAST(t.reference AS SIGNED))
			WHEN 'sub_order_close' THEN (SELECT s.closed_at FROM sub_orders s WHERE s.id = CAST(t.reference AS SIGNED))
			WHEN 'refund' THEN (SELECT r.changed_at FROM refunds r WHERE r.id = CAST(t.reference AS SIGNED) AND r.status = 'refunded')
			WHEN 'unasked_payment' THEN (SELECT c.created_at FROM captures c WHERE c.id = CAST(t.reference AS SIGNED) AND c.outcome <> 'pays_charge')
			WHEN 'gateway_refund' THEN (SELECT g.done_at FROM gateway_refunds g WHERE g.id = CAST(t.reference AS SIGNED) AND g.status = 'done')
			WHEN 'purchase_payment' THEN (SELECT p.paid_at FROM purchase_orders p WHERE p.id = CAST(t.reference AS SIGNED) AND p.status = 'paid')
			WHEN 'bank_receipt' THEN (SELECT r.created_at FROM bank_rows r WHERE r.id = CAST(t.reference AS SIGNED))
			WHEN 'bank_return' THEN (SELECT r.settled_at FROM bank_rows r WHERE r.id = CAST(t.reference AS SIGNED) AND r.status = 'returned')
			WHEN 'payout' THEN (SELECT t.posted_at FROM settlement_statements s WHERE s.id = CAST(t.reference AS SIGNED) AND s.paid_at <= t.posted_at + ` + skewMs + `)
			WHEN 'correction' THEN (SELECT MAX(a.decided_at) FROM approvals a WHERE a.kind = 'ledger.correction' AND a.subject_id = CAST(t.reference AS SIGNED) AND a.status = 'approved')
			WHEN 'reversal' THEN (SELECT MAX(a.decided_at) FROM approvals a WHERE a.kind = 'ledger.reversal' AND a.subject_id = CAST(t.reference AS SIGNED) AND a.status = 'approved')
			END), ` + skewMs + ` + 1) > ` + skewMs},
}

// movedBy is what the request of a correction, or its row of the log, says of an entry's account.
func movedBy(row string) string {
	return `JSON_EXTRACT(` + row + `.after_json, CONCAT('$.entries."', c.code, '"'))`
}

// correctable is a term for each account that a correction may touch.
func correctable(term, between string) string {
	terms := make([]string, len(bank.Correctable))
	for i, code := range bank.Correctable {
		terms[i] = fmt.Sprintf(term, code)
	}
	return strings.Join(terms, between)
}
