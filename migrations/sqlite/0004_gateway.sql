-- The call log: one row for each request to an upstream, written once. Ids grow with time, so every list is in order of
-- them. Neither whose nor by which key is a reference: what was spent stays when they are gone.
CREATE TABLE calls (
    id                  TEXT NOT NULL PRIMARY KEY,
    started_at          BIGINT NOT NULL,
    owner_id            TEXT NOT NULL,
    key_id              TEXT NOT NULL,
    protocol            TEXT NOT NULL,
    operation           TEXT NOT NULL,
    model               TEXT NOT NULL,
    served_model        TEXT NOT NULL,
    upstream            TEXT NOT NULL,
    streamed            BOOLEAN NOT NULL,
    outcome             TEXT NOT NULL,
    status              BIGINT,
    code                TEXT,
    input_tokens        BIGINT NOT NULL,
    output_tokens       BIGINT NOT NULL,
    cached_tokens       BIGINT NOT NULL,
    reasoning_tokens    BIGINT NOT NULL,
    images              BIGINT NOT NULL,
    media_ms            BIGINT NOT NULL,
    characters          BIGINT NOT NULL,
    usage_source        TEXT NOT NULL,
    cost                BIGINT NOT NULL,
    priced              BOOLEAN NOT NULL,
    first_byte_ms       BIGINT,
    duration_ms         BIGINT NOT NULL,
    request_id          TEXT NOT NULL,
    upstream_request_id TEXT
);
CREATE INDEX calls_owner ON calls (owner_id, id);
CREATE INDEX calls_key ON calls (key_id, id);

-- Calls that run: the most that each can cost is reserved. A row whose process is gone is settled by another one.
CREATE TABLE call_holds (
    id           TEXT NOT NULL PRIMARY KEY,
    node         TEXT NOT NULL,
    opened_at    BIGINT NOT NULL,
    owner_id     TEXT NOT NULL,
    key_id       TEXT NOT NULL,
    protocol     TEXT NOT NULL,
    operation    TEXT NOT NULL,
    model        TEXT NOT NULL,
    served_model TEXT NOT NULL,
    upstream     TEXT NOT NULL,
    streamed     BOOLEAN NOT NULL,
    request_id   TEXT NOT NULL,
    -- The task at the upstream whose end settles the call; empty for calls that are answered at once.
    task_id      TEXT NOT NULL,
    accounts     TEXT NOT NULL,
    amount       BIGINT NOT NULL,
    floor_cost   BIGINT NOT NULL,
    floor_tokens BIGINT NOT NULL,
    priced       BOOLEAN NOT NULL
);
CREATE INDEX call_holds_node ON call_holds (node);
CREATE INDEX call_holds_task ON call_holds (task_id) WHERE task_id <> '';

-- Processes that make calls; one that stops renewing its lease is gone.
CREATE TABLE ledger_nodes (
    node        TEXT NOT NULL PRIMARY KEY,
    lease_until BIGINT NOT NULL
);

-- What each key, person, group and the site spent and has reserved, by day, month and ever. `starts_at` is when the
-- period began: 0 for ever.
CREATE TABLE spending (
    scope     TEXT NOT NULL,
    scope_id  TEXT NOT NULL,
    period    TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    spent     BIGINT NOT NULL,
    held      BIGINT NOT NULL,
    PRIMARY KEY (scope, scope_id, period, starts_at)
);
CREATE INDEX spending_period ON spending (period, starts_at);

-- What may be spent.
CREATE TABLE budgets (
    scope        TEXT NOT NULL,
    scope_id     TEXT NOT NULL,
    period       TEXT NOT NULL,
    limit_amount BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (scope, scope_id, period)
);

-- Sums by day, written with the calls. `day` is counted from 1970 in the site's time zone.
CREATE TABLE usage_days (
    day              BIGINT NOT NULL,
    owner_id         TEXT NOT NULL,
    key_id           TEXT NOT NULL,
    model            TEXT NOT NULL,
    operation        TEXT NOT NULL,
    calls            BIGINT NOT NULL,
    failures         BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    reasoning_tokens BIGINT NOT NULL,
    images           BIGINT NOT NULL,
    media_ms         BIGINT NOT NULL,
    characters       BIGINT NOT NULL,
    cost             BIGINT NOT NULL,
    PRIMARY KEY (day, owner_id, key_id, model, operation)
);
CREATE INDEX usage_days_owner ON usage_days (owner_id, day);

-- What exists at the upstream and belongs to whoever made it: tasks, files, batches, stored responses, conversations.
CREATE TABLE upstream_objects (
    kind       TEXT NOT NULL,
    id         TEXT NOT NULL,
    owner_id   TEXT NOT NULL,
    key_id     TEXT NOT NULL,
    upstream   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX upstream_objects_owner ON upstream_objects (owner_id, kind, created_at);

-- Names that stand for models, with those that are asked when the one before fails.
CREATE TABLE model_routes (
    name       TEXT NOT NULL PRIMARY KEY,
    models     TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
