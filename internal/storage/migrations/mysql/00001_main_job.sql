-- +goose Up
CREATE TABLE node_leases (
    node INT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    high_water BIGINT NOT NULL
);

CREATE TABLE idempotency_keys (
    id BIGINT NOT NULL PRIMARY KEY,
    caller_id BIGINT NOT NULL,
    route VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    idem_key VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    body_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    status INT NOT NULL,
    answer MEDIUMBLOB,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX idempotency_keys_key ON idempotency_keys (caller_id, route, idem_key);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE attempts (
    id BIGINT NOT NULL PRIMARY KEY,
    subject VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX attempts_subject ON attempts (subject, created_at);

CREATE TABLE ledger_accounts (
    id BIGINT NOT NULL PRIMARY KEY,
    code VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX ledger_accounts_code ON ledger_accounts (code);

CREATE TABLE ledger_transactions (
    id BIGINT NOT NULL PRIMARY KEY,
    kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    reference VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    posted_at BIGINT NOT NULL,
    seq BIGINT
);
CREATE UNIQUE INDEX ledger_transactions_reference ON ledger_transactions (kind, reference);
CREATE UNIQUE INDEX ledger_transactions_seq ON ledger_transactions (seq);

CREATE TABLE ledger_entries (
    id BIGINT NOT NULL PRIMARY KEY,
    tx_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    CHECK (amount_fen <> 0)
);
CREATE INDEX ledger_entries_tx ON ledger_entries (tx_id);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, tx_id);

CREATE TABLE ledger_unsealed (
    tx_id BIGINT NOT NULL PRIMARY KEY
);

CREATE TABLE ledger_checkpoints (
    account_id BIGINT NOT NULL PRIMARY KEY,
    balance_fen BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE ledger_heads (
    id BIGINT NOT NULL PRIMARY KEY,
    size BIGINT NOT NULL,
    epoch BIGINT NOT NULL
);
INSERT INTO ledger_heads (id, size, epoch) VALUES (1, 0, 0);

CREATE TABLE users (
    id BIGINT NOT NULL PRIMARY KEY,
    phone_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    phone_cipher VARBINARY(255) NOT NULL,
    name VARCHAR(100) NOT NULL,
    password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    phone_verified TINYINT NOT NULL,
    token_version BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_phone ON users (phone_hash);

CREATE TABLE user_roles (
    user_id BIGINT NOT NULL,
    role VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (user_id, role)
);

CREATE TABLE phone_codes (
    id BIGINT NOT NULL PRIMARY KEY,
    phone_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    purpose VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    code_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX phone_codes_phone ON phone_codes (phone_hash);

CREATE TABLE sessions (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    id BIGINT NOT NULL PRIMARY KEY,
    session_id BIGINT NOT NULL,
    token_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX refresh_tokens_hash ON refresh_tokens (token_hash);

CREATE TABLE addresses (
    id BIGINT NOT NULL PRIMARY KEY,
    user_id BIGINT NOT NULL,
    cipher VARBINARY(2048) NOT NULL,
    created_at BIGINT NOT NULL,
    removed_at BIGINT
);
CREATE INDEX addresses_user ON addresses (user_id);

CREATE TABLE organisations (
    id BIGINT NOT NULL PRIMARY KEY,
    kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    name VARCHAR(120) NOT NULL,
    demo TINYINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    org_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    role VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE villages (
    id BIGINT NOT NULL PRIMARY KEY,
    name VARCHAR(60) NOT NULL,
    township VARCHAR(60) NOT NULL,
    county VARCHAR(60) NOT NULL,
    note VARCHAR(500) NOT NULL,
    produce VARCHAR(500) NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE village_designations (
    village_id BIGINT NOT NULL,
    designation VARCHAR(60) NOT NULL,
    PRIMARY KEY (village_id, designation)
);

CREATE TABLE share_rules (
    id BIGINT NOT NULL PRIMARY KEY,
    name VARCHAR(120) NOT NULL,
    rate_bp BIGINT NOT NULL,
    bearer VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    category_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    source VARCHAR(300) NOT NULL,
    CHECK (rate_bp >= 0 AND rate_bp <= 10000)
);
INSERT INTO share_rules (id, name, rate_bp, bearer, category_id, valid_from, valid_until, source)
VALUES (1, '默认规则：每笔销售的 5% 归产地村集体', 500, 'seller', '', 0, NULL, '平台默认规则');

CREATE TABLE share_entries (
    id BIGINT NOT NULL PRIMARY KEY,
    line_id BIGINT NOT NULL,
    rule_id BIGINT NOT NULL,
    village_id BIGINT NOT NULL,
    tx_id BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX share_entries_line ON share_entries (line_id);
CREATE INDEX share_entries_village ON share_entries (village_id);

CREATE TABLE categories (
    id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    name VARCHAR(40) NOT NULL,
    name_en VARCHAR(40) NOT NULL,
    position INT NOT NULL
);

CREATE TABLE flat_freights (
    cooperative_id BIGINT NOT NULL PRIMARY KEY,
    freight_fen BIGINT NOT NULL,
    CHECK (freight_fen >= 0)
);

CREATE TABLE products (
    id BIGINT NOT NULL PRIMARY KEY,
    cooperative_id BIGINT NOT NULL,
    village_id BIGINT NOT NULL,
    category_id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    title VARCHAR(120) NOT NULL,
    description VARCHAR(4000) NOT NULL,
    cover_url VARCHAR(300) NOT NULL,
    price_fen BIGINT NOT NULL,
    search_text VARCHAR(2000) NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    demo TINYINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX products_category ON products (category_id, id);
CREATE INDEX products_village ON products (village_id, id);
CREATE INDEX products_cooperative ON products (cooperative_id, id);
CREATE INDEX products_price ON products (price_fen, id);

CREATE TABLE skus (
    id BIGINT NOT NULL PRIMARY KEY,
    product_id BIGINT NOT NULL,
    spec VARCHAR(120) NOT NULL,
    weight_g BIGINT NOT NULL,
    price_fen BIGINT NOT NULL,
    stock BIGINT NOT NULL,
    CHECK (price_fen > 0),
    CHECK (stock >= 0)
);
CREATE INDEX skus_product ON skus (product_id);

CREATE TABLE stock_movements (
    id BIGINT NOT NULL PRIMARY KEY,
    sku_id BIGINT NOT NULL,
    kind VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    delta BIGINT NOT NULL,
    reference_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX stock_movements_sku ON stock_movements (sku_id);

CREATE TABLE card_programs (
    id BIGINT NOT NULL PRIMARY KEY,
    name VARCHAR(120) NOT NULL,
    issuer VARCHAR(120) NOT NULL,
    legal_basis VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
);

CREATE TABLE card_batches (
    id BIGINT NOT NULL PRIMARY KEY,
    program_id BIGINT NOT NULL,
    enterprise_id BIGINT NOT NULL,
    face_fen BIGINT NOT NULL,
    card_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE aid_cards (
    id BIGINT NOT NULL PRIMARY KEY,
    batch_id BIGINT NOT NULL,
    number VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    secret_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
    holder_id BIGINT,
    face_fen BIGINT NOT NULL,
    balance_fen BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    expires_at BIGINT,
    CHECK (balance_fen >= 0 AND balance_fen <= face_fen)
);
CREATE UNIQUE INDEX aid_cards_number ON aid_cards (number);
CREATE UNIQUE INDEX aid_cards_secret ON aid_cards (secret_hash);
CREATE INDEX aid_cards_holder ON aid_cards (holder_id);
CREATE INDEX aid_cards_batch ON aid_cards (batch_id);

CREATE TABLE orders (
    id BIGINT NOT NULL PRIMARY KEY,
    buyer_id BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    goods_fen BIGINT NOT NULL,
    freight_fen BIGINT NOT NULL,
    discount_fen BIGINT NOT NULL,
    total_fen BIGINT NOT NULL,
    address_cipher VARBINARY(2048) NOT NULL,
    proof_code VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX orders_proof ON orders (proof_code);
CREATE INDEX orders_buyer ON orders (buyer_id, id);

CREATE TABLE sub_orders (
    id BIGINT NOT NULL PRIMARY KEY,
    order_id BIGINT NOT NULL,
    cooperative_id BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    goods_fen BIGINT NOT NULL,
    freight_fen BIGINT NOT NULL,
    refunded_freight_fen BIGINT NOT NULL,
    CHECK (refunded_freight_fen >= 0 AND refunded_freight_fen <= freight_fen)
);
CREATE INDEX sub_orders_order ON sub_orders (order_id);
CREATE INDEX sub_orders_cooperative ON sub_orders (cooperative_id, id);

CREATE TABLE order_lines (
    id BIGINT NOT NULL PRIMARY KEY,
    order_id BIGINT NOT NULL,
    sub_order_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    village_id BIGINT NOT NULL,
    title VARCHAR(120) NOT NULL,
    spec VARCHAR(120) NOT NULL,
    cover_url VARCHAR(300) NOT NULL,
    quantity BIGINT NOT NULL,
    price_fen BIGINT NOT NULL,
    net_fen BIGINT NOT NULL,
    refunded_quantity BIGINT NOT NULL,
    refunded_fen BIGINT NOT NULL,
    rule_id BIGINT NOT NULL,
    rate_bp BIGINT NOT NULL,
    share_fen BIGINT NOT NULL,
    CHECK (quantity > 0),
    CHECK (refunded_quantity >= 0 AND refunded_quantity <= quantity),
    CHECK (refunded_fen >= 0 AND refunded_fen <= net_fen)
);
CREATE INDEX order_lines_order ON order_lines (order_id);
CREATE INDEX order_lines_village ON order_lines (village_id);

CREATE TABLE order_payments (
    id BIGINT NOT NULL PRIMARY KEY,
    order_id BIGINT NOT NULL,
    position INT NOT NULL,
    tender VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    card_id BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    refunded_fen BIGINT NOT NULL,
    CHECK (amount_fen > 0),
    CHECK (refunded_fen >= 0 AND refunded_fen <= amount_fen)
);
CREATE INDEX order_payments_order ON order_payments (order_id);

CREATE TABLE refunds (
    id BIGINT NOT NULL PRIMARY KEY,
    order_id BIGINT NOT NULL,
    status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    goods_fen BIGINT NOT NULL,
    freight_fen BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL,
    share_reversed_fen BIGINT NOT NULL,
    reason VARCHAR(400) NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX refunds_order ON refunds (order_id);

CREATE TABLE refund_lines (
    id BIGINT NOT NULL PRIMARY KEY,
    refund_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL
);
CREATE INDEX refund_lines_refund ON refund_lines (refund_id);

CREATE TABLE refund_payments (
    id BIGINT NOT NULL PRIMARY KEY,
    refund_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    card_id BIGINT NOT NULL,
    amount_fen BIGINT NOT NULL
);
CREATE INDEX refund_payments_refund ON refund_payments (refund_id);

CREATE TABLE assistance_records (
    id BIGINT NOT NULL PRIMARY KEY,
    kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    partner VARCHAR(120) NOT NULL,
    item VARCHAR(300) NOT NULL,
    place VARCHAR(120) NOT NULL,
    stage VARCHAR(120) NOT NULL,
    amount_fen BIGINT,
    persons BIGINT,
    person_times BIGINT,
    approx TINYINT NOT NULL,
    do_not_add VARCHAR(300) NOT NULL,
    as_of VARCHAR(10) NOT NULL
);

CREATE TABLE assistance_pairings (
    id BIGINT NOT NULL PRIMARY KEY,
    kind VARCHAR(30) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    partners BIGINT NOT NULL,
    villages BIGINT,
    goal VARCHAR(200) NOT NULL,
    as_of VARCHAR(10) NOT NULL
);

CREATE TABLE designation_counts (
    designation VARCHAR(60) NOT NULL PRIMARY KEY,
    villages BIGINT NOT NULL,
    as_of VARCHAR(10) NOT NULL
);

CREATE TABLE record_sources (
    id BIGINT NOT NULL PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    publisher VARCHAR(100) NOT NULL,
    period VARCHAR(60) NOT NULL,
    url VARCHAR(300) NOT NULL
);
