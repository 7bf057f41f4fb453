-- +goose Up
-- Under which filing cards of a program are issued, which rules hold for them, and which
-- cooperatives take them: all, or those that are listed.
ALTER TABLE card_programs ADD COLUMN filing_number TEXT NOT NULL DEFAULT '';
ALTER TABLE card_programs ADD COLUMN rule_pack TEXT NOT NULL DEFAULT 'national';
ALTER TABLE card_programs ADD COLUMN accepts_all INTEGER NOT NULL DEFAULT 1;
CREATE TABLE card_program_cooperatives (
    program_id INTEGER NOT NULL,
    cooperative_id INTEGER NOT NULL,
    PRIMARY KEY (program_id, cooperative_id)
);
CREATE INDEX card_batches_program ON card_batches (program_id);
