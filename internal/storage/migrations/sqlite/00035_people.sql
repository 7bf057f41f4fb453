-- +goose Up
-- Whom the operators turned to before: texts about the organisation may still name them.
CREATE TABLE former_contacts (
    id INTEGER PRIMARY KEY,
    org_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    cipher BLOB,
    replaced_at INTEGER NOT NULL
);
CREATE INDEX former_contacts_org ON former_contacts (org_id, id);

-- Who is and was of an organisation is read from the log.
CREATE INDEX audit_log_people ON audit_log (about_org_id, subject, subject_id);
UPDATE audit_log SET about_org_id = COALESCE(CAST(COALESCE(json_extract(after_json, '$.org_id'), json_extract(before_json, '$.org_id')) AS INTEGER), 0)
WHERE action IN ('member.joined', 'member.left', 'member.removed', 'member.role_changed') AND about_org_id = 0;

-- A bank difference that is to pay an order is about its buyer.
UPDATE approvals SET about_user_id = COALESCE((SELECT o.buyer_id FROM orders o WHERE o.id = CAST(json_extract(after_json, '$.order_id') AS INTEGER)), 0)
WHERE kind = 'bank_difference.settle';
