-- +goose Up
-- Purchase orders of enterprises to one cooperative each, by quote, approval, delivery and
-- acceptance; see package procurement.
CREATE TABLE purchase_orders (
    id INTEGER PRIMARY KEY,
    enterprise_id INTEGER NOT NULL,
    cooperative_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    remittance_code TEXT NOT NULL,
    terms_days INTEGER NOT NULL,
    contact_name TEXT NOT NULL,
    contact_cipher BLOB,
    address_cipher BLOB,
    deliver_by TEXT NOT NULL,
    carrier TEXT NOT NULL,
    delivery_note TEXT NOT NULL,
    reason TEXT NOT NULL,
    quoted_fen INTEGER NOT NULL,
    goods_fen INTEGER NOT NULL,
    share_fen INTEGER NOT NULL,
    due_day TEXT NOT NULL,
    bank_row_id INTEGER NOT NULL,
    drafted_by INTEGER NOT NULL,
    quoted_by INTEGER NOT NULL,
    approved_by INTEGER NOT NULL,
    delivered_by INTEGER NOT NULL,
    accepted_by INTEGER NOT NULL,
    ended_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    quoted_at INTEGER,
    approved_at INTEGER,
    delivered_at INTEGER,
    accepted_at INTEGER,
    paid_at INTEGER,
    ended_at INTEGER,
    CHECK (terms_days >= 0 AND quoted_fen >= 0 AND goods_fen >= 0 AND share_fen >= 0)
);
CREATE UNIQUE INDEX purchase_orders_remittance ON purchase_orders (remittance_code);
CREATE INDEX purchase_orders_enterprise ON purchase_orders (enterprise_id, id);
CREATE INDEX purchase_orders_cooperative ON purchase_orders (cooperative_id, id);
CREATE INDEX purchase_orders_status ON purchase_orders (status, id);

CREATE TABLE purchase_order_lines (
    id INTEGER PRIMARY KEY,
    purchase_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    category_id TEXT NOT NULL,
    village_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    unit TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    wanted_fen INTEGER NOT NULL,
    price_fen INTEGER NOT NULL,
    rule_id INTEGER NOT NULL,
    rate_bp INTEGER NOT NULL,
    accepted_quantity INTEGER NOT NULL,
    rejected_quantity INTEGER NOT NULL,
    rejected_reason TEXT NOT NULL,
    goods_fen INTEGER NOT NULL,
    share_fen INTEGER NOT NULL,
    CHECK (quantity > 0 AND wanted_fen >= 0 AND price_fen >= 0 AND accepted_quantity >= 0 AND rejected_quantity >= 0
        AND accepted_quantity + rejected_quantity <= quantity)
);
CREATE INDEX purchase_order_lines_of ON purchase_order_lines (purchase_id, id);
CREATE INDEX purchase_order_lines_village ON purchase_order_lines (village_id, id);
