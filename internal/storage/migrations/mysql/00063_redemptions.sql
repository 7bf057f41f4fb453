-- +goose Up
-- Cards that an enterprise redeems many at once (批量兑换), and their rows. Of a code only the
-- HMAC is kept, and its last letters, by which people know it again; of whom a row is for, the
-- address that the order gets, until there is one. card_id is null until the row is carried
-- out, so that no card is redeemed twice.
CREATE TABLE redemptions (
    id BIGINT NOT NULL PRIMARY KEY,
    enterprise_id BIGINT NOT NULL,
    kind VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    mode VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    stopped_for VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    row_count BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    redeemed BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    file_id BIGINT NOT NULL,
    job_id BIGINT NOT NULL,
    asked_by BIGINT NOT NULL,
    confirmed_by BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    begun_at BIGINT,
    finished_at BIGINT
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE INDEX redemptions_enterprise ON redemptions (enterprise_id, id);
CREATE INDEX redemptions_status ON redemptions (status, id);

CREATE TABLE redemption_rows (
    id BIGINT NOT NULL PRIMARY KEY,
    redemption_id BIGINT NOT NULL,
    line_number BIGINT NOT NULL,
    code_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    code_end VARCHAR(4) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    sku_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    address_cipher VARBINARY(2048),
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    problems VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    card_id BIGINT,
    order_id BIGINT NOT NULL
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE UNIQUE INDEX redemption_rows_number ON redemption_rows (redemption_id, line_number);
CREATE INDEX redemption_rows_status ON redemption_rows (redemption_id, status, line_number);
CREATE UNIQUE INDEX redemption_rows_card ON redemption_rows (card_id);
