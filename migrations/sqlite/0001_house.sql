-- People.
CREATE TABLE users (
    id            TEXT NOT NULL PRIMARY KEY,
    email         TEXT NOT NULL,
    email_key     TEXT NOT NULL,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    password_hash TEXT NOT NULL,
    disabled      BOOLEAN NOT NULL DEFAULT FALSE,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email_key ON users (email_key);

-- Sessions: the id in the cookie is stored only as its SHA-256.
CREATE TABLE sessions (
    id_hash    TEXT NOT NULL PRIMARY KEY,
    user_id    TEXT REFERENCES users (id) ON DELETE CASCADE,
    data       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);
CREATE INDEX sessions_seen_at ON sessions (seen_at);

-- Attempts to sign in, by account (its key is hashed). Counted before the password is checked, cleared by success.
CREATE TABLE account_attempts (
    account  TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    wait_ms  BIGINT NOT NULL,
    open_at  BIGINT NOT NULL,
    last_at  BIGINT NOT NULL
);
CREATE INDEX account_attempts_last_at ON account_attempts (last_at);

-- What an address has spent of its allowance: each attempt moves `spent_until` on by what one attempt costs.
CREATE TABLE address_attempts (
    address     TEXT NOT NULL PRIMARY KEY,
    spent_until BIGINT NOT NULL
);
CREATE INDEX address_attempts_spent_until ON address_attempts (spent_until);

-- The one-time link that makes the first owner: one row at most.
CREATE TABLE setup_link (
    one        BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    token_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Conversations: a tree of messages each; `leaf_id` is the end of the branch that is shown.
CREATE TABLE conversations (
    id           TEXT NOT NULL PRIMARY KEY,
    owner_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title        TEXT NOT NULL,
    title_source TEXT NOT NULL CHECK (title_source IN ('question', 'model', 'person')),
    model        TEXT NOT NULL,
    leaf_id      TEXT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    deleted_at   BIGINT
);
CREATE INDEX conversations_by_owner ON conversations (owner_id, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX conversations_deleted ON conversations (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE messages (
    id              TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    -- Not cascading: messages go with their conversation, and SQLite cascades only 1,000 rows deep.
    parent_id       TEXT REFERENCES messages (id),
    role            TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
    status          TEXT NOT NULL,
    parts           TEXT NOT NULL,
    rendered        TEXT,
    render_version  BIGINT NOT NULL DEFAULT 0,
    reasoning_ms    BIGINT,
    model           TEXT,
    failure         TEXT,
    last_seq        BIGINT NOT NULL DEFAULT 0,
    submission_id   TEXT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX messages_children ON messages (conversation_id, parent_id, id);
CREATE INDEX messages_parent ON messages (parent_id);
CREATE UNIQUE INDEX messages_submission ON messages (submission_id) WHERE submission_id IS NOT NULL;

-- One run of a model that writes one message. A row that says 'running' past its lease belongs to a dead process.
CREATE TABLE generations (
    id                  TEXT NOT NULL PRIMARY KEY,
    conversation_id     TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message_id          TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    owner_id            TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    model               TEXT NOT NULL,
    status              TEXT NOT NULL CHECK (status IN ('running', 'done', 'stopped', 'interrupted', 'failed')),
    node                TEXT NOT NULL,
    lease_until         BIGINT NOT NULL,
    started_at          BIGINT NOT NULL,
    ended_at            BIGINT,
    upstream_request_id TEXT,
    input_tokens        BIGINT,
    output_tokens       BIGINT,
    reasoning_tokens    BIGINT,
    cached_tokens       BIGINT
);
CREATE UNIQUE INDEX generations_one_running ON generations (conversation_id) WHERE status = 'running';
CREATE INDEX generations_conversation ON generations (conversation_id);
CREATE INDEX generations_message ON generations (message_id);
CREATE INDEX generations_leases ON generations (lease_until) WHERE status = 'running';

-- What a running generation has shown so far. Folded into the message when it ends.
CREATE TABLE generation_chunks (
    message_id TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    seq        BIGINT NOT NULL,
    reasoning  TEXT NOT NULL,
    text       TEXT NOT NULL,
    PRIMARY KEY (message_id, seq)
);

-- What was typed and not sent; `slot` is a conversation's id, or '' for the new one.
CREATE TABLE drafts (
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    slot       TEXT NOT NULL,
    text       TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, slot)
);
