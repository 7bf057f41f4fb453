-- +goose Up
-- Reasons of refunds are as long as any other: here text has no length.
SELECT 1;
