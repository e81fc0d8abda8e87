-- Links by which somebody without an account reads one thing. Only the hash of a link's secret is kept. `thing_id` is a work's or a
-- transcript's, as `kind` says, and refers to neither, so that a further kind of thing needs another word there and nothing else: a
-- link whose thing is gone opens nothing, and the purge takes it away.
CREATE TABLE shares (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token_hash TEXT NOT NULL,
    kind       TEXT NOT NULL,
    thing_id   TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- None for one that works until it is taken back.
    expires_at BIGINT
);
CREATE UNIQUE INDEX shares_token ON shares (token_hash);
CREATE INDEX shares_owner ON shares (owner_id, id);
CREATE INDEX shares_thing ON shares (kind, thing_id);
CREATE INDEX shares_expiry ON shares (expires_at);
