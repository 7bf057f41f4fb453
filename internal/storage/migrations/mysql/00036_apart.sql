-- +goose Up
-- Which organisation an order was placed for (0: none), and who took a payment in. Both
-- stand in the log of what was there before.
ALTER TABLE orders ADD COLUMN org_id BIGINT NOT NULL DEFAULT 0;
UPDATE orders SET org_id = COALESCE((SELECT MAX(a.org_id) FROM audit_log a WHERE a.subject = 'order' AND a.subject_id = orders.id AND a.action = 'order.placed'), 0)
WHERE id IN (SELECT order_id FROM charges WHERE gateway = 'bank_transfer');
ALTER TABLE bank_rows ADD COLUMN taken_by BIGINT NOT NULL DEFAULT 0;
UPDATE bank_rows SET taken_by = COALESCE((SELECT MAX(a.actor_id) FROM audit_log a JOIN charges c ON c.order_id = a.subject_id
	WHERE a.subject = 'order' AND a.action = 'payment.captured' AND c.id = bank_rows.charge_id), 0)
WHERE status = 'matched';
