package verify

// ofRefunds are rules about where money went back to.
var ofRefunds = []Invariant{
	{"what was refunded lies within what was paid and bought", "order_lines", `
		SELECT l.id broken FROM order_lines l
		WHERE l.refunded_quantity < 0 OR l.refunded_quantity + l.reserved_quantity > l.quantity
			OR l.refunded_fen < 0 OR l.refunded_fen + l.reserved_fen > l.net_fen
			OR l.refunded_fen <> COALESCE((SELECT SUM(p.amount_fen) FROM refund_lines p JOIN refunds r ON r.id = p.refund_id WHERE p.line_id = l.id AND r.status = 'refunded'), 0)
			OR l.refunded_quantity <> COALESCE((SELECT SUM(p.quantity) FROM refund_lines p JOIN refunds r ON r.id = p.refund_id WHERE p.line_id = l.id AND r.status = 'refunded'), 0)`},
	{"what is held back of a line is what open refunds ask for", "order_lines", `
		SELECT l.id broken FROM order_lines l
		WHERE l.reserved_fen <> COALESCE((SELECT SUM(p.amount_fen) FROM refund_lines p JOIN refunds r ON r.id = p.refund_id
				WHERE p.line_id = l.id AND r.status IN ('requested', 'approved', 'returned')), 0)
			OR l.reserved_quantity <> COALESCE((SELECT SUM(p.quantity) FROM refund_lines p JOIN refunds r ON r.id = p.refund_id
				WHERE p.line_id = l.id AND r.status IN ('requested', 'approved', 'returned')), 0)`},
	{"what is held back of a freight is what open refunds ask for", "sub_orders", `
		SELECT s.id broken FROM sub_orders s
		WHERE s.refunded_freight_fen + s.reserved_freight_fen > s.freight_fen
			OR s.reserved_freight_fen <> COALESCE((SELECT SUM(r.freight_fen) FROM refunds r
				WHERE r.sub_order_id = s.id AND r.status IN ('requested', 'approved', 'returned')), 0)`},
	{"a refund is what its tenders got back", "refunds", `
		SELECT r.id broken FROM refunds r
		WHERE r.amount_fen <> r.goods_fen + r.freight_fen + r.on_top_fen
			OR (CASE WHEN r.status = 'refunded' THEN r.amount_fen ELSE 0 END)
				<> COALESCE((SELECT SUM(p.amount_fen) FROM refund_payments p WHERE p.refund_id = r.id), 0)`},
	{"a refund is its lines' goods and the shares that its posting took back", "refunds", `
		SELECT r.id broken FROM refunds r
		WHERE r.goods_fen <> COALESCE((SELECT SUM(l.amount_fen) FROM refund_lines l WHERE l.refund_id = r.id), 0)
			OR -r.share_reversed_fen <> COALESCE((SELECT SUM(s.amount_fen) FROM ledger_transactions t JOIN share_entries s ON s.tx_id = t.id
				WHERE t.kind = 'refund' AND t.reference = CONCAT('', r.id)), 0)`},
	{"a payment's refunds are counted on it", "order_payments", `
		SELECT p.id broken FROM order_payments p
		WHERE p.refunded_fen > p.amount_fen
			OR p.refunded_fen <> COALESCE((SELECT SUM(b.amount_fen) FROM refund_payments b WHERE b.payment_id = p.id), 0)`},
	{"what a tender got back was posted to its account, and to the card that paid", "refund_payments", `
		SELECT b.id broken FROM refund_payments b LEFT JOIN order_payments p ON p.id = b.payment_id LEFT JOIN refunds r ON r.id = b.refund_id AND r.order_id = p.order_id
		WHERE r.id IS NULL OR b.tender <> p.tender OR b.card_id <> p.card_id
			OR NOT EXISTS (SELECT 1 FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id JOIN ledger_accounts a ON a.id = e.account_id
				WHERE t.kind = 'refund' AND t.reference = CONCAT('', b.refund_id) AND e.amount_fen = b.amount_fen AND a.code = CASE b.tender
				WHEN 'aid_card' THEN CONCAT('card:', b.card_id) WHEN 'bank_transfer' THEN 'bank:refunds_due' ELSE CONCAT('gateway:', b.tender, ':refunds_due') END)`},
}
