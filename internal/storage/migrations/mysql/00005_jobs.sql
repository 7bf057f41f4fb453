-- +goose Up
CREATE TABLE jobs (
    id BIGINT NOT NULL PRIMARY KEY,
    kind VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payload MEDIUMTEXT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    state MEDIUMTEXT NOT NULL,
    result MEDIUMTEXT NOT NULL,
    error VARCHAR(500) NOT NULL,
    owner_id BIGINT NOT NULL,
    org_id BIGINT NOT NULL,
    lease_epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    run_after BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX jobs_waiting ON jobs (status, run_after);
CREATE INDEX jobs_leased ON jobs (status, lease_until);
CREATE INDEX jobs_kind ON jobs (kind, id);

CREATE TABLE work_leases (
    name VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    lease_epoch BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    next_at BIGINT NOT NULL
);
