-- +goose Up
-- The desk looks for the few payments of another amount than was asked for.
CREATE INDEX captures_outcome ON captures (outcome, id);
