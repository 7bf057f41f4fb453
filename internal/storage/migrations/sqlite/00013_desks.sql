-- +goose Up
ALTER TABLE org_admission_steps ADD COLUMN desk TEXT NOT NULL DEFAULT '';
-- A draft claims no credit code.
UPDATE organisations SET credit_code_key = NULL WHERE status = 'draft';
