-- +goose Up
-- When a file was taken back from the organisation or the public that had it.
ALTER TABLE files ADD COLUMN released_at BIGINT;
-- What stands in no application any more is its owner's again, and swept.
DELETE FROM organisation_documents WHERE org_id IN (SELECT id FROM organisations WHERE status = 'rejected');
UPDATE files SET org_id = 0 WHERE org_id <> 0 AND id NOT IN (SELECT file_id FROM organisation_documents);
-- What was to be carried out is not needed once it is decided.
UPDATE approvals SET payload = 'null' WHERE status <> 'pending';
CREATE INDEX org_invitations_age ON org_invitations (created_at);
CREATE INDEX org_invitations_inviter ON org_invitations (invited_by, id);
