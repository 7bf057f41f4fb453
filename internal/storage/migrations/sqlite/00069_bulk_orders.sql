-- +goose Up
-- What members order at once for many. The list of recipients is sealed while it waits;
-- then each has an order of their own, by bulk_row.
CREATE TABLE bulk_orders (
    id INTEGER PRIMARY KEY,
    org_id INTEGER NOT NULL,
    ordered_by INTEGER NOT NULL,
    status TEXT NOT NULL,
    dry_run INTEGER NOT NULL,
    asked_json TEXT NOT NULL,
    recipients_cipher BLOB,
    file_id INTEGER NOT NULL,
    order_count INTEGER NOT NULL,
    goods_fen INTEGER NOT NULL,
    freight_fen INTEGER NOT NULL,
    discount_fen INTEGER NOT NULL,
    on_top_fen INTEGER NOT NULL,
    total_fen INTEGER NOT NULL,
    due_fen INTEGER NOT NULL,
    problem_json TEXT NOT NULL,
    cancelled_count INTEGER NOT NULL,
    cancel_passed INTEGER NOT NULL,
    job_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    placed_at INTEGER,
    cancelled_at INTEGER
);
CREATE INDEX bulk_orders_org ON bulk_orders (org_id, id);
CREATE INDEX bulk_orders_waiting ON bulk_orders (status, created_at);
