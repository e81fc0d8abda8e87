-- What was answered to requests with an Idempotency-Key, so that the same request again is not another one. Keys are kept as
-- hashes; `state` is running, done or unknown.
CREATE TABLE idempotency_keys (
    owner_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    route        TEXT NOT NULL,
    key_hash     TEXT NOT NULL,
    body_hash    TEXT NOT NULL,
    node         TEXT NOT NULL,
    state        TEXT NOT NULL,
    status       BIGINT NOT NULL,
    headers      TEXT NOT NULL,
    body         BYTEA NOT NULL,
    claimed_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    PRIMARY KEY (owner_id, route, key_hash)
);
CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at);

-- What the members of a group may ask together in a minute and at once.
ALTER TABLE groups ADD COLUMN requests_per_minute BIGINT;
ALTER TABLE groups ADD COLUMN tokens_per_minute BIGINT;
ALTER TABLE groups ADD COLUMN calls_at_once BIGINT;

-- Whether answers of this key are read to their end, and paid for, when whoever asked has left.
ALTER TABLE api_keys ADD COLUMN finishes BOOLEAN NOT NULL DEFAULT FALSE;
