-- +goose Up
ALTER TABLE audit_log ADD COLUMN about_org_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX audit_log_about ON audit_log (about_org_id, id);
UPDATE audit_log SET about_org_id = subject_id WHERE subject = 'organisation';
UPDATE audit_log SET about_org_id = (SELECT a.org_id FROM approvals a WHERE a.id = audit_log.subject_id)
WHERE subject = 'approval' AND subject_id IN (SELECT id FROM approvals);
