package verify

// ofPurchases are rules about purchase orders: what was asked, approved, accepted and paid,
// and that the log and the ledger say the same.
var ofPurchases = []Invariant{
	{"a purchase order's amounts are its lines'", "purchase_orders", `
		SELECT o.id broken FROM purchase_orders o LEFT JOIN (
			SELECT purchase_id, SUM(quantity * price_fen) quoted_fen, SUM(goods_fen) goods_fen, SUM(share_fen) share_fen FROM purchase_order_lines GROUP BY purchase_id
		) l ON l.purchase_id = o.id
		WHERE l.purchase_id IS NULL OR o.quoted_fen <> l.quoted_fen OR o.goods_fen <> l.goods_fen OR o.share_fen <> l.share_fen
			OR (o.status IN ('accepted', 'paid')) <> (o.goods_fen > 0)`},
	{"a line of a purchase order is due for what was accepted at its price, and its share is the rate of that", "purchase_order_lines", `
		SELECT l.id broken FROM purchase_order_lines l LEFT JOIN purchase_orders o ON o.id = l.purchase_id
		WHERE o.id IS NULL OR l.goods_fen <> l.accepted_quantity * l.price_fen
			OR l.share_fen * 10000 > l.goods_fen * l.rate_bp + 5000 OR l.share_fen * 10000 <= l.goods_fen * l.rate_bp - 5000
			OR l.accepted_quantity + l.rejected_quantity <> CASE WHEN o.accepted_at IS NULL THEN 0 ELSE l.quantity END
			OR (l.rejected_quantity > 0) <> (l.rejected_reason <> '')
			OR (o.quoted_at IS NULL) <> (l.price_fen = 0)`},
	{"a purchase order's rates are those of rules in force when it was approved", "purchase_order_lines", `
		SELECT l.id broken FROM purchase_order_lines l JOIN purchase_orders o ON o.id = l.purchase_id LEFT JOIN share_rules r ON r.id = l.rule_id
		WHERE (o.approved_at IS NULL) <> (l.rule_id = 0) OR (o.approved_at IS NOT NULL AND (r.id IS NULL
			OR l.rate_bp <> CASE WHEN r.eligible THEN r.rate_bp ELSE 0 END OR o.approved_at < r.valid_from OR o.approved_at >= r.valid_until
			OR r.village_id NOT IN (0, l.village_id) OR r.category_id NOT IN ('', l.category_id) OR r.channel NOT IN ('', 'procurement')))`},
	{"a line of a purchase order is as it was asked for and accepted", "purchase_order_lines", `
		SELECT l.id broken FROM purchase_order_lines l JOIN purchase_orders o ON o.id = l.purchase_id
		WHERE NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'purchase_order' AND w.subject_id = o.id AND w.action = 'purchase_order.drafted'
				AND JSON_EXTRACT(w.after_json, CONCAT('$.lines."', l.id, '"')) = CONCAT(l.village_id, ':', l.product_id, ':', l.quantity))
			OR (o.accepted_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM audit_log w WHERE w.subject = 'purchase_order' AND w.subject_id = o.id AND w.action = 'purchase_order.accepted'
				AND JSON_EXTRACT(w.after_json, CONCAT('$.lines."', l.id, '"'))
					= CONCAT(l.village_id, ':', l.rule_id, ':', l.rate_bp, ':', l.accepted_quantity, ':', l.price_fen, ':', l.share_fen)))`},
	{"a purchase order went as the log says, by whom it says", "purchase_orders", `
		SELECT o.id broken FROM purchase_orders o LEFT JOIN (
			SELECT subject_id, SUM(CASE WHEN action = 'purchase_order.drafted' THEN actor_id ELSE 0 END) drafted, SUM(CASE WHEN action = 'purchase_order.quoted' THEN actor_id ELSE 0 END) quoted,
				SUM(CASE WHEN action = 'purchase_order.approved' THEN actor_id ELSE 0 END) approved, SUM(CASE WHEN action = 'purchase_order.delivered' THEN actor_id ELSE 0 END) delivered,
				SUM(CASE WHEN action = 'purchase_order.accepted' THEN actor_id ELSE 0 END) accepted, SUM(CASE WHEN action IN ('purchase_order.declined', 'purchase_order.cancelled') THEN actor_id ELSE 0 END) ended,
				SUM(CASE WHEN action = 'purchase_order.paid' THEN 1 ELSE 0 END) paid
			FROM audit_log WHERE subject = 'purchase_order' GROUP BY subject_id
		) w ON w.subject_id = o.id
		WHERE w.subject_id IS NULL OR w.drafted <> o.drafted_by OR w.quoted <> o.quoted_by OR w.approved <> o.approved_by OR w.delivered <> o.delivered_by
			OR w.accepted <> o.accepted_by OR w.ended <> o.ended_by OR w.paid <> CASE WHEN o.status = 'paid' THEN 1 ELSE 0 END
			OR NOT EXISTS (SELECT 1 FROM audit_log d WHERE d.subject = 'purchase_order' AND d.subject_id = o.id AND d.action = 'purchase_order.drafted'
				AND d.about_org_id = o.enterprise_id AND JSON_EXTRACT(d.after_json, '$.cooperative_id') = CONCAT('', o.cooperative_id))`},
	{"a purchase order's status has its instants, and different people drafted, approved and accepted", "purchase_orders", `
		SELECT o.id broken FROM purchase_orders o
		WHERE (o.status = 'paid') <> (o.paid_at IS NOT NULL) OR (o.status IN ('accepted', 'paid', 'rejected')) <> (o.accepted_at IS NOT NULL)
			OR (o.status IN ('delivered', 'accepted', 'paid', 'rejected')) <> (o.delivered_at IS NOT NULL) OR (o.status IN ('declined', 'cancelled')) <> (o.ended_at IS NOT NULL)
			OR (o.status IN ('requested', 'declined') AND o.quoted_at IS NOT NULL) OR (o.status = 'quoted' AND (o.quoted_at IS NULL OR o.approved_at IS NOT NULL))
			OR (o.status IN ('approved', 'delivered', 'accepted', 'paid', 'rejected') AND o.approved_at IS NULL)
			OR (o.approved_by <> 0 AND o.approved_by IN (o.drafted_by, o.accepted_by)) OR (o.status = 'paid') <> (o.bank_row_id <> 0)`},
	{"a purchase order that the log says was drafted is there", "purchase_orders", `
		SELECT w.subject_id broken FROM audit_log w LEFT JOIN purchase_orders o ON o.id = w.subject_id
		WHERE w.subject = 'purchase_order' AND w.action = 'purchase_order.drafted' AND o.id IS NULL`},
	{"a paid purchase order is posted once, goods to its cooperative, and was paid by a row of just its amount; no other is", "purchase_orders", `
		SELECT o.id broken FROM purchase_orders o
		WHERE CASE WHEN o.status = 'paid' THEN 1 ELSE 0 END <> (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'purchase_payment' AND t.reference = CONCAT('', o.id))
			OR CASE WHEN o.status = 'paid' THEN o.goods_fen ELSE 0 END <> COALESCE((SELECT SUM(e.amount_fen) FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id
				JOIN ledger_accounts a ON a.id = e.account_id AND a.code = CONCAT('cooperative:', o.cooperative_id, ':available') WHERE t.kind = 'purchase_payment' AND t.reference = CONCAT('', o.id)), 0)
			OR (o.status = 'paid' AND NOT EXISTS (SELECT 1 FROM bank_rows r WHERE r.id = o.bank_row_id AND r.purchase_order_id = o.id AND r.status = 'matched' AND r.amount_fen = o.goods_fen + o.share_fen))`},
	{"the shares of a paid purchase order are its lines' share entries", "purchase_order_lines", `
		SELECT l.id broken FROM purchase_order_lines l JOIN purchase_orders o ON o.id = l.purchase_id
		WHERE CASE WHEN o.status = 'paid' THEN l.share_fen ELSE 0 END <> COALESCE((SELECT SUM(e.amount_fen) FROM share_entries e WHERE e.line_id = l.id), 0)`},
}
