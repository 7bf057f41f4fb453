-- +goose Up
CREATE TABLE audit_log (
    id BIGINT NOT NULL PRIMARY KEY,
    actor_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    action VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    subject_id BIGINT NOT NULL,
    before_json TEXT NOT NULL,
    after_json TEXT NOT NULL,
    reason VARCHAR(1000) NOT NULL,
    peer VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    request_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX audit_log_subject ON audit_log (subject, subject_id, id);
CREATE INDEX audit_log_actor ON audit_log (actor_id, id);
CREATE INDEX audit_log_org ON audit_log (org_id, id);
CREATE INDEX audit_log_action ON audit_log (action, id);
CREATE INDEX audit_log_request ON audit_log (request_id);
