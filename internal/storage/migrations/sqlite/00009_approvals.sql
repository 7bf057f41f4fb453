-- +goose Up
CREATE TABLE approvals (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    subject_id INTEGER NOT NULL,
    org_id INTEGER NOT NULL,
    requested_by INTEGER NOT NULL,
    reason TEXT NOT NULL,
    before_json TEXT NOT NULL,
    after_json TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    pending_key TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_by INTEGER NOT NULL,
    decided_at INTEGER,
    decision_reason TEXT NOT NULL
);
CREATE UNIQUE INDEX approvals_pending ON approvals (pending_key);
CREATE INDEX approvals_queue ON approvals (status, id);
CREATE INDEX approvals_expiry ON approvals (status, expires_at);
CREATE INDEX approvals_requester ON approvals (requested_by, id);
CREATE INDEX approvals_decider ON approvals (decided_by, id);
CREATE INDEX approvals_org ON approvals (org_id, id);
