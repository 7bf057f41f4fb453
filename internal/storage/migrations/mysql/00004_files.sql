-- +goose Up
CREATE TABLE files (
    id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    media_type VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(120) NOT NULL,
    bytes BIGINT NOT NULL,
    width INT NOT NULL,
    height INT NOT NULL,
    sha256 CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    public TINYINT NOT NULL,
    stored_as CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE UNIQUE INDEX files_stored_as ON files (stored_as);
CREATE INDEX files_owner ON files (owner_id, id);
CREATE INDEX files_org ON files (org_id, public, created_at);
CREATE INDEX files_removed ON files (removed_at);

CREATE TABLE file_usage (
    owner_id BIGINT NOT NULL PRIMARY KEY,
    bytes BIGINT NOT NULL,
    CHECK (bytes >= 0)
);
