-- +goose Up
-- What is asked of a payment gateway or a bank transfer for the rest of an order.
CREATE TABLE charges (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    status TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (amount_fen > 0)
);
CREATE INDEX charges_order ON charges (order_id);

-- Every payment that reached us, once: for an open charge, or to be given back.
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    charge_id INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    reference TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    paid_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (amount_fen > 0)
);
CREATE UNIQUE INDEX captures_reference ON captures (gateway, reference);
CREATE INDEX captures_charge ON captures (charge_id);

-- Money that is to go back through a gateway.
CREATE TABLE gateway_refunds (
    id INTEGER PRIMARY KEY,
    capture_id INTEGER NOT NULL,
    gateway TEXT NOT NULL,
    refund_payment_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    status TEXT NOT NULL,
    reference TEXT NOT NULL,
    tries INTEGER NOT NULL,
    try_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    done_at INTEGER,
    CHECK (amount_fen > 0)
);
CREATE INDEX gateway_refunds_due ON gateway_refunds (status, try_at, id);
CREATE INDEX gateway_refunds_capture ON gateway_refunds (capture_id);

ALTER TABLE orders ADD COLUMN pay_by INTEGER;
ALTER TABLE orders ADD COLUMN paid_at INTEGER;
UPDATE orders SET paid_at = created_at;
CREATE INDEX orders_pay_by ON orders (pay_by, id);
ALTER TABLE order_payments ADD COLUMN charge_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_payments ADD COLUMN status TEXT NOT NULL DEFAULT 'captured';
ALTER TABLE refund_payments ADD COLUMN tender TEXT NOT NULL DEFAULT 'aid_card';
