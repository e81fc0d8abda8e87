-- What goes on without whoever asked for it. A process works on a job while its lease lasts; `step` is how far it has come, so
-- that another one goes on from there.
CREATE TABLE jobs (
    id                 TEXT NOT NULL PRIMARY KEY,
    submission_id      TEXT NOT NULL,
    owner_id           TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind               TEXT NOT NULL,
    state              TEXT NOT NULL,
    priority           BIGINT NOT NULL,
    attempts           BIGINT NOT NULL,
    run_at             BIGINT NOT NULL,
    node               TEXT NOT NULL,
    lease_until        BIGINT NOT NULL,
    cancel_asked       BOOLEAN NOT NULL,
    model              TEXT NOT NULL,
    input              TEXT NOT NULL,
    step               TEXT NOT NULL,
    failure            TEXT,
    at_most            BIGINT,
    cost               BIGINT,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    ended_at           BIGINT
);
CREATE UNIQUE INDEX jobs_submission ON jobs (owner_id, submission_id);
CREATE INDEX jobs_owner ON jobs (owner_id, kind, id);
CREATE INDEX jobs_changed ON jobs (owner_id, updated_at);
CREATE INDEX jobs_due ON jobs (state, priority, run_at) WHERE ended_at IS NULL;
CREATE INDEX jobs_busy ON jobs (owner_id, lease_until) WHERE ended_at IS NULL;
CREATE INDEX jobs_state ON jobs (state, id);

-- What was made. `position` is its place among the results of its job.
CREATE TABLE works (
    id            TEXT NOT NULL PRIMARY KEY,
    owner_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    job_id        TEXT REFERENCES jobs (id) ON DELETE SET NULL,
    position      BIGINT NOT NULL,
    kind          TEXT NOT NULL,
    file_id       TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    prompt        TEXT NOT NULL,
    actual_prompt TEXT,
    model         TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX works_job ON works (job_id, position);
CREATE INDEX works_owner ON works (owner_id, id);
CREATE INDEX works_kind ON works (owner_id, kind, id);
CREATE INDEX works_file ON works (file_id);
