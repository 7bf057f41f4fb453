-- +goose Up
-- Proofs of what was bought, of an order or of an organisation's period, by version.
CREATE TABLE certificates (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    org_id INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    replaced_at INTEGER,
    orders INTEGER NOT NULL,
    goods_fen INTEGER NOT NULL,
    share_fen INTEGER NOT NULL,
    issued_by INTEGER NOT NULL,
    issued_at INTEGER NOT NULL,
    CHECK (orders > 0 AND goods_fen > 0 AND share_fen >= 0)
);
CREATE UNIQUE INDEX certificates_code ON certificates (code);
CREATE UNIQUE INDEX certificates_version ON certificates (subject, version);
CREATE INDEX certificates_order ON certificates (order_id, id);
CREATE INDEX certificates_org ON certificates (org_id, kind, id);

-- What of it went to which village.
CREATE TABLE certificate_villages (
    id INTEGER PRIMARY KEY,
    certificate_id INTEGER NOT NULL,
    village_id INTEGER NOT NULL,
    goods_fen INTEGER NOT NULL,
    share_fen INTEGER NOT NULL
);
CREATE INDEX certificate_villages_of ON certificate_villages (certificate_id, id);

-- What an organisation's members ordered in a period.
CREATE INDEX orders_org ON orders (org_id, paid_at);
