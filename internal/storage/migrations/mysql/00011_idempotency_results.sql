-- +goose Up
ALTER TABLE idempotency_keys ADD COLUMN result_id BIGINT NOT NULL DEFAULT 0;
