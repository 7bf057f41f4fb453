-- +goose Up
-- Files of card codes. What is sealed, the password and what codes are derived from, is
-- gone once the file is made; the file is encrypted under the password, and gone a day later.
CREATE TABLE card_exports (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL,
    enterprise_id INTEGER NOT NULL,
    format TEXT NOT NULL,
    only_missing INTEGER NOT NULL,
    status TEXT NOT NULL,
    secrets BLOB,
    approval_id INTEGER NOT NULL,
    asked_by INTEGER NOT NULL,
    cards INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER
);
CREATE INDEX card_exports_batch ON card_exports (batch_id, id);
CREATE INDEX card_exports_expires ON card_exports (expires_at, id);

CREATE TABLE card_export_parts (
    id INTEGER PRIMARY KEY,
    export_id INTEGER NOT NULL,
    content BLOB NOT NULL
);
CREATE INDEX card_export_parts_export ON card_export_parts (export_id, id);
