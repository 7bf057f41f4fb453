-- +goose Up
CREATE TABLE node_leases (
    node INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    high_water INTEGER NOT NULL
);

CREATE TABLE idempotency_keys (
    id INTEGER PRIMARY KEY,
    caller_id INTEGER NOT NULL,
    route TEXT NOT NULL,
    idem_key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer BLOB,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX idempotency_keys_key ON idempotency_keys (caller_id, route, idem_key);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    subject TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX attempts_subject ON attempts (subject, created_at);

CREATE TABLE ledger_accounts (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX ledger_accounts_code ON ledger_accounts (code);

CREATE TABLE ledger_transactions (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    reference TEXT NOT NULL,
    posted_at INTEGER NOT NULL,
    seq INTEGER
);
CREATE UNIQUE INDEX ledger_transactions_reference ON ledger_transactions (kind, reference);
CREATE UNIQUE INDEX ledger_transactions_seq ON ledger_transactions (seq);

CREATE TABLE ledger_entries (
    id INTEGER PRIMARY KEY,
    tx_id INTEGER NOT NULL,
    account_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    CHECK (amount_fen <> 0)
);
CREATE INDEX ledger_entries_tx ON ledger_entries (tx_id);
CREATE INDEX ledger_entries_account ON ledger_entries (account_id, tx_id);

CREATE TABLE ledger_unsealed (
    tx_id INTEGER PRIMARY KEY
);

CREATE TABLE ledger_checkpoints (
    account_id INTEGER PRIMARY KEY,
    balance_fen INTEGER NOT NULL,
    seq INTEGER NOT NULL
);

CREATE TABLE ledger_heads (
    id INTEGER PRIMARY KEY,
    size INTEGER NOT NULL,
    epoch INTEGER NOT NULL
);
INSERT INTO ledger_heads (id, size, epoch) VALUES (1, 0, 0);

CREATE TABLE users (
    id INTEGER PRIMARY KEY,
    phone_hash TEXT NOT NULL,
    phone_cipher BLOB NOT NULL,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    phone_verified INTEGER NOT NULL,
    token_version INTEGER NOT NULL,
    status TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX users_phone ON users (phone_hash);

CREATE TABLE user_roles (
    user_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (user_id, role)
);

CREATE TABLE phone_codes (
    id INTEGER PRIMARY KEY,
    phone_hash TEXT NOT NULL,
    purpose TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    created_at INTEGER NOT NULL
);
CREATE INDEX phone_codes_phone ON phone_codes (phone_hash);

CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
);
CREATE INDEX sessions_user ON sessions (user_id);

CREATE TABLE refresh_tokens (
    id INTEGER PRIMARY KEY,
    session_id INTEGER NOT NULL,
    token_hash TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
);
CREATE UNIQUE INDEX refresh_tokens_hash ON refresh_tokens (token_hash);

CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    cipher BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    removed_at INTEGER
);
CREATE INDEX addresses_user ON addresses (user_id);

CREATE TABLE organisations (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    demo INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE memberships (
    org_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX memberships_user ON memberships (user_id);

CREATE TABLE villages (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    township TEXT NOT NULL,
    county TEXT NOT NULL,
    note TEXT NOT NULL,
    produce TEXT NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE village_designations (
    village_id INTEGER NOT NULL,
    designation TEXT NOT NULL,
    PRIMARY KEY (village_id, designation)
);

CREATE TABLE share_rules (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    rate_bp INTEGER NOT NULL,
    bearer TEXT NOT NULL,
    category_id TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    source TEXT NOT NULL,
    CHECK (rate_bp >= 0 AND rate_bp <= 10000)
);
INSERT INTO share_rules (id, name, rate_bp, bearer, category_id, valid_from, valid_until, source)
VALUES (1, '默认规则：每笔销售的 5% 归产地村集体', 500, 'seller', '', 0, NULL, '平台默认规则');

CREATE TABLE share_entries (
    id INTEGER PRIMARY KEY,
    line_id INTEGER NOT NULL,
    rule_id INTEGER NOT NULL,
    village_id INTEGER NOT NULL,
    tx_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX share_entries_line ON share_entries (line_id);
CREATE INDEX share_entries_village ON share_entries (village_id);

CREATE TABLE categories (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT NOT NULL,
    position INTEGER NOT NULL
);

CREATE TABLE flat_freights (
    cooperative_id INTEGER PRIMARY KEY,
    freight_fen INTEGER NOT NULL,
    CHECK (freight_fen >= 0)
);

CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    cooperative_id INTEGER NOT NULL,
    village_id INTEGER NOT NULL,
    category_id TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    cover_url TEXT NOT NULL,
    price_fen INTEGER NOT NULL,
    search_text TEXT NOT NULL,
    status TEXT NOT NULL,
    demo INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX products_category ON products (category_id, id);
CREATE INDEX products_village ON products (village_id, id);
CREATE INDEX products_cooperative ON products (cooperative_id, id);
CREATE INDEX products_price ON products (price_fen, id);

CREATE TABLE skus (
    id INTEGER PRIMARY KEY,
    product_id INTEGER NOT NULL,
    spec TEXT NOT NULL,
    weight_g INTEGER NOT NULL,
    price_fen INTEGER NOT NULL,
    stock INTEGER NOT NULL,
    CHECK (price_fen > 0),
    CHECK (stock >= 0)
);
CREATE INDEX skus_product ON skus (product_id);

CREATE TABLE stock_movements (
    id INTEGER PRIMARY KEY,
    sku_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    delta INTEGER NOT NULL,
    reference_id INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX stock_movements_sku ON stock_movements (sku_id);

CREATE TABLE card_programs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    legal_basis TEXT NOT NULL
);

CREATE TABLE card_batches (
    id INTEGER PRIMARY KEY,
    program_id INTEGER NOT NULL,
    enterprise_id INTEGER NOT NULL,
    face_fen INTEGER NOT NULL,
    card_count INTEGER NOT NULL,
    created_at INTEGER NOT NULL
);

CREATE TABLE aid_cards (
    id INTEGER PRIMARY KEY,
    batch_id INTEGER NOT NULL,
    number TEXT NOT NULL,
    secret_hash TEXT,
    holder_id INTEGER,
    face_fen INTEGER NOT NULL,
    balance_fen INTEGER NOT NULL,
    status TEXT NOT NULL,
    expires_at INTEGER,
    CHECK (balance_fen >= 0 AND balance_fen <= face_fen)
);
CREATE UNIQUE INDEX aid_cards_number ON aid_cards (number);
CREATE UNIQUE INDEX aid_cards_secret ON aid_cards (secret_hash);
CREATE INDEX aid_cards_holder ON aid_cards (holder_id);
CREATE INDEX aid_cards_batch ON aid_cards (batch_id);

CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    buyer_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    goods_fen INTEGER NOT NULL,
    freight_fen INTEGER NOT NULL,
    discount_fen INTEGER NOT NULL,
    total_fen INTEGER NOT NULL,
    address_cipher BLOB NOT NULL,
    proof_code TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX orders_proof ON orders (proof_code);
CREATE INDEX orders_buyer ON orders (buyer_id, id);

CREATE TABLE sub_orders (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    cooperative_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    goods_fen INTEGER NOT NULL,
    freight_fen INTEGER NOT NULL,
    refunded_freight_fen INTEGER NOT NULL,
    CHECK (refunded_freight_fen >= 0 AND refunded_freight_fen <= freight_fen)
);
CREATE INDEX sub_orders_order ON sub_orders (order_id);
CREATE INDEX sub_orders_cooperative ON sub_orders (cooperative_id, id);

CREATE TABLE order_lines (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    sub_order_id INTEGER NOT NULL,
    product_id INTEGER NOT NULL,
    sku_id INTEGER NOT NULL,
    village_id INTEGER NOT NULL,
    title TEXT NOT NULL,
    spec TEXT NOT NULL,
    cover_url TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    price_fen INTEGER NOT NULL,
    net_fen INTEGER NOT NULL,
    refunded_quantity INTEGER NOT NULL,
    refunded_fen INTEGER NOT NULL,
    rule_id INTEGER NOT NULL,
    rate_bp INTEGER NOT NULL,
    share_fen INTEGER NOT NULL,
    CHECK (quantity > 0),
    CHECK (refunded_quantity >= 0 AND refunded_quantity <= quantity),
    CHECK (refunded_fen >= 0 AND refunded_fen <= net_fen)
);
CREATE INDEX order_lines_order ON order_lines (order_id);
CREATE INDEX order_lines_village ON order_lines (village_id);

CREATE TABLE order_payments (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    tender TEXT NOT NULL,
    card_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    refunded_fen INTEGER NOT NULL,
    CHECK (amount_fen > 0),
    CHECK (refunded_fen >= 0 AND refunded_fen <= amount_fen)
);
CREATE INDEX order_payments_order ON order_payments (order_id);

CREATE TABLE refunds (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    goods_fen INTEGER NOT NULL,
    freight_fen INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL,
    share_reversed_fen INTEGER NOT NULL,
    reason TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX refunds_order ON refunds (order_id);

CREATE TABLE refund_lines (
    id INTEGER PRIMARY KEY,
    refund_id INTEGER NOT NULL,
    line_id INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL
);
CREATE INDEX refund_lines_refund ON refund_lines (refund_id);

CREATE TABLE refund_payments (
    id INTEGER PRIMARY KEY,
    refund_id INTEGER NOT NULL,
    payment_id INTEGER NOT NULL,
    card_id INTEGER NOT NULL,
    amount_fen INTEGER NOT NULL
);
CREATE INDEX refund_payments_refund ON refund_payments (refund_id);

CREATE TABLE assistance_records (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    partner TEXT NOT NULL,
    item TEXT NOT NULL,
    place TEXT NOT NULL,
    stage TEXT NOT NULL,
    amount_fen INTEGER,
    persons INTEGER,
    person_times INTEGER,
    approx INTEGER NOT NULL,
    do_not_add TEXT NOT NULL,
    as_of TEXT NOT NULL
);

CREATE TABLE assistance_pairings (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    partners INTEGER NOT NULL,
    villages INTEGER,
    goal TEXT NOT NULL,
    as_of TEXT NOT NULL
);

CREATE TABLE designation_counts (
    designation TEXT NOT NULL PRIMARY KEY,
    villages INTEGER NOT NULL,
    as_of TEXT NOT NULL
);

CREATE TABLE record_sources (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    publisher TEXT NOT NULL,
    period TEXT NOT NULL,
    url TEXT NOT NULL
);
