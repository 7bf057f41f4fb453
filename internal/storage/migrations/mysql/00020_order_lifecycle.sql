-- +goose Up
-- Sub-orders go on after payment: parcels, receipt, closing.
ALTER TABLE sub_orders ADD COLUMN due_at BIGINT;
ALTER TABLE sub_orders ADD COLUMN shipped_at BIGINT;
ALTER TABLE sub_orders ADD COLUMN received_at BIGINT;
ALTER TABLE sub_orders ADD COLUMN closed_at BIGINT;
ALTER TABLE sub_orders ADD COLUMN reserved_freight_fen BIGINT NOT NULL DEFAULT 0;
CREATE INDEX sub_orders_due ON sub_orders (due_at, id);
CREATE INDEX sub_orders_queue ON sub_orders (cooperative_id, status, id);

CREATE TABLE shipments (
    id BIGINT NOT NULL PRIMARY KEY,
    sub_order_id BIGINT NOT NULL,
    carrier VARCHAR(40) NOT NULL,
    tracking_no VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX shipments_sub_order ON shipments (sub_order_id, id);

CREATE TABLE shipment_lines (
    id BIGINT NOT NULL PRIMARY KEY,
    shipment_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    CHECK (quantity > 0)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX shipment_lines_shipment ON shipment_lines (shipment_id);
CREATE INDEX shipment_lines_line ON shipment_lines (line_id);

-- What was shipped, what came off before dispatch, what open requests hold back.
ALTER TABLE order_lines ADD COLUMN shipped_quantity BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN cancelled_quantity BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN restocked_quantity BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN reserved_quantity BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN reserved_fen BIGINT NOT NULL DEFAULT 0;
UPDATE order_lines SET cancelled_quantity = refunded_quantity, restocked_quantity = refunded_quantity;

-- A refund after dispatch is asked of one cooperative and decided there.
ALTER TABLE refunds ADD COLUMN sub_order_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN asked_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN decided_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE refunds ADD COLUMN decision_reason VARCHAR(400) NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN return_carrier VARCHAR(40) NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN return_tracking_no VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0;
UPDATE refunds SET changed_at = created_at;
CREATE INDEX refunds_sub_order ON refunds (sub_order_id, status, id);

-- A share is pending until its sub-order closes, then available.
ALTER TABLE share_entries ADD COLUMN stage VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'pending';
CREATE INDEX share_entries_stage ON share_entries (village_id, stage, id);
CREATE INDEX share_entries_tx ON share_entries (tx_id);

-- Rules reach further than a category, and others than the seller can bear them.
ALTER TABLE share_rules ADD COLUMN village_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE share_rules ADD COLUMN channel VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
ALTER TABLE share_rules ADD COLUMN campaign_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE share_rules ADD COLUMN eligible TINYINT NOT NULL DEFAULT 1;
ALTER TABLE order_lines ADD COLUMN share_bearer VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'seller';
ALTER TABLE order_lines ADD COLUMN share_campaign_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_lines ADD COLUMN on_top_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN on_top_fen BIGINT NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN channel VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
ALTER TABLE refunds ADD COLUMN on_top_fen BIGINT NOT NULL DEFAULT 0;
