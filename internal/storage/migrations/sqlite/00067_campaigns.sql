-- +goose Up
-- Seasons of buying to help. Whole days: from the first instant of the first to the first after the last.
CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    opens_at INTEGER NOT NULL,
    closes_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    published_at INTEGER,
    closed_at INTEGER,
    CHECK (opens_at < closes_at)
);
CREATE INDEX campaigns_status ON campaigns (status, id);

-- Its goods, as operators choose or cooperatives offer them.
CREATE TABLE campaign_products (
    id INTEGER PRIMARY KEY,
    campaign_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX campaign_products_once ON campaign_products (campaign_id, product_id);
CREATE INDEX campaign_products_product ON campaign_products (product_id, campaign_id);

-- The campaign in which a line's product was on sale when it was ordered; 0: none.
ALTER TABLE order_lines ADD COLUMN campaign_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX order_lines_campaign ON order_lines (campaign_id);

-- The campaign for which a batch of cards was bought; 0: none.
ALTER TABLE card_sales ADD COLUMN campaign_id INTEGER NOT NULL DEFAULT 0;
CREATE INDEX card_sales_campaign ON card_sales (campaign_id);
