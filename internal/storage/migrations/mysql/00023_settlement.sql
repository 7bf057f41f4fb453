-- +goose Up
-- A run that cuts the journal at to_seq and makes a statement of every payable account.
CREATE TABLE settlements (
    id BIGINT NOT NULL PRIMARY KEY,
    to_seq BIGINT NOT NULL,
    period VARCHAR(7) CHARACTER SET ascii COLLATE ascii_bin,
    making VARCHAR(1) CHARACTER SET ascii COLLATE ascii_bin,
    note VARCHAR(1000) NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    asked_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    made_at BIGINT,
    closed_at BIGINT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX settlements_period ON settlements (period);
CREATE UNIQUE INDEX settlements_making ON settlements (making);

-- What one cooperative or village collective is owed of a period, from_seq < seq <= to_seq.
CREATE TABLE settlement_statements (
    id BIGINT NOT NULL PRIMARY KEY,
    settlement_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    account VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    from_seq BIGINT NOT NULL,
    to_seq BIGINT NOT NULL,
    opening_fen BIGINT NOT NULL,
    moved_fen BIGINT NOT NULL,
    closing_fen BIGINT NOT NULL,
    item_count BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    auto_confirmed BIGINT NOT NULL,
    confirm_by BIGINT,
    reason VARCHAR(1000) NOT NULL,
    answer VARCHAR(1000) NOT NULL,
    approval_id BIGINT NOT NULL,
    payee_id BIGINT NOT NULL,
    filed_at BIGINT,
    bank_reference VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
    paid_at BIGINT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    CHECK (closing_fen = opening_fen + moved_fen)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX settlement_statements_run ON settlement_statements (settlement_id, account);
CREATE UNIQUE INDEX settlement_statements_account ON settlement_statements (account, from_seq);
CREATE UNIQUE INDEX settlement_statements_bank ON settlement_statements (bank_reference);
CREATE INDEX settlement_statements_org ON settlement_statements (org_id, id);
CREATE INDEX settlement_statements_status ON settlement_statements (status, id);
CREATE INDEX settlement_statements_confirm ON settlement_statements (confirm_by, id);
