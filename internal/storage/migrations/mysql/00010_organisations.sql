-- +goose Up
ALTER TABLE organisations ADD COLUMN credit_code VARCHAR(18) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN credit_code_key VARCHAR(18) CHARACTER SET ascii COLLATE ascii_bin;
ALTER TABLE organisations ADD COLUMN contact_name VARCHAR(60) NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN contact_cipher VARBINARY(120);
ALTER TABLE organisations ADD COLUMN reason VARCHAR(1000) NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN submitted_at BIGINT;
CREATE UNIQUE INDEX organisations_credit_code ON organisations (credit_code_key);
CREATE INDEX organisations_status ON organisations (status, id);
CREATE INDEX organisations_kind ON organisations (kind, id);

CREATE TABLE organisation_documents (
    id BIGINT NOT NULL PRIMARY KEY,
    org_id BIGINT NOT NULL,
    kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    file_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX organisation_documents_org ON organisation_documents (org_id, id);

CREATE TABLE org_admission_steps (
    id BIGINT NOT NULL PRIMARY KEY,
    org_id BIGINT NOT NULL,
    from_status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    to_status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    actor_id BIGINT NOT NULL,
    reason VARCHAR(1000) NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX org_admission_steps_org ON org_admission_steps (org_id, id);

CREATE TABLE org_invitations (
    id BIGINT NOT NULL PRIMARY KEY,
    org_id BIGINT NOT NULL,
    role VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    phone_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    phone_cipher VARBINARY(120) NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    pending_phone CHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
    invited_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    decided_by BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE UNIQUE INDEX org_invitations_pending ON org_invitations (org_id, pending_phone);
CREATE INDEX org_invitations_org ON org_invitations (org_id, created_at);
CREATE INDEX org_invitations_phone ON org_invitations (phone_hash, created_at);

CREATE TABLE payee_accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    org_id BIGINT NOT NULL,
    cipher VARBINARY(1000) NOT NULL,
    agency TINYINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    active_org_id BIGINT,
    approval_id BIGINT NOT NULL,
    usable_from BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    replaced_at BIGINT
);
CREATE UNIQUE INDEX payee_accounts_active ON payee_accounts (active_org_id);
CREATE INDEX payee_accounts_org ON payee_accounts (org_id, id);

CREATE INDEX user_roles_role ON user_roles (role, user_id);
