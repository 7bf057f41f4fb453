-- +goose Up
-- One row: what this database was begun as.
CREATE TABLE installation (
    id BIGINT NOT NULL PRIMARY KEY,
    mode VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    key_check VARBINARY(200) NOT NULL,
    created_at BIGINT NOT NULL,
    CHECK (id = 1)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
