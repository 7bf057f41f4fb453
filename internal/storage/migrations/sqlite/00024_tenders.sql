-- +goose Up
-- When a gateway is next asked about a charge, lest a notice was lost; NULL: no more.
ALTER TABLE charges ADD COLUMN ask_at INTEGER;
UPDATE charges SET ask_at = created_at WHERE status = 'open';
CREATE INDEX charges_ask_at ON charges (ask_at, id);

-- The books of the demo's payment gateway, which plays somebody else's service.
CREATE TABLE localpay_keys (
    id INTEGER PRIMARY KEY,
    private_key BLOB NOT NULL,
    refunds_to_fail INTEGER NOT NULL
);

CREATE TABLE localpay_charges (
    id INTEGER PRIMARY KEY,
    amount_fen INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE localpay_payments (
    id INTEGER PRIMARY KEY,
    charge_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    paid_at INTEGER,
    notices_due INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    notice_at INTEGER NOT NULL
);
CREATE INDEX localpay_payments_charge ON localpay_payments (charge_id);
CREATE INDEX localpay_payments_due ON localpay_payments (notices_due, notice_at, id);

CREATE TABLE localpay_refunds (
    id INTEGER PRIMARY KEY,
    payment_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX localpay_refunds_payment ON localpay_refunds (payment_id);
