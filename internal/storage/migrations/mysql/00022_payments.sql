-- +goose Up
-- What is asked of a payment gateway or a bank transfer for the rest of an order.
CREATE TABLE charges (
    id BIGINT NOT NULL PRIMARY KEY,
    order_id BIGINT NOT NULL,
    gateway VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    amount_fen BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (amount_fen > 0)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX charges_order ON charges (order_id);

-- Every payment that reached us, once: for an open charge, or to be given back.
CREATE TABLE captures (
    id BIGINT NOT NULL PRIMARY KEY,
    charge_id BIGINT NOT NULL,
    gateway VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    amount_fen BIGINT NOT NULL,
    outcome VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    paid_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (amount_fen > 0)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX captures_reference ON captures (gateway, reference);
CREATE INDEX captures_charge ON captures (charge_id);

-- Money that is to go back through a gateway.
CREATE TABLE gateway_refunds (
    id BIGINT NOT NULL PRIMARY KEY,
    capture_id BIGINT NOT NULL,
    gateway VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    refund_payment_id BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    tries BIGINT NOT NULL,
    try_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    CHECK (amount_fen > 0)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX gateway_refunds_due ON gateway_refunds (status, try_at, id);
CREATE INDEX gateway_refunds_capture ON gateway_refunds (capture_id);

ALTER TABLE orders ADD COLUMN pay_by BIGINT;
ALTER TABLE orders ADD COLUMN paid_at BIGINT;
UPDATE orders SET paid_at = created_at;
CREATE INDEX orders_pay_by ON orders (pay_by, id);
ALTER TABLE order_payments ADD COLUMN charge_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_payments ADD COLUMN status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'captured';
ALTER TABLE refund_payments ADD COLUMN tender VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'aid_card';
