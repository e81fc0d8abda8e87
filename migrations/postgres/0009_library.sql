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

-- Vectors by which things are found by what they mean: a byte a number, by that model.
CREATE TABLE work_vectors (
    work_id  TEXT NOT NULL PRIMARY KEY REFERENCES works (id) ON DELETE CASCADE,
    owner_id TEXT NOT NULL,
    kind     TEXT NOT NULL,
    model    TEXT NOT NULL,
    vector   BYTEA NOT NULL
);
CREATE INDEX work_vectors_owner ON work_vectors (owner_id, model, work_id);
CREATE INDEX work_vectors_model ON work_vectors (model);

-- Of each passage of a transcript; `sentence` is the one with which it begins, none for what is about all of it.
CREATE TABLE transcript_vectors (
    transcript_id TEXT NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    part          BIGINT NOT NULL,
    owner_id      TEXT NOT NULL,
    model         TEXT NOT NULL,
    sentence      BIGINT,
    text_hash     TEXT NOT NULL,
    vector        BYTEA NOT NULL,
    PRIMARY KEY (transcript_id, part)
);
CREATE INDEX transcript_vectors_owner ON transcript_vectors (owner_id, model, transcript_id, part);
CREATE INDEX transcript_vectors_model ON transcript_vectors (model);

-- What is yet to be read for its vector. Who reads it puts `due_at` off; `changes` tells whether it changed meanwhile.
CREATE TABLE vectors_due (
    thing_id TEXT NOT NULL PRIMARY KEY,
    kind     TEXT NOT NULL,
    owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    due_at   BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    changes  BIGINT NOT NULL
);
CREATE INDEX vectors_due_at ON vectors_due (due_at);
CREATE INDEX vectors_due_owner ON vectors_due (owner_id, due_at);
INSERT INTO vectors_due (thing_id, kind, owner_id, due_at, attempts, changes) SELECT id, 'work', owner_id, 0, 0, 0 FROM works;
INSERT INTO vectors_due (thing_id, kind, owner_id, due_at, attempts, changes)
    SELECT id, 'transcript', owner_id, 0, 0, 0 FROM transcripts WHERE sentences > 0;
