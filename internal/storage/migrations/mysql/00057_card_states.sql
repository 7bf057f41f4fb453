-- +goose Up
-- Whether a card bears a name, when it is due to expire, for what it is frozen, which card
-- it replaces and which one has its money now; and what was done with it. What is moved
-- into a card adds to its face, so that it never holds more than was loaded.
ALTER TABLE aid_cards
    ADD COLUMN kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'registered',
    ADD COLUMN due_at BIGINT,
    ADD COLUMN frozen_for VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD COLUMN moved_in_fen BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN replaces_id BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN successor_id BIGINT NOT NULL DEFAULT 0;
UPDATE aid_cards SET kind = 'anonymous' WHERE expires_at IS NOT NULL;
UPDATE aid_cards SET frozen_for = 'operator' WHERE status = 'frozen';
UPDATE aid_cards SET due_at = expires_at WHERE status IN ('issued', 'active');
CREATE INDEX aid_cards_due ON aid_cards (due_at);
CREATE TABLE card_steps (
    id BIGINT NOT NULL PRIMARY KEY,
    card_id BIGINT NOT NULL,
    step VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    to_card_id BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    created_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX card_steps_card ON card_steps (card_id);
CREATE INDEX card_steps_to ON card_steps (to_card_id);

-- Unused cards that the enterprise which bought them gives back for its money.
CREATE TABLE card_returns (
    id BIGINT NOT NULL PRIMARY KEY,
    enterprise_id BIGINT NOT NULL,
    batch_id BIGINT NOT NULL,
    card_count BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL,
    asked_by BIGINT NOT NULL,
    payee_id BIGINT NOT NULL,
    bank_reference VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX card_returns_reference ON card_returns (bank_reference);
CREATE INDEX card_returns_enterprise ON card_returns (enterprise_id, id);
CREATE INDEX card_returns_status ON card_returns (status, id);
CREATE TABLE card_return_cards (
    return_id BIGINT NOT NULL,
    card_id BIGINT NOT NULL,
    PRIMARY KEY (return_id, card_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
