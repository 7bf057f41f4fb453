-- +goose Up
-- Who decides had their role before it was asked.
ALTER TABLE memberships ADD COLUMN role_since INTEGER NOT NULL DEFAULT 0;
UPDATE memberships SET role_since = created_at;
