-- +goose Up
-- A run that cuts the journal at to_seq and makes a statement of every payable account.
CREATE TABLE settlements (
    id INTEGER PRIMARY KEY,
    to_seq INTEGER NOT NULL,
    period TEXT,
    making TEXT,
    note TEXT NOT NULL,
    status TEXT NOT NULL,
    asked_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    made_at INTEGER,
    closed_at INTEGER
);
CREATE UNIQUE INDEX settlements_period ON settlements (period);
CREATE UNIQUE INDEX settlements_making ON settlements (making);

-- What one cooperative or village collective is owed of a period, from_seq < seq <= to_seq.
CREATE TABLE settlement_statements (
    id INTEGER PRIMARY KEY,
    settlement_id INTEGER NOT NULL,
    org_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    account TEXT NOT NULL,
    from_seq INTEGER NOT NULL,
    to_seq INTEGER NOT NULL,
    opening_fen INTEGER NOT NULL,
    moved_fen INTEGER NOT NULL,
    closing_fen INTEGER NOT NULL,
    item_count INTEGER NOT NULL,
    status TEXT NOT NULL,
    auto_confirmed INTEGER NOT NULL,
    confirm_by INTEGER,
    reason TEXT NOT NULL,
    answer TEXT NOT NULL,
    approval_id INTEGER NOT NULL,
    payee_id INTEGER NOT NULL,
    filed_at INTEGER,
    bank_reference TEXT,
    paid_at INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    CHECK (closing_fen = opening_fen + moved_fen)
);
CREATE UNIQUE INDEX settlement_statements_run ON settlement_statements (settlement_id, account);
CREATE UNIQUE INDEX settlement_statements_account ON settlement_statements (account, from_seq);
CREATE UNIQUE INDEX settlement_statements_bank ON settlement_statements (bank_reference);
CREATE INDEX settlement_statements_org ON settlement_statements (org_id, id);
CREATE INDEX settlement_statements_status ON settlement_statements (status, id);
CREATE INDEX settlement_statements_confirm ON settlement_statements (confirm_by, id);
