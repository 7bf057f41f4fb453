-- +goose Up
-- Purchases of batches of aid cards. An id is that of the batch, which is there once its
-- cards are made.
CREATE TABLE card_sales (
    id BIGINT NOT NULL PRIMARY KEY,
    program_id BIGINT NOT NULL,
    enterprise_id BIGINT NOT NULL,
    kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    face_fen BIGINT NOT NULL,
    card_count BIGINT NOT NULL,
    valid_until VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    status VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    remittance_code VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    minted BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    bank_row_id BIGINT NOT NULL,
    ordered_by BIGINT NOT NULL,
    confirmed_by BIGINT NOT NULL,
    funded_by BIGINT NOT NULL,
    issued_by BIGINT NOT NULL,
    cancelled_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    funded_at BIGINT,
    issuing_at BIGINT,
    issued_at BIGINT,
    cancelled_at BIGINT,
    CHECK (face_fen > 0 AND card_count > 0 AND minted >= 0 AND minted <= card_count)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX card_sales_remittance ON card_sales (remittance_code);
CREATE INDEX card_sales_enterprise ON card_sales (enterprise_id, id);
CREATE INDEX card_sales_status ON card_sales (status, id);

-- A payment of a bank statement may pay a batch of cards instead of an order.
ALTER TABLE bank_rows ADD COLUMN batch_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX bank_rows_batch ON bank_rows (batch_id);
