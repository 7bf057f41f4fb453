-- +goose Up
ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN peer TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN last_used_at INTEGER NOT NULL DEFAULT 0;
UPDATE sessions SET last_used_at = created_at;

CREATE TABLE consents (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    version TEXT NOT NULL,
    given INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX consents_user ON consents (user_id, id);
