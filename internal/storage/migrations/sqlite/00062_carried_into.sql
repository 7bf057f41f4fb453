-- +goose Up
-- Which statement's opening has what another one carried on; 0: the next one's will. And why
-- an operator let one be carried on that was to be paid.
ALTER TABLE settlement_statements ADD COLUMN carried_into INTEGER NOT NULL DEFAULT 0;
ALTER TABLE settlement_statements ADD COLUMN carried_reason TEXT NOT NULL DEFAULT '';
UPDATE settlement_statements SET carried_into = COALESCE((SELECT n.id FROM settlement_statements n
    WHERE n.account = settlement_statements.account AND n.from_seq = settlement_statements.to_seq), 0) WHERE status = 'carried';
