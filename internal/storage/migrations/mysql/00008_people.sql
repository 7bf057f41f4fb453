-- +goose Up
ALTER TABLE sessions
    ADD COLUMN device VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD COLUMN peer VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET last_used_at = created_at;

CREATE TABLE consents (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    document VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    given TINYINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX consents_user ON consents (user_id, id);
