-- Contents of files. Each has objects of its own in the file store, below {owner_id}/{id}; an id is never used again, so that
-- what deletes one content can't meet what writes another. `state` is writing, parts (of an upload), kept or doomed. Whose it
-- is, is no reference: the row is what remembers the objects of somebody who is gone.
CREATE TABLE blobs (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL,
    state      TEXT NOT NULL,
    -- Empty until the content is whole.
    sha256     TEXT NOT NULL,
    bytes      BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
-- One content is kept once by each owner, and never shared between owners: nobody learns that somebody else has it.
CREATE UNIQUE INDEX blobs_content ON blobs (owner_id, sha256) WHERE state = 'kept';
CREATE INDEX blobs_owner ON blobs (owner_id);
CREATE INDEX blobs_not_kept ON blobs (state, id) WHERE state <> 'kept';

CREATE TABLE files (
    id          TEXT NOT NULL PRIMARY KEY,
    owner_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    blob_id     TEXT NOT NULL REFERENCES blobs (id),
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    mime        TEXT NOT NULL,
    bytes       BIGINT NOT NULL,
    width       BIGINT,
    height      BIGINT,
    duration_ms BIGINT,
    created_at  BIGINT NOT NULL
);
CREATE INDEX files_owner ON files (owner_id, id);
CREATE INDEX files_blob ON files (blob_id);

-- What each person keeps, uploads that are on their way included. Its row is also where what changes a person's files takes turns.
CREATE TABLE storage (
    owner_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    bytes    BIGINT NOT NULL,
    files    BIGINT NOT NULL
);

-- Uploads that come in parts. Each has a row in blobs under the same id, which its parts are objects of.
CREATE TABLE uploads (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    declared   TEXT NOT NULL,
    length     BIGINT NOT NULL,
    received   BIGINT NOT NULL,
    parts      BIGINT NOT NULL,
    -- What became of it: a file, or why not.
    file_id    TEXT,
    failure    TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX uploads_owner ON uploads (owner_id, expires_at);
CREATE INDEX uploads_expiry ON uploads (expires_at);

CREATE TABLE upload_parts (
    upload_id TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
    starts_at BIGINT NOT NULL,
    bytes     BIGINT NOT NULL,
    object    TEXT NOT NULL,
    PRIMARY KEY (upload_id, starts_at)
);
