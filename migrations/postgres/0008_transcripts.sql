-- What was said in recordings. `job_id` is the last job that worked on it; what has changed since is counted by `version`.
CREATE TABLE transcripts (
    id             TEXT NOT NULL PRIMARY KEY,
    owner_id       TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    job_id         TEXT REFERENCES jobs (id) ON DELETE SET NULL,
    file_id        TEXT REFERENCES files (id) ON DELETE SET NULL,
    title          TEXT NOT NULL,
    wish           TEXT NOT NULL,
    state          TEXT NOT NULL,
    failure        TEXT,
    language       TEXT NOT NULL,
    duration_ms    BIGINT NOT NULL,
    sentences      BIGINT NOT NULL,
    cost           BIGINT,
    speakers       TEXT NOT NULL,
    version        BIGINT NOT NULL,
    notes_state    TEXT NOT NULL,
    notes          TEXT NOT NULL,
    notes_failure  TEXT,
    translating    TEXT NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE INDEX transcripts_owner ON transcripts (owner_id, id);
CREATE INDEX transcripts_job ON transcripts (job_id);
CREATE INDEX transcripts_file ON transcripts (file_id);

-- `words` is when each word is said: begin, end and characters, one after the other.
CREATE TABLE transcript_sentences (
    transcript_id TEXT NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    position      BIGINT NOT NULL,
    begin_ms      BIGINT NOT NULL,
    end_ms        BIGINT NOT NULL,
    speaker       BIGINT,
    text          TEXT NOT NULL,
    words         TEXT NOT NULL,
    version       BIGINT NOT NULL,
    PRIMARY KEY (transcript_id, position)
);

CREATE TABLE transcript_translations (
    transcript_id TEXT NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    language      TEXT NOT NULL,
    position      BIGINT NOT NULL,
    text          TEXT NOT NULL,
    PRIMARY KEY (transcript_id, language, position)
);
