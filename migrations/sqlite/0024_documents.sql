-- What of a person's files lies at an upstream too, for a model that reads or watches it there. `reader` is the model that it was put there
-- for, or empty where each may read it; `address` is what a request names it by. Nothing is referred to: the row is what remembers the copy of a
-- file or a person that is gone, until it is removed there as well.
CREATE TABLE upstream_copies (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL,
    file_id    TEXT NOT NULL,
    upstream   TEXT NOT NULL,
    reader     TEXT NOT NULL,
    address    TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX upstream_copies_place ON upstream_copies (owner_id, file_id, upstream, reader);
CREATE INDEX upstream_copies_expiry ON upstream_copies (expires_at, id);
