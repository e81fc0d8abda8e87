-- Folders of a person's conversations. `name_key` is the name without regard to case.
CREATE TABLE folders (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX folders_name ON folders (owner_id, name_key);

-- Without its folder a conversation is listed by its day again.
ALTER TABLE conversations ADD COLUMN folder_id TEXT REFERENCES folders (id) ON DELETE SET NULL;

-- When a temporary conversation goes for good at the latest; of others NULL. One is in no list, and its texts are in no index.
ALTER TABLE conversations ADD COLUMN expires_at BIGINT;

CREATE INDEX conversations_folder ON conversations (folder_id, updated_at DESC, id DESC) WHERE folder_id IS NOT NULL;
CREATE INDEX conversations_loose ON conversations (owner_id, updated_at DESC, id DESC)
    WHERE deleted_at IS NULL AND archived_at IS NULL AND pinned_at IS NULL AND folder_id IS NULL AND expires_at IS NULL;
CREATE INDEX conversations_expiring ON conversations (expires_at) WHERE expires_at IS NOT NULL;

-- Words that a person puts to conversations.
CREATE TABLE tags (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name       TEXT NOT NULL,
    name_key   TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX tags_name ON tags (owner_id, name_key);

CREATE TABLE conversation_tags (
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    tag_id          TEXT NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (conversation_id, tag_id)
);
CREATE INDEX conversation_tags_tag ON conversation_tags (tag_id, conversation_id);

-- Whether what a person has models remember goes along with questions. No row where they never said so: it is off.
CREATE TABLE memories (
    user_id    TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    enabled    BOOLEAN NOT NULL,
    updated_at BIGINT NOT NULL
);

-- What that is, in the person's own words.
CREATE TABLE memory_facts (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    text       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX memory_facts_owner ON memory_facts (owner_id, id);

-- The model that a person begins conversations with, where it is not the site's.
CREATE TABLE default_models (
    user_id    TEXT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    model      TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);
