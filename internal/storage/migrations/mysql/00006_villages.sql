-- +goose Up
ALTER TABLE villages ADD COLUMN code CHAR(12) CHARACTER SET ascii COLLATE ascii_bin;
ALTER TABLE villages ADD COLUMN story VARCHAR(4000) NOT NULL DEFAULT '';
ALTER TABLE villages ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX villages_code ON villages (code);
CREATE UNIQUE INDEX villages_place ON villages (county, township, name);
CREATE INDEX villages_township ON villages (township, id);
CREATE INDEX village_designations_designation ON village_designations (designation, village_id);

CREATE TABLE village_pictures (
    village_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    PRIMARY KEY (village_id, position)
);
CREATE INDEX village_pictures_file ON village_pictures (file_id);

CREATE TABLE cooperative_villages (
    org_id BIGINT NOT NULL,
    village_id BIGINT NOT NULL,
    PRIMARY KEY (org_id, village_id)
);
CREATE INDEX cooperative_villages_village ON cooperative_villages (village_id, org_id);

ALTER TABLE organisations ADD COLUMN village_id BIGINT;
CREATE UNIQUE INDEX organisations_village ON organisations (village_id);
-- Villages that were there before get their collectives; no two rows share an id.
INSERT INTO organisations (id, kind, name, demo, created_at, status, village_id)
SELECT id, 'village_collective', CONCAT(name, '集体经济组织'), 0, created_at, 'admitted', id FROM villages;
-- And whoever sells a village's goods serves it.
INSERT INTO cooperative_villages (org_id, village_id) SELECT DISTINCT cooperative_id, village_id FROM products;
