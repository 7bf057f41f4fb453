-- +goose Up
-- What an issuer of cards keeps in custody and earned in a year, as two people recorded it:
-- rows that are never changed, of which the last one holds. By the class of the issuer goes
-- the share that the rules ask for.
ALTER TABLE card_programs ADD COLUMN issuer_class VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'scale';
CREATE TABLE custody_balances (
    id BIGINT NOT NULL PRIMARY KEY,
    program_id BIGINT NOT NULL,
    balance_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    amount_fen BIGINT NOT NULL,
    source VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (amount_fen >= 0)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX custody_balances_day ON custody_balances (program_id, balance_day, id);
CREATE TABLE issuer_revenues (
    id BIGINT NOT NULL PRIMARY KEY,
    issuer VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    fiscal_year BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    source VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (amount_fen >= 0)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX issuer_revenues_year ON issuer_revenues (issuer, fiscal_year, id);

-- Of what operators were told on which day.
CREATE TABLE prepaid_alerts (
    program_id BIGINT NOT NULL,
    alert VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    alert_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (program_id, alert, alert_day)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
