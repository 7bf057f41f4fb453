package verify

// ofShares are rules about whose share it is: a line, its rule, its share entries and the
// ledger say the same, so that each fen leads to a line and a rule, and back.
var ofShares = []Invariant{
	{"a line's share is its target, and what its share entries sum to", "order_lines", `
		SELECT l.id broken FROM order_lines l JOIN orders o ON o.id = l.order_id
		WHERE (o.paid_at IS NULL AND l.share_fen <> 0)
			OR (o.paid_at IS NOT NULL AND (l.share_fen * 10000 > (l.net_fen - l.refunded_fen) * l.rate_bp + 5000
			OR l.share_fen * 10000 <= (l.net_fen - l.refunded_fen) * l.rate_bp - 5000))
			OR l.share_fen <> COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.line_id = l.id), 0)`},
	{"a line's village and rule are those of its share entries", "order_lines", `
		SELECT l.id broken FROM order_lines l
		WHERE EXISTS (SELECT 1 FROM share_entries e WHERE e.line_id = l.id AND (e.village_id <> l.village_id OR e.rule_id <> l.rule_id))`},
	{"a line names a rule that was made", "order_lines", `
		SELECT l.id broken FROM order_lines l LEFT JOIN share_rules r ON r.id = l.rule_id WHERE r.id IS NULL`},
	{"a rule is as its lines froze it", "share_rules", `
		SELECT DISTINCT r.id broken FROM order_lines l JOIN share_rules r ON r.id = l.rule_id
		WHERE l.rate_bp <> CASE WHEN r.eligible THEN r.rate_bp ELSE 0 END OR l.share_bearer <> r.bearer OR l.share_campaign_id <> r.campaign_id`},
	{"a rule was in force when its lines were ordered, and reaches them", "share_rules", `
		SELECT DISTINCT r.id broken FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN share_rules r ON r.id = l.rule_id
		WHERE o.created_at < r.valid_from OR o.created_at >= r.valid_until OR r.village_id NOT IN (0, l.village_id) OR r.channel NOT IN ('', o.channel)`},
	{"a share entry is of a line, its rule, and a sale, refund or closing of it", "share_entries", `
		SELECT e.id broken FROM share_entries e
		LEFT JOIN order_lines l ON l.id = e.line_id AND l.village_id = e.village_id AND l.rule_id = e.rule_id
		LEFT JOIN purchase_order_lines p ON p.id = e.line_id AND p.village_id = e.village_id AND p.rule_id = e.rule_id AND p.share_fen = e.amount_fen
		LEFT JOIN ledger_transactions t ON t.id = e.tx_id
		WHERE (l.id IS NULL AND p.id IS NULL) OR t.id IS NULL OR CASE t.kind
			WHEN 'order_payment' THEN CAST(t.reference AS SIGNED) = l.order_id
			WHEN 'sub_order_close' THEN CAST(t.reference AS SIGNED) = l.sub_order_id
			WHEN 'refund' THEN EXISTS (SELECT 1 FROM refund_lines b WHERE b.line_id = l.id AND b.refund_id = CAST(t.reference AS SIGNED))
			WHEN 'purchase_payment' THEN CAST(t.reference AS SIGNED) = p.purchase_id AND e.stage = 'available'
			ELSE 0 = 1 END IS NOT TRUE`},
	{"what share entries say of a village is what their transaction gave it", "share_entries", `
		SELECT s.id broken FROM (
			SELECT MIN(id) id, tx_id, village_id, stage, SUM(amount_fen) sum_fen FROM share_entries GROUP BY tx_id, village_id, stage
		) s WHERE s.sum_fen <> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
				WHERE e.tx_id = s.tx_id AND a.code = CONCAT('village:', s.village_id, ':', s.stage)), 0)`},
	{"a share is pending until its sub-order is closed, then available", "order_lines", `
		SELECT l.id broken FROM order_lines l JOIN sub_orders s ON s.id = l.sub_order_id
		WHERE COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.line_id = l.id
			AND e.stage <> CASE WHEN s.status = 'closed' THEN 'available' ELSE 'pending' END), 0) <> 0`},
	{"a village's pending account holds its pending shares", "villages", `
		SELECT v.id broken FROM villages v LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('village:', v.id, ':pending')
		WHERE COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.village_id = v.id AND e.stage = 'pending'), 0)`},
	{"what sales made available to a village is its available shares", "villages", `
		SELECT v.id broken FROM villages v LEFT JOIN (` + ofSales + `
		) s ON s.code = CONCAT('village:', v.id, ':available')
		WHERE COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.village_id = v.id AND e.stage = 'available'), 0)`},
}
