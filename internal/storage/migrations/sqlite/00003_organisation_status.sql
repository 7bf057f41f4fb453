-- +goose Up
ALTER TABLE organisations ADD COLUMN status TEXT NOT NULL DEFAULT 'admitted';
