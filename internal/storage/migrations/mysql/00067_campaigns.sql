-- +goose Up
-- Seasons of buying to help. Whole days: from the first instant of the first to the first after the last.
CREATE TABLE campaigns (
    id BIGINT NOT NULL PRIMARY KEY,
    kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    title VARCHAR(60) NOT NULL,
    description VARCHAR(2000) NOT NULL,
    opens_at BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT,
    closed_at BIGINT,
    CHECK (opens_at < closes_at)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX campaigns_status ON campaigns (status, id);

-- Its goods, as operators choose or cooperatives offer them.
CREATE TABLE campaign_products (
    id BIGINT NOT NULL PRIMARY KEY,
    campaign_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    changed_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX campaign_products_once ON campaign_products (campaign_id, product_id);
CREATE INDEX campaign_products_product ON campaign_products (product_id, campaign_id);

-- The campaign in which a line's product was on sale when it was ordered; 0: none.
ALTER TABLE order_lines ADD COLUMN campaign_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX order_lines_campaign ON order_lines (campaign_id);

-- The campaign for which a batch of cards was bought; 0: none.
ALTER TABLE card_sales ADD COLUMN campaign_id BIGINT NOT NULL DEFAULT 0;
CREATE INDEX card_sales_campaign ON card_sales (campaign_id);
