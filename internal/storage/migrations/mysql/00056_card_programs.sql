-- +goose Up
-- Under which filing cards of a program are issued, which rules hold for them, and which
-- cooperatives take them: all, or those that are listed.
ALTER TABLE card_programs
    ADD COLUMN filing_number VARCHAR(60) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    ADD COLUMN rule_pack VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'national',
    ADD COLUMN accepts_all BIGINT NOT NULL DEFAULT 1;
CREATE TABLE card_program_cooperatives (
    program_id BIGINT NOT NULL,
    cooperative_id BIGINT NOT NULL,
    PRIMARY KEY (program_id, cooperative_id)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX card_batches_program ON card_batches (program_id);
