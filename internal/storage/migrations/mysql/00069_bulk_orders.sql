-- +goose Up
-- What members order at once for many. The list of recipients is sealed while it waits;
-- then each has an order of their own, by bulk_row.
CREATE TABLE bulk_orders (
    id BIGINT NOT NULL PRIMARY KEY,
    org_id BIGINT NOT NULL,
    ordered_by BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    dry_run TINYINT NOT NULL,
    asked_json MEDIUMTEXT NOT NULL,
    recipients_cipher MEDIUMBLOB,
    file_id BIGINT NOT NULL,
    order_count BIGINT NOT NULL,
    goods_fen BIGINT NOT NULL,
    freight_fen BIGINT NOT NULL,
    discount_fen BIGINT NOT NULL,
    on_top_fen BIGINT NOT NULL,
    total_fen BIGINT NOT NULL,
    due_fen BIGINT NOT NULL,
    problem_json MEDIUMTEXT NOT NULL,
    cancelled_count BIGINT NOT NULL,
    cancel_passed BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    placed_at BIGINT,
    cancelled_at BIGINT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX bulk_orders_org ON bulk_orders (org_id, id);
CREATE INDEX bulk_orders_waiting ON bulk_orders (status, created_at);
