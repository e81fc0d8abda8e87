-- Assistants that people keep. `audience` says who else may use one; `group_id` is the group where that is one, and an assistant whose
-- group is gone is its owner's alone. `search_key` is what is searched: name and description without regard to case.
CREATE TABLE assistants (
    id           TEXT NOT NULL PRIMARY KEY,
    owner_id     TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    audience     TEXT NOT NULL,
    group_id     TEXT REFERENCES groups (id) ON DELETE SET NULL,
    name         TEXT NOT NULL,
    emoji        TEXT NOT NULL,
    description  TEXT NOT NULL,
    app_id       TEXT,
    content      JSONB NOT NULL,
    search_key   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);
CREATE INDEX assistants_by_owner ON assistants (owner_id, id);
CREATE INDEX assistants_by_group ON assistants (group_id, id);
CREATE INDEX assistants_by_audience ON assistants (audience, id);

-- What a conversation was begun with: its own copy, so `assistant_id` refers to nothing that must still be there. The session is the
-- application's, with the answer up to which it knows the conversation.
CREATE TABLE conversation_assistants (
    conversation_id TEXT NOT NULL PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    assistant_id    TEXT,
    snapshot        JSONB NOT NULL,
    session_id      TEXT,
    session_message TEXT,
    session_at      BIGINT
);

-- Passages of documents that an application's answer refers to. NULL where there are none.
ALTER TABLE generations ADD COLUMN doc_references JSONB;
CREATE INDEX generations_with_references ON generations (conversation_id, message_id) WHERE doc_references IS NOT NULL;
