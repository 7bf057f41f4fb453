-- +goose Up
-- Whom the operators turned to before: texts about the organisation may still name them.
CREATE TABLE former_contacts (
    id BIGINT NOT NULL PRIMARY KEY,
    org_id BIGINT NOT NULL,
    name VARCHAR(60) NOT NULL,
    cipher VARBINARY(120),
    replaced_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX former_contacts_org ON former_contacts (org_id, id);

-- Who is and was of an organisation is read from the log.
CREATE INDEX audit_log_people ON audit_log (about_org_id, subject, subject_id);
UPDATE audit_log SET about_org_id = COALESCE(CAST(JSON_UNQUOTE(COALESCE(JSON_EXTRACT(after_json, '$.org_id'), JSON_EXTRACT(before_json, '$.org_id'))) AS UNSIGNED), 0)
WHERE action IN ('member.joined', 'member.left', 'member.removed', 'member.role_changed') AND about_org_id = 0;

-- A bank difference that is to pay an order is about its buyer.
UPDATE approvals SET about_user_id = COALESCE((SELECT o.buyer_id FROM orders o WHERE o.id = CAST(JSON_UNQUOTE(JSON_EXTRACT(after_json, '$.order_id')) AS UNSIGNED)), 0)
WHERE kind = 'bank_difference.settle';
