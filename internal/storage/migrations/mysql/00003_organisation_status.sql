-- +goose Up
ALTER TABLE organisations ADD COLUMN status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'admitted';
