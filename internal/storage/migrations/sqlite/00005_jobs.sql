-- +goose Up
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    state TEXT NOT NULL,
    result TEXT NOT NULL,
    error TEXT NOT NULL,
    owner_id INTEGER NOT NULL,
    org_id INTEGER NOT NULL,
    lease_epoch INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    run_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    finished_at INTEGER
);
CREATE INDEX jobs_waiting ON jobs (status, run_after);
CREATE INDEX jobs_leased ON jobs (status, lease_until);
CREATE INDEX jobs_kind ON jobs (kind, id);

CREATE TABLE work_leases (
    name TEXT NOT NULL PRIMARY KEY,
    lease_epoch INTEGER NOT NULL,
    lease_until INTEGER NOT NULL,
    next_at INTEGER NOT NULL
);
