-- +goose Up
CREATE TABLE approvals (
    id BIGINT NOT NULL PRIMARY KEY,
    kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    requested_by BIGINT NOT NULL,
    reason VARCHAR(1000) NOT NULL,
    before_json TEXT NOT NULL,
    after_json TEXT NOT NULL,
    payload TEXT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pending_key VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by BIGINT NOT NULL,
    decided_at BIGINT,
    decision_reason VARCHAR(1000) NOT NULL
);
CREATE UNIQUE INDEX approvals_pending ON approvals (pending_key);
CREATE INDEX approvals_queue ON approvals (status, id);
CREATE INDEX approvals_expiry ON approvals (status, expires_at);
CREATE INDEX approvals_requester ON approvals (requested_by, id);
CREATE INDEX approvals_decider ON approvals (decided_by, id);
CREATE INDEX approvals_org ON approvals (org_id, id);
