-- +goose Up
-- What a payer puts in the memo of a bank transfer.
ALTER TABLE charges ADD COLUMN remittance_code TEXT;
CREATE UNIQUE INDEX charges_remittance ON charges (remittance_code);

-- Rows of the bank's statements, each once.
CREATE TABLE bank_rows (
    id INTEGER PRIMARY KEY,
    bank_day TEXT NOT NULL,
    bank_reference TEXT NOT NULL,
    paid_at INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    payer_cipher BLOB NOT NULL,
    status TEXT NOT NULL,
    why TEXT NOT NULL,
    charge_id INTEGER NOT NULL,
    return_reference TEXT,
    carried_reason TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    settled_at INTEGER,
    CHECK (amount_fen > 0)
);
CREATE UNIQUE INDEX bank_rows_reference ON bank_rows (bank_reference);
CREATE UNIQUE INDEX bank_rows_return ON bank_rows (return_reference);
CREATE INDEX bank_rows_status ON bank_rows (status, id);
CREATE INDEX bank_rows_day ON bank_rows (bank_day, id);

-- The bank's days, in Asia/Shanghai. A closed one takes no more rows.
CREATE TABLE bank_days (
    bank_day TEXT NOT NULL PRIMARY KEY,
    closed_at INTEGER,
    closed_by INTEGER NOT NULL,
    row_count INTEGER NOT NULL,
    total_fen INTEGER NOT NULL
);
