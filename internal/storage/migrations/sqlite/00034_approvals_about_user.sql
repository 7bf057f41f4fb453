-- +goose Up
-- Whom a request is about, so that texts about it are masked and erased for them.
ALTER TABLE approvals ADD COLUMN about_user_id INTEGER NOT NULL DEFAULT 0;
UPDATE approvals SET about_user_id = subject_id WHERE subject = 'user';
UPDATE approvals SET about_user_id = CAST(json_extract(payload, '$.user_id') AS INTEGER) WHERE kind = 'collective_head_removal' AND status = 'pending';
