-- +goose Up
ALTER TABLE idempotency_keys ADD COLUMN result_id INTEGER NOT NULL DEFAULT 0;
