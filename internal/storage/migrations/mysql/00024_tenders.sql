-- +goose Up
-- When a gateway is next asked about a charge, lest a notice was lost; NULL: no more.
ALTER TABLE charges ADD COLUMN ask_at BIGINT;
UPDATE charges SET ask_at = created_at WHERE status = 'open';
CREATE INDEX charges_ask_at ON charges (ask_at, id);

-- The books of the demo's payment gateway, which plays somebody else's service.
CREATE TABLE localpay_keys (
    id BIGINT NOT NULL PRIMARY KEY,
    private_key VARBINARY(200) NOT NULL,
    refunds_to_fail BIGINT NOT NULL
);

CREATE TABLE localpay_charges (
    id BIGINT NOT NULL PRIMARY KEY,
    amount_fen BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE localpay_payments (
    id BIGINT NOT NULL PRIMARY KEY,
    charge_id BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    paid_at BIGINT,
    notices_due BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    notice_at BIGINT NOT NULL
);
CREATE INDEX localpay_payments_charge ON localpay_payments (charge_id);
CREATE INDEX localpay_payments_due ON localpay_payments (notices_due, notice_at, id);

CREATE TABLE localpay_refunds (
    id BIGINT NOT NULL PRIMARY KEY,
    payment_id BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX localpay_refunds_payment ON localpay_refunds (payment_id);
