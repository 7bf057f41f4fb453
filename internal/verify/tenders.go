package verify

// dayClosed is true of a bank day and its row of the log. What is cheap to compare stands
// first: days have no ids by which the log could find them.
const dayClosed = `w.action = 'bank_day.closed' AND d.closed_by = w.actor_id AND ABS(d.closed_at - w.created_at) <= ` + skewMs + `
	AND JSON_EXTRACT(w.after_json, '$.day') = d.bank_day AND JSON_EXTRACT(w.after_json, '$.rows') = d.row_count AND JSON_EXTRACT(w.after_json, '$.total_fen') = d.total_fen`

// ofTenders are rules about where the money came from.
var ofTenders = []Invariant{
	{"a paid order's payments are captured, an unpaid one's held or awaited, one given up's released", "order_payments", `
		SELECT p.id broken FROM order_payments p JOIN orders o ON o.id = p.order_id
		WHERE NOT ((o.paid_at IS NOT NULL AND p.status = 'captured')
			OR (o.paid_at IS NULL AND o.status = 'awaiting_payment' AND p.status IN ('held', 'awaited'))
			OR (o.paid_at IS NULL AND o.status = 'cancelled' AND p.status = 'released'))`},
	{"a payment was taken from the account of its tender", "order_payments", `
		SELECT p.id broken FROM order_payments p WHERE (p.status IN ('captured', 'held') OR (p.status = 'released' AND p.tender = 'aid_card'))
			AND NOT EXISTS (SELECT 1 FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
				WHERE t.kind = CASE WHEN p.tender = 'aid_card' AND EXISTS (SELECT 1 FROM charges c WHERE c.order_id = p.order_id) THEN 'order_hold' ELSE 'order_payment' END
				AND t.reference = CONCAT('', p.order_id) AND e.amount_fen = -p.amount_fen AND a.code = CASE p.tender
				WHEN 'aid_card' THEN CONCAT('card:', p.card_id) WHEN 'bank_transfer' THEN 'bank:unmatched' ELSE CONCAT('gateway:', p.tender) END)`},
	{"what cards gave for an order that waits is on its account", "orders", `
		SELECT o.id broken FROM orders o JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('order:', o.id, ':held')
		WHERE s.sum_fen <> COALESCE((SELECT SUM(p.amount_fen) FROM order_payments p WHERE p.order_id = o.id AND p.status = 'held'), 0)`},
	{"what no card pays is asked for by one charge", "order_payments", `
		SELECT p.id broken FROM order_payments p LEFT JOIN charges c ON c.id = p.charge_id AND c.order_id = p.order_id
		WHERE (p.tender <> 'aid_card') <> (c.id IS NOT NULL)`},
	{"a charge asks for what its payment says", "charges", `
		SELECT c.id broken FROM charges c WHERE NOT EXISTS (SELECT 1 FROM order_payments p
			WHERE p.order_id = c.order_id AND p.charge_id = c.id AND p.tender = c.gateway AND p.amount_fen = c.amount_fen)`},
	{"a charge is paid by one capture, and then its order is", "charges", `
		SELECT c.id broken FROM charges c JOIN orders o ON o.id = c.order_id
		WHERE (SELECT COUNT(*) FROM captures p WHERE p.charge_id = c.id AND p.outcome = 'pays_charge') <> CASE WHEN c.status = 'paid' THEN 1 ELSE 0 END
			OR (c.status = 'paid') <> (o.paid_at IS NOT NULL) OR (c.status = 'open') <> (o.status = 'awaiting_payment')`},
	{"a capture is of its charge's gateway and amount, and posted alone where nobody waited for it", "captures", `
		SELECT c.id broken FROM captures c LEFT JOIN charges g ON g.id = c.charge_id
		WHERE g.id IS NULL OR c.gateway <> g.gateway OR (c.amount_fen <> g.amount_fen) <> (c.outcome = 'amount_differs')
			OR (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'unasked_payment' AND t.reference = CONCAT('', c.id)) <> CASE c.outcome WHEN 'pays_charge' THEN 0 ELSE 1 END`},
	{"a capture's reference is the one that was logged", "captures", `
		SELECT c.id broken FROM captures c JOIN charges g ON g.id = c.charge_id
		WHERE NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'order' AND w.subject_id = g.order_id AND w.action = 'payment.captured'
			AND JSON_EXTRACT(w.after_json, '$.reference') = c.reference)`},
	{"no more goes back of a capture than came, and all of one that nobody waited for", "captures", `
		SELECT c.id broken FROM captures c LEFT JOIN (SELECT capture_id, SUM(amount_fen) sum_fen FROM gateway_refunds GROUP BY capture_id) r ON r.capture_id = c.id
		WHERE COALESCE(r.sum_fen, 0) > c.amount_fen OR (c.outcome = 'goes_back' AND COALESCE(r.sum_fen, 0) <> c.amount_fen)
			OR (c.outcome = 'amount_differs' AND r.sum_fen <> c.amount_fen)`},
	{"what was paid in another amount than was asked for goes back because two people said so", "captures", `
		SELECT c.id broken FROM captures c JOIN gateway_refunds r ON r.capture_id = c.id
		WHERE c.outcome = 'amount_differs' AND NOT EXISTS (SELECT 1 FROM approvals a WHERE a.kind = 'payment_difference.give_back'
			AND a.subject_id = c.id AND a.status = 'approved' AND a.decided_by <> a.requested_by)`},
	{"what a tender of a gateway got back is on its way once", "refund_payments", `
		SELECT p.id broken FROM refund_payments p WHERE p.tender <> 'aid_card'
			AND COALESCE((SELECT SUM(g.amount_fen) FROM gateway_refunds g WHERE g.refund_payment_id = p.id), 0) <> p.amount_fen`},
	{"what goes back through a gateway is of the capture that paid, and posted once it is done", "gateway_refunds", `
		SELECT g.id broken FROM gateway_refunds g LEFT JOIN captures c ON c.id = g.capture_id
		WHERE c.id IS NULL OR g.gateway <> c.gateway
			OR (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'gateway_refund' AND t.reference = CONCAT('', g.id)) <> CASE g.status WHEN 'done' THEN 1 ELSE 0 END
			OR (g.refund_payment_id <> 0 AND NOT EXISTS (SELECT 1 FROM refund_payments b JOIN order_payments p ON p.id = b.payment_id
				WHERE b.id = g.refund_payment_id AND p.charge_id = c.charge_id))`},
	{"a gateway's account is what came through it less what went back", "ledger_accounts", `
		SELECT a.id broken FROM ledger_accounts a WHERE a.code LIKE 'gateway:%'
			AND COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0) <> CASE
			WHEN a.code LIKE '%:refunds_due' THEN COALESCE((SELECT SUM(g.amount_fen) FROM gateway_refunds g WHERE g.status <> 'done' AND CONCAT('gateway:', g.gateway, ':refunds_due') = a.code), 0)
				+ COALESCE((SELECT SUM(c.amount_fen) FROM captures c WHERE c.outcome = 'amount_differs' AND CONCAT('gateway:', c.gateway, ':refunds_due') = a.code
					AND NOT EXISTS (SELECT 1 FROM gateway_refunds g WHERE g.capture_id = c.id)), 0)
			ELSE COALESCE((SELECT SUM(g.amount_fen) FROM gateway_refunds g WHERE g.status = 'done' AND CONCAT('gateway:', g.gateway) = a.code), 0)
				- COALESCE((SELECT SUM(c.amount_fen) FROM captures c WHERE CONCAT('gateway:', c.gateway) = a.code), 0) END`},
	{"a row of a bank statement is posted once, and what was given back once", "bank_rows", `
		SELECT r.id broken FROM bank_rows r
		WHERE (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'bank_receipt' AND t.reference = CONCAT('', r.id)) <> 1
			OR (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'bank_return' AND t.reference = CONCAT('', r.id)) <> CASE WHEN r.status = 'returned' THEN 1 ELSE 0 END
			OR r.amount_fen <> COALESCE((SELECT -SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.tx_id
				JOIN ledger_accounts a ON a.id = e.account_id AND a.code = 'bank' WHERE t.kind = 'bank_receipt' AND t.reference = CONCAT('', r.id)), 0)`},
	{"what was given back of a bank row has the reference that was logged, and no other has one", "bank_rows", `
		SELECT r.id broken FROM bank_rows r WHERE (r.status = 'returned') <> (r.return_reference IS NOT NULL)
			OR (r.status = 'returned' AND NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'bank_row' AND w.subject_id = r.id AND w.action = 'bank_difference.settled'
				AND JSON_EXTRACT(w.after_json, '$.settlement.return_reference') = r.return_reference))`},
	{"a matched row of a bank statement is a capture, or pays a batch of cards or a purchase order", "bank_rows", `
		SELECT r.id broken FROM bank_rows r LEFT JOIN captures c ON c.gateway = 'bank_transfer' AND c.reference = r.bank_reference
		LEFT JOIN card_sales s ON s.bank_row_id = r.id AND s.id = r.batch_id
		LEFT JOIN purchase_orders p ON p.bank_row_id = r.id AND p.id = r.purchase_order_id AND p.goods_fen + p.share_fen = r.amount_fen
		WHERE CASE WHEN r.status = 'matched' THEN 1 ELSE 0 END <> CASE WHEN c.id IS NULL THEN 0 ELSE 1 END + CASE WHEN s.id IS NULL THEN 0 ELSE 1 END + CASE WHEN p.id IS NULL THEN 0 ELSE 1 END OR (c.id IS NOT NULL AND (c.amount_fen <> r.amount_fen OR c.charge_id <> r.charge_id))`},
	{"a capture by bank is a row of a bank statement", "captures", `
		SELECT c.id broken FROM captures c WHERE c.gateway = 'bank_transfer' AND NOT EXISTS (SELECT 1 FROM bank_rows r WHERE r.bank_reference = c.reference)`},
	{"what came by bank and is nobody's yet is the differences, and what is owed back the transfers to make", "ledger_accounts", `
		SELECT a.id broken FROM ledger_accounts a WHERE a.code IN ('bank:unmatched', 'bank:refunds_due')
			AND COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e WHERE e.account_id = a.id), 0) <> CASE WHEN a.code = 'bank:unmatched'
			THEN COALESCE((SELECT SUM(r.amount_fen) FROM bank_rows r WHERE r.status = 'difference'), 0)
			ELSE COALESCE((SELECT SUM(g.amount_fen) FROM gateway_refunds g WHERE g.gateway = 'bank_transfer' AND g.status <> 'done'), 0) END`},
	{"a row of a bank statement is as it was taken in", "bank_rows", `
		SELECT r.id broken FROM bank_rows r WHERE NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'bank_row' AND w.subject_id = r.id
			AND w.action = 'bank_row.taken' AND w.actor_id = r.taken_by AND JSON_EXTRACT(w.after_json, '$.day') = r.bank_day
			AND JSON_EXTRACT(w.after_json, '$.bank_reference') = r.bank_reference)`},
	{"a refund by bank has the reference that was logged, and no other has one", "gateway_refunds", `
		SELECT g.id broken FROM gateway_refunds g WHERE g.gateway = 'bank_transfer' AND ((g.status = 'done') <> (g.reference <> '')
			OR (g.status = 'done' AND NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'gateway_refund' AND w.subject_id = g.id AND w.action = 'refund.transferred'
				AND JSON_EXTRACT(w.after_json, '$.bank_reference') = g.reference)))`},
	{"a bank day is closed because the log says so", "bank_days", `
		SELECT CAST(REPLACE(d.bank_day, '-', '') AS SIGNED) broken FROM bank_days d WHERE d.closed_at IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM audit_log w WHERE ` + dayClosed + `)`},
	{"a bank day that the log says was closed is", "audit_log", `
		SELECT w.id broken FROM audit_log w WHERE w.action = 'bank_day.closed' AND NOT EXISTS (SELECT 1 FROM bank_days d WHERE ` + dayClosed + `)`},
	{"a closed bank day's rows are as they were", "bank_rows", `
		SELECT COALESCE(MIN(r.id), 0) broken FROM bank_days d LEFT JOIN bank_rows r ON r.bank_day = d.bank_day WHERE d.closed_at IS NOT NULL
		GROUP BY d.bank_day, d.row_count, d.total_fen HAVING COUNT(r.id) <> d.row_count OR COALESCE(SUM(r.amount_fen), 0) <> d.total_fen`},
	{"a statement that is paid has a bank reference of its own", "settlement_statements", `
		SELECT s.id broken FROM settlement_statements s WHERE s.bank_reference IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bank_transfers_sent t
			WHERE t.subject = 'statement' AND t.subject_id = s.id AND t.reference = UPPER(REPLACE(s.bank_reference, ' ', '')))`},
	{"a bank row that was given back has a bank reference of its own", "bank_rows", `
		SELECT r.id broken FROM bank_rows r WHERE r.return_reference IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bank_transfers_sent t
			WHERE t.subject = 'bank_row' AND t.subject_id = r.id AND t.reference = UPPER(r.return_reference))`},
	{"a refund that was made by bank has a bank reference of its own", "gateway_refunds", `
		SELECT g.id broken FROM gateway_refunds g WHERE g.gateway = 'bank_transfer' AND g.status = 'done' AND NOT EXISTS (SELECT 1 FROM bank_transfers_sent t
			WHERE t.subject = 'gateway_refund' AND t.subject_id = g.id AND t.reference = UPPER(g.reference))`},
	{"a return of cards that was paid has a bank reference of its own", "card_returns", `
		SELECT r.id broken FROM card_returns r WHERE r.bank_reference IS NOT NULL AND NOT EXISTS (SELECT 1 FROM bank_transfers_sent t
			WHERE t.subject = 'card_return' AND t.subject_id = r.id AND t.reference = UPPER(REPLACE(r.bank_reference, ' ', '')))`},
	{"a bank reference is used by a transfer that was made", "bank_transfers_sent", `
		SELECT t.subject_id broken FROM bank_transfers_sent t
		WHERE NOT EXISTS (SELECT 1 FROM settlement_statements s WHERE t.subject = 'statement' AND s.id = t.subject_id AND s.bank_reference IS NOT NULL)
			AND NOT EXISTS (SELECT 1 FROM bank_rows r WHERE t.subject = 'bank_row' AND r.id = t.subject_id AND r.return_reference IS NOT NULL)
			AND NOT EXISTS (SELECT 1 FROM gateway_refunds g WHERE t.subject = 'gateway_refund' AND g.id = t.subject_id AND g.gateway = 'bank_transfer' AND g.status = 'done')
			AND NOT EXISTS (SELECT 1 FROM card_returns r WHERE t.subject = 'card_return' AND r.id = t.subject_id AND r.status = 'done')`},
}
