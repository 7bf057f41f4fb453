-- +goose Up
-- The rest of what the report tells. A number is null where the report gives none.
ALTER TABLE assistance_records ADD COLUMN built_m2 BIGINT;
ALTER TABLE assistance_records ADD COLUMN under_construction_m2 BIGINT;
ALTER TABLE assistance_records ADD COLUMN land_mu BIGINT;
ALTER TABLE assistance_records ADD COLUMN sessions BIGINT;
ALTER TABLE assistance_records ADD COLUMN clinics BIGINT;
ALTER TABLE assistance_records ADD COLUMN rate_bp BIGINT;
ALTER TABLE assistance_records ADD COLUMN introduced_by VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE assistance_records ADD COLUMN note VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';

-- The lists are JSON arrays of names.
ALTER TABLE assistance_pairings ADD COLUMN named VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '[]';
ALTER TABLE assistance_pairings ADD COLUMN partner_kinds VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '[]';
ALTER TABLE assistance_pairings ADD COLUMN duties VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '[]';
ALTER TABLE assistance_pairings ADD COLUMN activity_kinds VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '[]';
ALTER TABLE assistance_pairings ADD COLUMN designation VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE assistance_pairings ADD COLUMN role_title VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE assistance_pairings ADD COLUMN activities_yearly_least BIGINT;
ALTER TABLE assistance_pairings ADD COLUMN activities_about BIGINT;

ALTER TABLE record_sources ADD COLUMN reposted VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';
ALTER TABLE record_sources ADD COLUMN as_of VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '';

-- What the report tells without counting it as assistance.
CREATE TABLE report_entries (
    id BIGINT NOT NULL PRIMARY KEY,
    section VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    kind VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    title VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    topics VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    partner VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    place VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    held_on VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    number BIGINT,
    at_least TINYINT NOT NULL,
    as_of VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
);

-- The English of the report's phrases.
CREATE TABLE report_words (
    id BIGINT NOT NULL PRIMARY KEY,
    phrase VARCHAR(300) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    english VARCHAR(600) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
);
