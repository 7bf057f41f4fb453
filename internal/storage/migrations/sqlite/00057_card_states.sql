-- +goose Up
-- Whether a card bears a name, when it is due to expire, for what it is frozen, which card
-- it replaces and which one has its money now; and what was done with it. What is moved
-- into a card adds to its face, so that it never holds more than was loaded.
ALTER TABLE aid_cards ADD COLUMN kind TEXT NOT NULL DEFAULT 'registered';
ALTER TABLE aid_cards ADD COLUMN due_at INTEGER;
ALTER TABLE aid_cards ADD COLUMN frozen_for TEXT NOT NULL DEFAULT '';
ALTER TABLE aid_cards ADD COLUMN moved_in_fen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE aid_cards ADD COLUMN replaces_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE aid_cards ADD COLUMN successor_id INTEGER NOT NULL DEFAULT 0;
UPDATE aid_cards SET kind = 'anonymous' WHERE expires_at IS NOT NULL;
UPDATE aid_cards SET frozen_for = 'operator' WHERE status = 'frozen';
UPDATE aid_cards SET due_at = expires_at WHERE status IN ('issued', 'active');
CREATE INDEX aid_cards_due ON aid_cards (due_at);
CREATE TABLE card_steps (
    id INTEGER PRIMARY KEY,
    card_id INTEGER NOT NULL,
    step TEXT NOT NULL,
    to_card_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX card_steps_card ON card_steps (card_id);
CREATE INDEX card_steps_to ON card_steps (to_card_id);

-- Unused cards that the enterprise which bought them gives back for its money.
CREATE TABLE card_returns (
    id INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL,
    batch_id INTEGER NOT NULL,
    card_count INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by INTEGER NOT NULL,
    payee_id INTEGER NOT NULL,
    bank_reference TEXT,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX card_returns_reference ON card_returns (bank_reference);
CREATE INDEX card_returns_enterprise ON card_returns (enterprise_id, id);
CREATE INDEX card_returns_status ON card_returns (status, id);
CREATE TABLE card_return_cards (
    return_id INTEGER NOT NULL,
    card_id INTEGER NOT NULL,
    PRIMARY KEY (return_id, card_id)
);
