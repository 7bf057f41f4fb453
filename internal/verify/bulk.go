package verify

// ofBulk are rules about what was ordered at once for many.
var ofBulk = []Invariant{
	{"a bulk order that was placed has all its orders, which sum to it, and another has none", "bulk_orders", `
		SELECT b.id broken FROM bulk_orders b LEFT JOIN (
			SELECT bulk_id, COUNT(*) made, SUM(goods_fen) goods_fen, SUM(freight_fen) freight_fen, SUM(discount_fen) discount_fen, SUM(on_top_fen) on_top_fen, SUM(total_fen) total_fen
			FROM orders WHERE bulk_id <> 0 GROUP BY bulk_id
		) o ON o.bulk_id = b.id
		WHERE COALESCE(o.made, 0) <> CASE WHEN b.placed_at IS NULL THEN 0 ELSE b.order_count END
			OR (b.placed_at IS NOT NULL AND (b.goods_fen <> o.goods_fen OR b.freight_fen <> o.freight_fen OR b.discount_fen <> o.discount_fen OR b.on_top_fen <> o.on_top_fen OR b.total_fen <> o.total_fen))`},
	{"an order of a bulk order is of who ordered that, and of no row twice", "orders", `
		SELECT o.id broken FROM orders o LEFT JOIN bulk_orders b ON b.id = o.bulk_id
		WHERE o.bulk_id <> 0 AND (b.id IS NULL OR b.ordered_by <> o.buyer_id OR b.org_id <> o.org_id
			OR EXISTS (SELECT 1 FROM orders s WHERE s.bulk_id = o.bulk_id AND s.bulk_row = o.bulk_row AND s.id <> o.id))`},
	{"a bulk order is placed because the log says so, with as many orders at that sum", "bulk_orders", `
		SELECT b.id broken FROM bulk_orders b WHERE (b.placed_at IS NOT NULL) <> (EXISTS (SELECT 1 FROM audit_log w
			WHERE w.subject = 'bulk_order' AND w.subject_id = b.id AND w.action = 'bulk_order.placed' AND w.actor_id = b.ordered_by
			AND JSON_EXTRACT(w.after_json, '$.orders') = b.order_count AND JSON_EXTRACT(w.after_json, '$.total_fen') = b.total_fen))`},
	{"a bulk order's status has its instants, and holds a list while it waits only", "bulk_orders", `
		SELECT b.id broken FROM bulk_orders b
		WHERE (b.placed_at IS NULL AND b.status IN ('placed', 'cancelling', 'partly_cancelled')) OR (b.placed_at IS NOT NULL AND b.status NOT IN ('placed', 'cancelling', 'cancelled', 'partly_cancelled'))
			OR (b.cancelled_at IS NOT NULL) <> (b.status IN ('cancelled', 'partly_cancelled'))
			OR (LENGTH(b.recipients_cipher) > 0 AND b.status NOT IN ('checking', 'quoted', 'placing', 'declined'))`},
	{"a bulk order that was cancelled as a whole has no order that was not", "bulk_orders", `
		SELECT b.id broken FROM bulk_orders b WHERE b.status = 'cancelled' AND EXISTS (SELECT 1 FROM orders o WHERE o.bulk_id = b.id AND o.status <> 'cancelled')`},
}
