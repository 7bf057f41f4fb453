-- +goose Up
-- A payment of a bank statement may pay a purchase order instead.
ALTER TABLE bank_rows ADD COLUMN purchase_order_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX bank_rows_purchase_order ON bank_rows (purchase_order_id);
