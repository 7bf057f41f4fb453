-- +goose Up
-- Which statement's opening has what another one carried on; 0: the next one's will. And why
-- an operator let one be carried on that was to be paid.
ALTER TABLE settlement_statements ADD COLUMN carried_into BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN carried_reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL DEFAULT '';
UPDATE settlement_statements s JOIN settlement_statements n ON n.account = s.account AND n.from_seq = s.to_seq
    SET s.carried_into = n.id WHERE s.status = 'carried';
