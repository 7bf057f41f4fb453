-- +goose Up
-- What waits is looked for by its status.
CREATE INDEX refunds_status ON refunds (status, changed_at, id);
