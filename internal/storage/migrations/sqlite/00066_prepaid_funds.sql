-- +goose Up
-- What an issuer of cards keeps in custody and earned in a year, as two people recorded it:
-- rows that are never changed, of which the last one holds. By the class of the issuer goes
-- the share that the rules ask for.
ALTER TABLE card_programs ADD COLUMN issuer_class TEXT NOT NULL DEFAULT 'scale';
CREATE TABLE custody_balances (
    id INTEGER PRIMARY KEY,
    program_id INTEGER NOT NULL,
    balance_day TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (amount_fen >= 0)
);
CREATE INDEX custody_balances_day ON custody_balances (program_id, balance_day, id);
CREATE TABLE issuer_revenues (
    id INTEGER PRIMARY KEY,
    issuer TEXT NOT NULL,
    fiscal_year INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (amount_fen >= 0)
);
CREATE INDEX issuer_revenues_year ON issuer_revenues (issuer, fiscal_year, id);

-- Of what operators were told on which day.
CREATE TABLE prepaid_alerts (
    program_id INTEGER NOT NULL,
    alert TEXT NOT NULL,
    alert_day TEXT NOT NULL,
    PRIMARY KEY (program_id, alert, alert_day)
);
