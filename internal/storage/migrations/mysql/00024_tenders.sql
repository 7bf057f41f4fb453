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

-- What a payer puts in the memo of a bank transfer.
ALTER TABLE charges ADD COLUMN remittance_code VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin;
CREATE UNIQUE INDEX charges_remittance ON charges (remittance_code);

-- Rows of the bank's statements, each once.
CREATE TABLE bank_rows (
    id BIGINT NOT NULL PRIMARY KEY,
    bank_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    bank_reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    paid_at BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    payer_cipher VARBINARY(4000) NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    why VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    charge_id BIGINT NOT NULL,
    return_reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
    carried_reason VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    created_at BIGINT NOT NULL,
    settled_at BIGINT,
    CHECK (amount_fen > 0)
);
CREATE UNIQUE INDEX bank_rows_reference ON bank_rows (bank_reference);
CREATE UNIQUE INDEX bank_rows_return ON bank_rows (return_reference);
CREATE INDEX bank_rows_status ON bank_rows (status, id);
CREATE INDEX bank_rows_day ON bank_rows (bank_day, id);

-- The bank's days, in Asia/Shanghai. A closed one takes no more rows.
CREATE TABLE bank_days (
    bank_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    closed_at BIGINT,
    closed_by BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    total_fen BIGINT NOT NULL
);
