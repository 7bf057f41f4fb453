-- +goose Up
-- One row: what this database was begun as.
CREATE TABLE installation (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    mode TEXT NOT NULL,
    key_check BLOB NOT NULL,
    created_at INTEGER NOT NULL
);
