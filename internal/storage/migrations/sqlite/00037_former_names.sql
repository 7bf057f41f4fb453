-- +goose Up
-- What people called themselves before: texts may still name them so. A first name has
-- no time from which on it was theirs: 0.
CREATE TABLE former_names (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    replaced_at INTEGER NOT NULL
);
CREATE INDEX former_names_user ON former_names (user_id, id);
