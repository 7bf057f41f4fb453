-- +goose Up
-- Whom a batch's cards are for. The id is that of the card, from before it is made. The
-- phone's hash is null once the person is gone.
CREATE TABLE card_recipients (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL,
    phone_hash TEXT,
    person_cipher BLOB NOT NULL,
    department TEXT NOT NULL,
    reminded_at INTEGER,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX card_recipients_batch ON card_recipients (batch_id, phone_hash);
CREATE INDEX card_recipients_department ON card_recipients (batch_id, department, id);
CREATE INDEX card_recipients_phone ON card_recipients (phone_hash);
