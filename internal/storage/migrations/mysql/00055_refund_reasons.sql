-- +goose Up
-- Reasons of refunds are as long as any other.
ALTER TABLE refunds MODIFY reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL,
    MODIFY decision_reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL DEFAULT '';
