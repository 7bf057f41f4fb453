-- +goose Up
-- The bulk order that an order is of, and for which of its rows; 0: none.
ALTER TABLE orders ADD COLUMN bulk_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN bulk_row INTEGER NOT NULL DEFAULT 0;
CREATE INDEX orders_bulk ON orders (bulk_id, bulk_row);
