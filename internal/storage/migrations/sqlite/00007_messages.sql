-- +goose Up
CREATE TABLE outbox_events (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    payload TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    last_error TEXT NOT NULL,
    published_at INTEGER
);
CREATE INDEX outbox_events_due ON outbox_events (published_at, due_at, id);
CREATE INDEX outbox_events_age ON outbox_events (published_at, created_at);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    template TEXT NOT NULL,
    params TEXT NOT NULL,
    link TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    read_at INTEGER
);
CREATE UNIQUE INDEX messages_event ON messages (event_id, user_id);
CREATE INDEX messages_inbox ON messages (user_id, id);
CREATE INDEX messages_unread ON messages (user_id, read_at);

CREATE TABLE sms_sends (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    claimed_until INTEGER NOT NULL,
    sent_at INTEGER
);
CREATE UNIQUE INDEX sms_sends_event ON sms_sends (event_id, recipient);
CREATE INDEX sms_sends_age ON sms_sends (created_at);
