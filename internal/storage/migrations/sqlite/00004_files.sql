-- +goose Up
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    owner_id INTEGER NOT NULL,
    org_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    media_type TEXT NOT NULL,
    name TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    public INTEGER NOT NULL,
    stored_as TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    removed_at INTEGER
);
CREATE UNIQUE INDEX files_stored_as ON files (stored_as);
CREATE INDEX files_owner ON files (owner_id, id);
CREATE INDEX files_org ON files (org_id, public, created_at);
CREATE INDEX files_removed ON files (removed_at);

CREATE TABLE file_usage (
    owner_id INTEGER PRIMARY KEY,
    bytes INTEGER NOT NULL,
    CHECK (bytes >= 0)
);
