-- +goose Up
-- What has served its time is found by its age.
CREATE INDEX attempts_age ON attempts (created_at);
CREATE INDEX phone_codes_age ON phone_codes (created_at);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
CREATE INDEX sessions_age ON sessions (last_used_at);
CREATE INDEX messages_age ON messages (created_at);
CREATE INDEX jobs_finished ON jobs (finished_at);

-- A failed job that was refused for what it was asked needs nobody's attention.
ALTER TABLE jobs ADD COLUMN refused INTEGER NOT NULL DEFAULT 0;
