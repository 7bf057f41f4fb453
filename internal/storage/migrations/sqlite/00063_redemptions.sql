-- +goose Up
-- Cards that an enterprise redeems many at once (批量兑换), and their rows. Of a code only the
-- HMAC is kept, and its last letters, by which people know it again; of whom a row is for, the
-- address that the order gets, until there is one. card_id is null until the row is carried
-- out, so that no card is redeemed twice.
CREATE TABLE redemptions (
    id INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    mode TEXT NOT NULL,
    status TEXT NOT NULL,
    stopped_for TEXT NOT NULL,
    row_count INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    redeemed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    file_id INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    asked_by INTEGER NOT NULL,
    confirmed_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    confirmed_at INTEGER,
    begun_at INTEGER,
    finished_at INTEGER
);
CREATE INDEX redemptions_enterprise ON redemptions (enterprise_id, id);
CREATE INDEX redemptions_status ON redemptions (status, id);

CREATE TABLE redemption_rows (
    id INTEGER PRIMARY KEY,
    redemption_id INTEGER NOT NULL,
    line_number INTEGER NOT NULL,
    code_hash TEXT NOT NULL,
    code_end TEXT NOT NULL,
    sku_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    address_cipher BLOB,
    status TEXT NOT NULL,
    problems TEXT NOT NULL,
    card_id INTEGER,
    order_id INTEGER NOT NULL
);
CREATE UNIQUE INDEX redemption_rows_number ON redemption_rows (redemption_id, line_number);
CREATE INDEX redemption_rows_status ON redemption_rows (redemption_id, status, line_number);
CREATE UNIQUE INDEX redemption_rows_card ON redemption_rows (card_id);
