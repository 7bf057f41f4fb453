-- +goose Up
-- Whom a batch's cards are for. The id is that of the card, from before it is made. The
-- phone's hash is null once the person is gone.
CREATE TABLE card_recipients (
    id BIGINT NOT NULL PRIMARY KEY,
    batch_id BIGINT NOT NULL,
    phone_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
    person_cipher VARBINARY(600) NOT NULL,
    department VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    reminded_at BIGINT,
    created_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX card_recipients_batch ON card_recipients (batch_id, phone_hash);
CREATE INDEX card_recipients_department ON card_recipients (batch_id, department, id);
CREATE INDEX card_recipients_phone ON card_recipients (phone_hash);
