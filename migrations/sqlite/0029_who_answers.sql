-- Images that stand for assistants, drawn anew by the site as small PNGs; `version` is new with each other image.
CREATE TABLE assistant_pictures (
    assistant_id TEXT NOT NULL PRIMARY KEY REFERENCES assistants (id) ON DELETE CASCADE,
    image        BLOB NOT NULL,
    version      TEXT NOT NULL,
    updated_at   BIGINT NOT NULL
);
