-- +goose Up
-- What people called themselves before: texts may still name them so. A first name has
-- no time from which on it was theirs: 0.
CREATE TABLE former_names (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    name VARCHAR(100) NOT NULL,
    given_at BIGINT NOT NULL,
    replaced_at BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX former_names_user ON former_names (user_id, id);
