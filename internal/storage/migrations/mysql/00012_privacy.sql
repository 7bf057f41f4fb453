-- +goose Up
-- When a file was taken back from the organisation or the public that had it.
ALTER TABLE files ADD COLUMN released_at BIGINT;
-- What was to be carried out is not needed once it is decided.
UPDATE approvals SET payload = 'null' WHERE status <> 'pending';
CREATE INDEX org_invitations_age ON org_invitations (created_at);
CREATE INDEX org_invitations_inviter ON org_invitations (invited_by, id);
