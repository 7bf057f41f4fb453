-- +goose Up
-- Proofs of what was bought, of an order or of an organisation's period, by version.
CREATE TABLE certificates (
    id BIGINT NOT NULL PRIMARY KEY,
    code VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    order_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    subject VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    version BIGINT NOT NULL,
    replaced_at BIGINT,
    orders BIGINT NOT NULL,
    goods_fen BIGINT NOT NULL,
    share_fen BIGINT NOT NULL,
    issued_by BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    CHECK (orders > 0 AND goods_fen > 0 AND share_fen >= 0)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX certificates_code ON certificates (code);
CREATE UNIQUE INDEX certificates_version ON certificates (subject, version);
CREATE INDEX certificates_order ON certificates (order_id, id);
CREATE INDEX certificates_org ON certificates (org_id, kind, id);

-- What of it went to which village.
CREATE TABLE certificate_villages (
    id BIGINT NOT NULL PRIMARY KEY,
    certificate_id BIGINT NOT NULL,
    village_id BIGINT NOT NULL,
    goods_fen BIGINT NOT NULL,
    share_fen BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX certificate_villages_of ON certificate_villages (certificate_id, id);

-- What an organisation's members ordered in a period.
CREATE INDEX orders_org ON orders (org_id, paid_at);
