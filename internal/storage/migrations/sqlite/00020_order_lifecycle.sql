-- +goose Up
-- Sub-orders go on after payment: parcels, receipt, closing.
ALTER TABLE sub_orders ADD COLUMN due_at INTEGER;
ALTER TABLE sub_orders ADD COLUMN shipped_at INTEGER;
ALTER TABLE sub_orders ADD COLUMN received_at INTEGER;
ALTER TABLE sub_orders ADD COLUMN closed_at INTEGER;
ALTER TABLE sub_orders ADD COLUMN reserved_freight_fen INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sub_orders_due ON sub_orders (due_at, id);
CREATE INDEX sub_orders_queue ON sub_orders (cooperative_id, status, id);

CREATE TABLE shipments (
    id INTEGER PRIMARY KEY,
    sub_order_id INTEGER NOT NULL,
    carrier TEXT NOT NULL,
    tracking_no TEXT NOT NULL,
    created_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX shipments_sub_order ON shipments (sub_order_id, id);

CREATE TABLE shipment_lines (
    id INTEGER PRIMARY KEY,
    shipment_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    CHECK (quantity > 0)
);
CREATE INDEX shipment_lines_shipment ON shipment_lines (shipment_id);
CREATE INDEX shipment_lines_line ON shipment_lines (line_id);

-- What was shipped, what came off before dispatch, what open requests hold back.
ALTER TABLE order_lines ADD COLUMN shipped_quantity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN cancelled_quantity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN restocked_quantity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN reserved_quantity INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN reserved_fen INTEGER NOT NULL DEFAULT 0;
UPDATE order_lines SET cancelled_quantity = refunded_quantity, restocked_quantity = refunded_quantity;

-- A refund after dispatch is asked of one cooperative and decided there.
ALTER TABLE refunds ADD COLUMN sub_order_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN asked_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN decided_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN decision_reason TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN return_carrier TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN return_tracking_no TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
UPDATE refunds SET changed_at = created_at;
CREATE INDEX refunds_sub_order ON refunds (sub_order_id, status, id);

-- A share is pending until its sub-order closes, then available.
ALTER TABLE share_entries ADD COLUMN stage TEXT NOT NULL DEFAULT 'pending';
CREATE INDEX share_entries_stage ON share_entries (village_id, stage, id);
CREATE INDEX share_entries_tx ON share_entries (tx_id);

-- Rules reach further than a category, and others than the seller can bear them.
ALTER TABLE share_rules ADD COLUMN village_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE share_rules ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE share_rules ADD COLUMN campaign_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE share_rules ADD COLUMN eligible INTEGER NOT NULL DEFAULT 1;
ALTER TABLE order_lines ADD COLUMN share_bearer TEXT NOT NULL DEFAULT 'seller';
ALTER TABLE order_lines ADD COLUMN share_campaign_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN on_top_fen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN on_top_fen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN on_top_fen INTEGER NOT NULL DEFAULT 0;
