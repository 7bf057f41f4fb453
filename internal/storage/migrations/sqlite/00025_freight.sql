-- +goose Up
-- What cooperatives charge for sending: by piece or weight, by region. A template with
-- default_of is used by the products of that cooperative that name no other.
CREATE TABLE freight_templates (
    id INTEGER PRIMARY KEY,
    cooperative_id INTEGER NOT NULL,
    default_of INTEGER,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX freight_templates_default ON freight_templates (default_of);
CREATE INDEX freight_templates_cooperative ON freight_templates (cooperative_id, id);

CREATE TABLE freight_zones (
    id INTEGER PRIMARY KEY,
    template_id INTEGER NOT NULL,
    provinces TEXT NOT NULL,
    undeliverable INTEGER NOT NULL,
    first_units INTEGER NOT NULL,
    first_fen INTEGER NOT NULL,
    step_units INTEGER NOT NULL,
    step_fen INTEGER NOT NULL,
    free_above_fen INTEGER,
    CHECK (first_fen >= 0 AND step_fen >= 0 AND first_units > 0 AND step_units > 0)
);
CREATE INDEX freight_zones_template ON freight_zones (template_id, id);

-- Flat freights become templates of one zone; the old table stays for old programs.
INSERT INTO freight_templates (id, cooperative_id, default_of, name, unit, created_at)
SELECT cooperative_id, cooperative_id, cooperative_id, '统一运费', 'piece', 0 FROM flat_freights;
INSERT INTO freight_zones (id, template_id, provinces, undeliverable, first_units, first_fen, step_units, step_fen)
SELECT cooperative_id, cooperative_id, '', 0, 1, freight_fen, 1, 0 FROM flat_freights;
ALTER TABLE products ADD COLUMN freight_template_id INTEGER NOT NULL DEFAULT 0;

-- Full reductions (满减) of a cooperative, which bears them.
CREATE TABLE promotions (
    id INTEGER PRIMARY KEY,
    cooperative_id INTEGER NOT NULL,
    threshold_fen INTEGER NOT NULL,
    off_fen INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    ended_at INTEGER,
    created_at INTEGER NOT NULL,
    CHECK (off_fen > 0 AND off_fen < threshold_fen)
);
CREATE INDEX promotions_cooperative ON promotions (cooperative_id, valid_until);
ALTER TABLE order_lines ADD COLUMN discount_fen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sub_orders ADD COLUMN discount_fen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sub_orders ADD COLUMN promotion_id INTEGER NOT NULL DEFAULT 0;
