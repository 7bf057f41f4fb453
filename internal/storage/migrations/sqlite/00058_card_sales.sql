-- +goose Up
-- Purchases of batches of aid cards. An id is that of the batch, which is there once its
-- cards are made.
CREATE TABLE card_sales (
    id INTEGER PRIMARY KEY,
    program_id INTEGER NOT NULL,
    enterprise_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    face_fen INTEGER NOT NULL,
    card_count INTEGER NOT NULL,
    valid_until TEXT NOT NULL,
    status TEXT NOT NULL,
    remittance_code TEXT NOT NULL,
    minted INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    bank_row_id INTEGER NOT NULL,
    ordered_by INTEGER NOT NULL,
    confirmed_by INTEGER NOT NULL,
    funded_by INTEGER NOT NULL,
    issued_by INTEGER NOT NULL,
    cancelled_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    funded_at INTEGER,
    issuing_at INTEGER,
    issued_at INTEGER,
    cancelled_at INTEGER,
    CHECK (face_fen > 0 AND card_count > 0 AND minted >= 0 AND minted <= card_count)
);
CREATE UNIQUE INDEX card_sales_remittance ON card_sales (remittance_code);
CREATE INDEX card_sales_enterprise ON card_sales (enterprise_id, id);
CREATE INDEX card_sales_status ON card_sales (status, id);

-- A payment of a bank statement may pay a batch of cards instead of an order.
ALTER TABLE bank_rows ADD COLUMN batch_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX bank_rows_batch ON bank_rows (batch_id);
