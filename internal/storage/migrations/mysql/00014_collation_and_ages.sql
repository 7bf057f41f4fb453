-- +goose Up
-- Text compares byte by byte, whatever the database's own collation was when the tables
-- were made. Tables made from here on say their collation themselves.
ALTER TABLE approvals DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL,
    MODIFY before_json TEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY after_json TEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY payload TEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY decision_reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE assistance_pairings DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY goal VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
    MODIFY as_of VARCHAR(10) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE assistance_records DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY partner VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY item VARCHAR(300) COLLATE utf8mb4_bin NOT NULL,
    MODIFY place VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY stage VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY do_not_add VARCHAR(300) COLLATE utf8mb4_bin NOT NULL,
    MODIFY as_of VARCHAR(10) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE audit_log DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY before_json TEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY after_json TEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE card_programs DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY name VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY issuer VARCHAR(120) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE categories DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY name VARCHAR(40) COLLATE utf8mb4_bin NOT NULL,
    MODIFY name_en VARCHAR(40) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE designation_counts DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY designation VARCHAR(60) COLLATE utf8mb4_bin NOT NULL,
    MODIFY as_of VARCHAR(10) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE files DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY name VARCHAR(120) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE jobs DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY payload MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY state MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY result MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY error VARCHAR(500) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE messages DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY params TEXT COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE order_lines DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY title VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY spec VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY cover_url VARCHAR(300) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE organisations DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY name VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY contact_name VARCHAR(60) COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    MODIFY reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE org_admission_steps DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY reason VARCHAR(1000) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE outbox_events DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY payload MEDIUMTEXT COLLATE utf8mb4_bin NOT NULL,
    MODIFY last_error VARCHAR(300) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE products DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY title VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY description VARCHAR(4000) COLLATE utf8mb4_bin NOT NULL,
    MODIFY cover_url VARCHAR(300) COLLATE utf8mb4_bin NOT NULL,
    MODIFY search_text VARCHAR(2000) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE record_sources DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY title VARCHAR(200) COLLATE utf8mb4_bin NOT NULL,
    MODIFY publisher VARCHAR(100) COLLATE utf8mb4_bin NOT NULL,
    MODIFY period VARCHAR(60) COLLATE utf8mb4_bin NOT NULL,
    MODIFY url VARCHAR(300) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE refunds DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY reason VARCHAR(400) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE share_rules DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY name VARCHAR(120) COLLATE utf8mb4_bin NOT NULL,
    MODIFY source VARCHAR(300) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE skus DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY spec VARCHAR(120) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE users DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY name VARCHAR(100) COLLATE utf8mb4_bin NOT NULL;
ALTER TABLE villages DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY name VARCHAR(60) COLLATE utf8mb4_bin NOT NULL,
    MODIFY township VARCHAR(60) COLLATE utf8mb4_bin NOT NULL,
    MODIFY county VARCHAR(60) COLLATE utf8mb4_bin NOT NULL,
    MODIFY note VARCHAR(500) COLLATE utf8mb4_bin NOT NULL,
    MODIFY produce VARCHAR(500) COLLATE utf8mb4_bin NOT NULL,
    MODIFY story VARCHAR(4000) COLLATE utf8mb4_bin NOT NULL DEFAULT '';
ALTER TABLE village_designations DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    MODIFY designation VARCHAR(60) COLLATE utf8mb4_bin NOT NULL;

-- What has served its time is found by its age.
CREATE INDEX attempts_age ON attempts (created_at);
CREATE INDEX phone_codes_age ON phone_codes (created_at);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
CREATE INDEX sessions_age ON sessions (last_used_at);
CREATE INDEX messages_age ON messages (created_at);
CREATE INDEX jobs_finished ON jobs (finished_at);

-- A failed job that was refused for what it was asked needs nobody's attention.
ALTER TABLE jobs ADD COLUMN refused TINYINT NOT NULL DEFAULT 0;
