-- A checkpoint is kept for every sealed entry, so that a balance is known at every seq.
-- entry_id has no default: an older program that still runs cannot seal into this table.
-- +goose Up
CREATE TABLE ledger_history (
    account_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    balance_fen BIGINT NOT NULL,
    PRIMARY KEY (account_id, seq)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT INTO ledger_history (account_id, seq, entry_id, balance_fen)
SELECT e.account_id, t.seq, e.id, SUM(e.amount_fen) OVER (PARTITION BY e.account_id ORDER BY t.seq)
FROM ledger_transactions t JOIN ledger_entries e ON e.tx_id = t.id WHERE t.seq IS NOT NULL;
DROP TABLE ledger_checkpoints;
ALTER TABLE ledger_history RENAME TO ledger_checkpoints;

-- seq is the last that was sealed at that instant. What was sealed before this table
-- counts from now on.
CREATE TABLE ledger_seals (
    seq BIGINT NOT NULL PRIMARY KEY,
    sealed_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX ledger_seals_time ON ledger_seals (sealed_at, seq);
INSERT INTO ledger_seals (seq, sealed_at)
SELECT size, CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) FROM ledger_heads WHERE size > 0;

CREATE TABLE verify_progress (
    id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    head BIGINT NOT NULL,
    broken BIGINT NOT NULL,
    checked_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
INSERT INTO verify_progress (id, seq, head, broken, checked_at) VALUES (1, 0, 0, 0, 0);
