-- +goose Up
ALTER TABLE organisations ADD COLUMN credit_code TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN credit_code_key TEXT;
ALTER TABLE organisations ADD COLUMN contact_name TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN contact_cipher BLOB;
ALTER TABLE organisations ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE organisations ADD COLUMN submitted_at INTEGER;
CREATE UNIQUE INDEX organisations_credit_code ON organisations (credit_code_key);
CREATE INDEX organisations_status ON organisations (status, id);
CREATE INDEX organisations_kind ON organisations (kind, id);

CREATE TABLE organisation_documents (
    id INTEGER PRIMARY KEY,
    org_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    file_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX organisation_documents_org ON organisation_documents (org_id, id);

CREATE TABLE org_admission_steps (
    id INTEGER PRIMARY KEY,
    org_id INTEGER NOT NULL,
    from_status TEXT NOT NULL,
    to_status TEXT NOT NULL,
    actor_id INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX org_admission_steps_org ON org_admission_steps (org_id, id);

CREATE TABLE org_invitations (
    id INTEGER PRIMARY KEY,
    org_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    phone_hash TEXT NOT NULL,
    phone_cipher BLOB NOT NULL,
    status TEXT NOT NULL,
    pending_phone TEXT,
    invited_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_by INTEGER NOT NULL,
    decided_at INTEGER
);
CREATE UNIQUE INDEX org_invitations_pending ON org_invitations (org_id, pending_phone);
CREATE INDEX org_invitations_org ON org_invitations (org_id, created_at);
CREATE INDEX org_invitations_phone ON org_invitations (phone_hash, created_at);

CREATE TABLE payee_accounts (
    id INTEGER PRIMARY KEY,
    org_id INTEGER NOT NULL,
    cipher BLOB NOT NULL,
    agency INTEGER NOT NULL,
    status TEXT NOT NULL,
    active_org_id INTEGER,
    approval_id INTEGER NOT NULL,
    usable_from INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    replaced_at INTEGER
);
CREATE UNIQUE INDEX payee_accounts_active ON payee_accounts (active_org_id);
CREATE INDEX payee_accounts_org ON payee_accounts (org_id, id);

CREATE INDEX user_roles_role ON user_roles (role, user_id);
