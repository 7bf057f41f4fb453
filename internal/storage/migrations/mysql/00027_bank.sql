-- +goose Up
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
