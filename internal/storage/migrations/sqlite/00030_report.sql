-- +goose Up
-- The rest of what the report tells. A number is null where the report gives none.
ALTER TABLE assistance_records ADD COLUMN built_m2 INTEGER;
ALTER TABLE assistance_records ADD COLUMN under_construction_m2 INTEGER;
ALTER TABLE assistance_records ADD COLUMN land_mu INTEGER;
ALTER TABLE assistance_records ADD COLUMN sessions INTEGER;
ALTER TABLE assistance_records ADD COLUMN clinics INTEGER;
ALTER TABLE assistance_records ADD COLUMN rate_bp INTEGER;
ALTER TABLE assistance_records ADD COLUMN introduced_by TEXT NOT NULL DEFAULT '';
ALTER TABLE assistance_records ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- The lists are JSON arrays of names.
ALTER TABLE assistance_pairings ADD COLUMN named TEXT NOT NULL DEFAULT '[]';
ALTER TABLE assistance_pairings ADD COLUMN partner_kinds TEXT NOT NULL DEFAULT '[]';
ALTER TABLE assistance_pairings ADD COLUMN duties TEXT NOT NULL DEFAULT '[]';
ALTER TABLE assistance_pairings ADD COLUMN activity_kinds TEXT NOT NULL DEFAULT '[]';
ALTER TABLE assistance_pairings ADD COLUMN designation TEXT NOT NULL DEFAULT '';
ALTER TABLE assistance_pairings ADD COLUMN role_title TEXT NOT NULL DEFAULT '';
ALTER TABLE assistance_pairings ADD COLUMN activities_yearly_least INTEGER;
ALTER TABLE assistance_pairings ADD COLUMN activities_about INTEGER;

ALTER TABLE record_sources ADD COLUMN reposted TEXT NOT NULL DEFAULT '';
ALTER TABLE record_sources ADD COLUMN as_of TEXT NOT NULL DEFAULT '';

-- What the report tells without counting it as assistance.
CREATE TABLE report_entries (
    id INTEGER PRIMARY KEY,
    section TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    topics TEXT NOT NULL,
    partner TEXT NOT NULL,
    place TEXT NOT NULL,
    held_on TEXT NOT NULL,
    number INTEGER,
    at_least INTEGER NOT NULL,
    as_of TEXT NOT NULL
);

-- The English of the report's phrases.
CREATE TABLE report_words (
    id INTEGER PRIMARY KEY,
    phrase TEXT NOT NULL,
    english TEXT NOT NULL
);
