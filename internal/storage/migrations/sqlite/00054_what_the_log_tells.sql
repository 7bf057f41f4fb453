-- +goose Up
-- The epoch counts the seals; one seal stands for all from before there were any.
UPDATE ledger_heads SET epoch = (SELECT COUNT(*) FROM ledger_seals);

-- What a row of a bank statement was when it was taken in stands in the log. A log's row and
-- a bank row never share an id, so a bank row's is free in the log.
INSERT INTO audit_log (id, actor_id, org_id, about_org_id, action, subject, subject_id, before_json, after_json, reason, peer, request_id, created_at)
SELECT id, taken_by, 0, 0, 'bank_row.taken', 'bank_row', id, 'null',
    '{"amount_fen":' || amount_fen || ',"bank_reference":"' || bank_reference || '","day":"' || bank_day || '"}', '', '', '', created_at
FROM bank_rows;
