-- +goose Up
-- Purchase orders of enterprises to one cooperative each, by quote, approval, delivery and
-- acceptance; see package procurement.
CREATE TABLE purchase_orders (
    id BIGINT NOT NULL PRIMARY KEY,
    enterprise_id BIGINT NOT NULL,
    cooperative_id BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    remittance_code VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    terms_days BIGINT NOT NULL,
    contact_name VARCHAR(40) NOT NULL,
    contact_cipher VARBINARY(1024),
    address_cipher VARBINARY(1024),
    deliver_by VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    carrier VARCHAR(40) NOT NULL,
    delivery_note VARCHAR(40) NOT NULL,
    reason VARCHAR(1000) NOT NULL,
    quoted_fen BIGINT NOT NULL,
    goods_fen BIGINT NOT NULL,
    share_fen BIGINT NOT NULL,
    due_day VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    bank_row_id BIGINT NOT NULL,
    drafted_by BIGINT NOT NULL,
    quoted_by BIGINT NOT NULL,
    approved_by BIGINT NOT NULL,
    delivered_by BIGINT NOT NULL,
    accepted_by BIGINT NOT NULL,
    ended_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    quoted_at BIGINT,
    approved_at BIGINT,
    delivered_at BIGINT,
    accepted_at BIGINT,
    paid_at BIGINT,
    ended_at BIGINT,
    CHECK (terms_days >= 0 AND quoted_fen >= 0 AND goods_fen >= 0 AND share_fen >= 0)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX purchase_orders_remittance ON purchase_orders (remittance_code);
CREATE INDEX purchase_orders_enterprise ON purchase_orders (enterprise_id, id);
CREATE INDEX purchase_orders_cooperative ON purchase_orders (cooperative_id, id);
CREATE INDEX purchase_orders_status ON purchase_orders (status, id);

CREATE TABLE purchase_order_lines (
    id BIGINT NOT NULL PRIMARY KEY,
    purchase_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    category_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    village_id BIGINT NOT NULL,
    title VARCHAR(60) NOT NULL,
    unit VARCHAR(20) NOT NULL,
    quantity BIGINT NOT NULL,
    wanted_fen BIGINT NOT NULL,
    price_fen BIGINT NOT NULL,
    rule_id BIGINT NOT NULL,
    rate_bp BIGINT NOT NULL,
    accepted_quantity BIGINT NOT NULL,
    rejected_quantity BIGINT NOT NULL,
    rejected_reason VARCHAR(1000) NOT NULL,
    goods_fen BIGINT NOT NULL,
    share_fen BIGINT NOT NULL,
    CHECK (quantity > 0 AND wanted_fen >= 0 AND price_fen >= 0 AND accepted_quantity >= 0 AND rejected_quantity >= 0
        AND accepted_quantity + rejected_quantity <= quantity)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX purchase_order_lines_of ON purchase_order_lines (purchase_id, id);
CREATE INDEX purchase_order_lines_village ON purchase_order_lines (village_id, id);
