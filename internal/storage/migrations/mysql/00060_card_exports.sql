-- +goose Up
-- Files of card codes. What is sealed, the password and what codes are derived from, is
-- gone once the file is made; the file is encrypted under the password, and gone a day later.
CREATE TABLE card_exports (
    id BIGINT NOT NULL PRIMARY KEY,
    batch_id BIGINT NOT NULL,
    enterprise_id BIGINT NOT NULL,
    format VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    only_missing TINYINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    secrets VARBINARY(1000),
    approval_id BIGINT NOT NULL,
    asked_by BIGINT NOT NULL,
    cards BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX card_exports_batch ON card_exports (batch_id, id);
CREATE INDEX card_exports_expires ON card_exports (expires_at, id);

CREATE TABLE card_export_parts (
    id BIGINT NOT NULL PRIMARY KEY,
    export_id BIGINT NOT NULL,
    content MEDIUMBLOB NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX card_export_parts_export ON card_export_parts (export_id, id);
