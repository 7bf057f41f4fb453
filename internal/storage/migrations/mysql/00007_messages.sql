-- +goose Up
CREATE TABLE outbox_events (
    id BIGINT NOT NULL PRIMARY KEY,
    topic VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    payload MEDIUMTEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    epoch BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    last_error VARCHAR(300) NOT NULL,
    published_at BIGINT
);
CREATE INDEX outbox_events_due ON outbox_events (published_at, due_at, id);
CREATE INDEX outbox_events_age ON outbox_events (published_at, created_at);

CREATE TABLE messages (
    id BIGINT NOT NULL PRIMARY KEY,
    event_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    template VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    params TEXT NOT NULL,
    link VARCHAR(300) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE UNIQUE INDEX messages_event ON messages (event_id, user_id);
CREATE INDEX messages_inbox ON messages (user_id, id);
CREATE INDEX messages_unread ON messages (user_id, read_at);

CREATE TABLE sms_sends (
    id BIGINT NOT NULL PRIMARY KEY,
    event_id BIGINT NOT NULL,
    recipient CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    created_at BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE UNIQUE INDEX sms_sends_event ON sms_sends (event_id, recipient);
CREATE INDEX sms_sends_age ON sms_sends (created_at);
