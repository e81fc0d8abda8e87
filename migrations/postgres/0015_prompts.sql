-- How the answers of a conversation are to be written. NULL where nothing is set.
ALTER TABLE conversations ADD COLUMN parameters JSONB;

-- The same for the conversation that is begun next, which has no row yet.
CREATE TABLE next_parameters (
    user_id    TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    parameters JSONB NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What a run sent to its model beside the conversation. NULL where that was nothing.
ALTER TABLE generations ADD COLUMN sent JSONB;

-- What a person tells every model, also while it is off.
CREATE TABLE instructions (
    user_id    TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    about      TEXT NOT NULL,
    answers    TEXT NOT NULL,
    enabled    BOOLEAN NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Prompts that people keep. `name_key` is the name without regard to case; `search_key` is what is searched: name and text so.
-- A prompt that was deleted can be brought back for a while, and its name is free meanwhile.
CREATE TABLE prompts (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    text       TEXT NOT NULL,
    search_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX prompts_name ON prompts (owner_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX prompts_by_owner ON prompts (owner_id, id);
CREATE INDEX prompts_deleted ON prompts (deleted_at) WHERE deleted_at IS NOT NULL;
