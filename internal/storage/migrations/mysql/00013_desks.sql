-- +goose Up
ALTER TABLE org_admission_steps ADD COLUMN desk VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
-- A draft claims no credit code.
UPDATE organisations SET credit_code_key = NULL WHERE status = 'draft';
