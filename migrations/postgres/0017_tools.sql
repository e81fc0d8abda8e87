-- What models called while they wrote an answer. A call is written down before anything is done about it. `text_at` is how many
-- bytes of the answer's text stand before it, `after_blocks` how many of its rendered blocks.
CREATE TABLE tool_calls (
    id           TEXT NOT NULL PRIMARY KEY,
    owner_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message_id   TEXT NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    position     BIGINT NOT NULL,
    round        BIGINT NOT NULL,
    upstream_id  TEXT NOT NULL,
    name         TEXT NOT NULL,
    arguments    TEXT NOT NULL,
    state        TEXT NOT NULL,
    result       TEXT,
    text_at      BIGINT NOT NULL,
    after_blocks BIGINT NOT NULL,
    duration_ms  BIGINT,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE INDEX tool_calls_place ON tool_calls (message_id, position);
CREATE INDEX tool_calls_owner ON tool_calls (owner_id, id);

-- One answer may be several questions to its model: each but the last has a row of its own that says so, for what it cost.
ALTER TABLE generations ADD COLUMN is_round BOOLEAN NOT NULL DEFAULT FALSE;

-- Which tools are on in a conversation, and which in those for which nothing was chosen.
CREATE TABLE conversation_tools (
    conversation_id TEXT NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    tools           JSONB NOT NULL
);
CREATE TABLE default_tools (
    user_id    TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    tools      JSONB NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Servers of tools that an administrator added. The token is sealed.
CREATE TABLE tool_servers (
    id         TEXT NOT NULL PRIMARY KEY,
    name       TEXT NOT NULL,
    address    TEXT NOT NULL,
    token      BYTEA,
    is_on      BOOLEAN NOT NULL,
    checked_at BIGINT,
    failure    TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tool_servers_name ON tool_servers (name);

-- What is on them. `roles` is who may use it: everybody who may use tools where there is none.
CREATE TABLE server_tools (
    name        TEXT NOT NULL PRIMARY KEY,
    server_id   TEXT NOT NULL REFERENCES tool_servers (id) ON DELETE CASCADE,
    own_name    TEXT NOT NULL,
    description TEXT NOT NULL,
    parameters  JSONB NOT NULL,
    is_on       BOOLEAN NOT NULL,
    asks_first  BOOLEAN NOT NULL,
    roles       JSONB NOT NULL
);
CREATE INDEX server_tools_server ON server_tools (server_id, name);
