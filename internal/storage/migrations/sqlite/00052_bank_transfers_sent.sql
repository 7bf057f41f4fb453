-- +goose Up
-- Each transfer from our bank account by its reference, without case and spaces, and what it
-- was for: one reference is of one transfer. Of references that were used twice the first
-- stays, and verify finds the others.
CREATE TABLE bank_transfers_sent (
    reference TEXT NOT NULL PRIMARY KEY,
    subject TEXT NOT NULL,
    subject_id INTEGER NOT NULL
);
INSERT INTO bank_transfers_sent (reference, subject, subject_id)
SELECT reference, subject, subject_id FROM (
    SELECT reference, subject, subject_id, ROW_NUMBER() OVER (PARTITION BY reference ORDER BY subject_id) nth FROM (
        SELECT UPPER(REPLACE(bank_reference, ' ', '')) reference, 'statement' subject, id subject_id FROM settlement_statements WHERE bank_reference IS NOT NULL
        UNION ALL SELECT UPPER(return_reference), 'bank_row', id FROM bank_rows WHERE return_reference IS NOT NULL
        UNION ALL SELECT UPPER(reference), 'gateway_refund', id FROM gateway_refunds WHERE gateway = 'bank_transfer' AND status = 'done'
    ) used
) counted WHERE nth = 1;
CREATE UNIQUE INDEX bank_transfers_sent_subject ON bank_transfers_sent (subject, subject_id);
