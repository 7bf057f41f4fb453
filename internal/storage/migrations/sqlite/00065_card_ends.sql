-- +goose Up
-- The end that a re-activation put off, so that what had expired as of an earlier day still
-- shows. Of those made before, only that it was over is known.
ALTER TABLE card_steps ADD COLUMN ended_at INTEGER;
UPDATE card_steps SET ended_at = created_at WHERE step = 'reactivated';
