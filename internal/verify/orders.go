package verify

// ofSales sums an account's entries by sales, refunds, closing and purchase orders: without payouts.
const ofSales = `
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e
			JOIN ledger_accounts a ON a.id = e.account_id JOIN ledger_transactions t ON t.id = e.tx_id
			WHERE t.kind IN ('order_payment', 'refund', 'sub_order_close', 'purchase_payment') GROUP BY a.code`

// borne is the part of a line's share that its cooperative gives.
const borne = `CASE WHEN l.share_bearer = 'seller' THEN l.share_fen ELSE 0 END`

// steps are the statuses from the least to the most advanced: the place of one in this
// text is its rank.
const steps = `' awaiting_payment paid partly_shipped shipped received closed cancelled '`

// placed is the log's row of an order. Of orders from before their parts were logged it
// says the total only.
const placed = `w.subject = 'order' AND w.action = 'order.placed'`

// ofOrders are rules about what was sold, sent and paid for, and the stock it came from.
var ofOrders = []Invariant{
	{"stock is what its movements sum to and is not negative", "skus", `
		SELECT s.id broken FROM skus s
		WHERE s.stock < 0 OR s.stock <> COALESCE((SELECT SUM(m.delta) FROM stock_movements m WHERE m.sku_id = s.id), 0)`},
	{"a line's units sold and returned are its stock movements", "order_lines", `
		SELECT u.id broken FROM (
			SELECT id, sku_id, restocked_quantity - quantity units FROM order_lines
			UNION ALL SELECT reference_id, sku_id, -delta FROM stock_movements WHERE kind <> 'received'
		) u GROUP BY u.id, u.sku_id HAVING SUM(u.units) <> 0`},
	{"a stock movement's sign and reference are of its kind", "stock_movements", `
		SELECT m.id broken FROM stock_movements m WHERE COALESCE(CASE m.kind
			WHEN 'received' THEN m.delta > 0 AND EXISTS (SELECT 1 FROM skus s WHERE s.id = m.sku_id AND s.product_id = m.reference_id)
			WHEN 'sold' THEN m.delta < 0 AND EXISTS (SELECT 1 FROM order_lines l WHERE l.id = m.reference_id)
			WHEN 'released' THEN m.delta > 0 AND EXISTS (SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.id = m.reference_id AND o.paid_at IS NULL)
			WHEN 'returned' THEN m.delta > 0 AND EXISTS (SELECT 1 FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE l.id = m.reference_id AND o.paid_at IS NOT NULL)
			END, 0) = 0`},
	{"a product's price is the lowest of its SKUs", "products", `
		SELECT p.id broken FROM products p WHERE p.price_fen <> (SELECT MIN(s.price_fen) FROM skus s WHERE s.product_id = p.id)`},
	{"every village has one collective", "villages", `
		SELECT v.id broken FROM villages v
		WHERE (SELECT COUNT(*) FROM organisations o WHERE o.village_id = v.id AND o.kind = 'village_collective') <> 1`},
	{"an order's total is lines + freight - discounts + shares on top = payments", "orders", `
		SELECT o.id broken FROM orders o
		WHERE o.total_fen <> o.goods_fen + o.freight_fen - o.discount_fen + o.on_top_fen
			OR o.on_top_fen <> COALESCE((SELECT SUM(l.on_top_fen) FROM order_lines l WHERE l.order_id = o.id), 0)
			OR o.goods_fen <> COALESCE((SELECT SUM(l.quantity * l.price_fen) FROM order_lines l WHERE l.order_id = o.id), 0)
			OR o.goods_fen - o.discount_fen <> COALESCE((SELECT SUM(l.net_fen) FROM order_lines l WHERE l.order_id = o.id), 0)
			OR o.goods_fen <> COALESCE((SELECT SUM(s.goods_fen) FROM sub_orders s WHERE s.order_id = o.id), 0)
			OR o.freight_fen <> COALESCE((SELECT SUM(s.freight_fen) FROM sub_orders s WHERE s.order_id = o.id), 0)
			OR o.total_fen <> COALESCE((SELECT SUM(p.amount_fen) FROM order_payments p WHERE p.order_id = o.id), 0)`},
	{"a line's net is its price less its discount", "order_lines", `
		SELECT l.id broken FROM order_lines l WHERE l.net_fen <> l.quantity * l.price_fen - l.discount_fen OR l.discount_fen < 0 OR l.net_fen < 0`},
	{"a sub-order's goods and discount are its lines'", "sub_orders", `
		SELECT s.id broken FROM sub_orders s LEFT JOIN (
			SELECT sub_order_id, SUM(quantity * price_fen) goods_fen, SUM(discount_fen) discount_fen FROM order_lines GROUP BY sub_order_id
		) l ON l.sub_order_id = s.id WHERE s.goods_fen <> COALESCE(l.goods_fen, 0) OR s.discount_fen <> COALESCE(l.discount_fen, 0)`},
	{"a line is of a sub-order of its order", "order_lines", `
		SELECT l.id broken FROM order_lines l LEFT JOIN sub_orders s ON s.id = l.sub_order_id AND s.order_id = l.order_id WHERE s.id IS NULL`},
	{"an order was placed by its buyer", "orders", `
		SELECT o.id broken FROM orders o WHERE NOT EXISTS (SELECT 1 FROM audit_log w WHERE ` + placed + ` AND w.subject_id = o.id AND w.actor_id = o.buyer_id)`},
	{"a sub-order is as it was placed", "sub_orders", `
		SELECT s.id broken FROM sub_orders s WHERE NOT EXISTS (SELECT 1 FROM audit_log w WHERE ` + placed + ` AND w.subject_id = s.order_id
			AND (w.after_json NOT LIKE '{"lines":%' OR JSON_EXTRACT(w.after_json, CONCAT('$.parts."', s.id, '"'))
				= CONCAT(s.cooperative_id, ':', s.goods_fen, ':', s.discount_fen, ':', s.freight_fen)))`},
	{"a line is as it was placed", "order_lines", `
		SELECT l.id broken FROM order_lines l WHERE NOT EXISTS (SELECT 1 FROM audit_log w WHERE ` + placed + ` AND w.subject_id = l.order_id
			AND (w.after_json NOT LIKE '{"lines":%' OR JSON_EXTRACT(w.after_json, CONCAT('$.lines."', l.id, '"'))
				= CONCAT(l.sub_order_id, ':', l.product_id, ':', l.sku_id, ':', l.village_id, ':', l.quantity, ':', l.net_fen,
					':', l.rule_id, ':', l.rate_bp, ':', l.share_campaign_id, ':', l.share_bearer)))`},
	{"an order's discount is its sub-orders'", "orders", `
		SELECT o.id broken FROM orders o WHERE o.discount_fen <> COALESCE((SELECT SUM(s.discount_fen) FROM sub_orders s WHERE s.order_id = o.id), 0)`},
	{"a line's campaign was open when it was ordered, and had its product", "order_lines", `
		SELECT l.id broken FROM order_lines l JOIN orders o ON o.id = l.order_id LEFT JOIN campaigns c ON c.id = l.campaign_id
		WHERE l.campaign_id <> 0 AND (c.published_at IS NULL OR o.created_at < c.published_at - ` + skewMs + ` OR o.created_at > c.closed_at + ` + skewMs + `
			OR o.created_at < c.opens_at - ` + skewMs + ` OR o.created_at > c.closes_at + ` + skewMs + `
			OR NOT EXISTS (SELECT 1 FROM campaign_products g WHERE g.campaign_id = c.id AND g.product_id = l.product_id))`},
	{"a line of goods that a campaign sold is in a campaign", "order_lines", `
		SELECT l.id broken FROM order_lines l JOIN orders o ON o.id = l.order_id
		JOIN campaign_products g ON g.product_id = l.product_id AND g.status = 'accepted' JOIN campaigns c ON c.id = g.campaign_id
		WHERE l.campaign_id = 0 AND o.created_at > c.opens_at + ` + skewMs + ` AND o.created_at < c.closes_at - ` + skewMs + `
			AND o.created_at > c.published_at + ` + skewMs + ` AND o.created_at > g.changed_at + ` + skewMs + `
			AND (c.closed_at IS NULL OR o.created_at < c.closed_at - ` + skewMs + `)`},
	{"a line's units are sent, came off, or wait", "order_lines", `
		SELECT l.id broken FROM order_lines l
		WHERE l.shipped_quantity + l.cancelled_quantity > l.quantity OR l.restocked_quantity < l.cancelled_quantity
			OR (l.order_id IN (SELECT o.id FROM orders o WHERE o.paid_at IS NOT NULL)
				AND (l.cancelled_quantity > l.refunded_quantity OR l.restocked_quantity > l.refunded_quantity))
			OR l.shipped_quantity <> COALESCE((SELECT SUM(p.quantity) FROM shipment_lines p WHERE p.line_id = l.id), 0)`},
	{"what was sent of a line is in a shipment of its sub-order", "shipment_lines", `
		SELECT p.id broken FROM shipment_lines p LEFT JOIN shipments h ON h.id = p.shipment_id LEFT JOIN order_lines l ON l.id = p.line_id
		WHERE h.id IS NULL OR l.id IS NULL OR h.sub_order_id <> l.sub_order_id`},
	{"a sub-order's status is what became of its lines", "sub_orders", `
		SELECT s.id broken FROM sub_orders s WHERE
			(s.status IN ('shipped', 'received', 'closed', 'cancelled') AND EXISTS (SELECT 1 FROM order_lines l
				WHERE l.sub_order_id = s.id AND l.shipped_quantity + l.cancelled_quantity < l.quantity))
			OR (s.status = 'awaiting_payment' AND EXISTS (SELECT 1 FROM order_lines l WHERE l.sub_order_id = s.id AND l.cancelled_quantity > 0))
			OR (s.status = 'partly_shipped' AND NOT EXISTS (SELECT 1 FROM order_lines l
				WHERE l.sub_order_id = s.id AND l.shipped_quantity + l.cancelled_quantity < l.quantity))
			OR (s.status IN ('awaiting_payment', 'paid', 'cancelled') AND EXISTS (SELECT 1 FROM order_lines l
				WHERE l.sub_order_id = s.id AND l.shipped_quantity > 0))
			OR (s.status = 'cancelled' AND s.order_id IN (SELECT o.id FROM orders o WHERE o.paid_at IS NOT NULL) AND (s.refunded_freight_fen < s.freight_fen OR EXISTS (SELECT 1 FROM order_lines l
				WHERE l.sub_order_id = s.id AND l.refunded_fen < l.net_fen)))`},
	{"an order is as far as the least of its sub-orders", "orders", `
		SELECT o.id broken FROM orders o
		WHERE INSTR(` + steps + `, CONCAT(' ', o.status, ' ')) <> COALESCE((SELECT MIN(INSTR(` + steps + `, CONCAT(' ', s.status, ' '))) FROM sub_orders s WHERE s.order_id = o.id), 0)`},
	{"a sub-order's status has its instants, and waits as long as its order is unpaid", "sub_orders", `
		SELECT s.id broken FROM sub_orders s LEFT JOIN orders o ON o.id = s.order_id
		WHERE o.id IS NULL OR INSTR(` + steps + `, CONCAT(' ', s.status, ' ')) = 0
			OR (o.paid_at IS NULL AND s.status NOT IN ('awaiting_payment', 'cancelled')) OR (o.paid_at IS NOT NULL AND s.status = 'awaiting_payment')
			OR (s.shipped_at IS NULL AND s.status IN ('partly_shipped', 'shipped')) OR (s.shipped_at IS NOT NULL AND s.status IN ('awaiting_payment', 'paid', 'cancelled'))
			OR (s.received_at IS NULL AND s.status IN ('received', 'closed')) OR (s.received_at IS NOT NULL AND s.status NOT IN ('received', 'closed', 'cancelled'))
			OR (s.closed_at IS NOT NULL) <> (s.status = 'closed')`},
	{"every paid order is posted once, when it was paid, and no other", "orders", `
		SELECT o.id broken FROM orders o
		WHERE CASE WHEN o.paid_at IS NULL THEN 0 ELSE 1 END <> (SELECT COUNT(*) FROM ledger_transactions t
			WHERE t.kind = 'order_payment' AND t.reference = CONCAT('', o.id) AND (o.paid_at IS NULL OR ABS(t.posted_at - o.paid_at) <= ` + skewMs + `))`},
	{"an order is as old as the sale of its units", "orders", `
		SELECT DISTINCT o.id broken FROM stock_movements m JOIN order_lines l ON l.id = m.reference_id JOIN orders o ON o.id = l.order_id
		WHERE m.kind = 'sold' AND ABS(m.created_at - o.created_at) > ` + skewMs},
	{"a closed sub-order is posted once, and no other", "sub_orders", `
		SELECT s.id broken FROM sub_orders s
		WHERE (SELECT COUNT(*) FROM ledger_transactions t WHERE t.kind = 'sub_order_close' AND t.reference = CONCAT('', s.id))
			> CASE WHEN s.status = 'closed' THEN 1 ELSE 0 END`},
	{"a cooperative's pending account holds its open lines' net without the share it bears", "organisations", `
		SELECT c.id broken FROM organisations c LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('cooperative:', c.id, ':pending')
		WHERE c.kind = 'cooperative' AND COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(l.net_fen - l.refunded_fen - ` + borne + `)
			FROM sub_orders p JOIN orders o ON o.id = p.order_id AND o.paid_at IS NOT NULL
			JOIN order_lines l ON l.sub_order_id = p.id WHERE p.cooperative_id = c.id AND p.status <> 'closed'), 0)`},
	{"a cooperative's freight account holds its open sub-orders' freight", "organisations", `
		SELECT c.id broken FROM organisations c LEFT JOIN (
			SELECT a.code, SUM(e.amount_fen) sum_fen FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id GROUP BY a.code
		) s ON s.code = CONCAT('freight:', c.id, ':pending')
		WHERE c.kind = 'cooperative' AND COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(p.freight_fen - p.refunded_freight_fen)
			FROM sub_orders p JOIN orders o ON o.id = p.order_id AND o.paid_at IS NOT NULL
			WHERE p.cooperative_id = c.id AND p.status <> 'closed'), 0)`},
	{"what sales made available to a cooperative is its closed sub-orders and paid purchase orders", "organisations", `
		SELECT c.id broken FROM organisations c LEFT JOIN (` + ofSales + `
		) s ON s.code = CONCAT('cooperative:', c.id, ':available')
		WHERE c.kind = 'cooperative' AND COALESCE(s.sum_fen, 0) <> COALESCE((SELECT SUM(l.net_fen - l.refunded_fen - ` + borne + `)
				FROM sub_orders p JOIN order_lines l ON l.sub_order_id = p.id WHERE p.cooperative_id = c.id AND p.status = 'closed'), 0)
			+ COALESCE((SELECT SUM(p.freight_fen - p.refunded_freight_fen) FROM sub_orders p WHERE p.cooperative_id = c.id AND p.status = 'closed'), 0)
			+ COALESCE((SELECT SUM(p.goods_fen) FROM purchase_orders p WHERE p.cooperative_id = c.id AND p.status = 'paid'), 0)`},
}
