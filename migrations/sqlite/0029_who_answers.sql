-- Images that stand for assistants, drawn anew by the site as small PNGs; `version` is new with each other image.
CREATE TABLE assistant_pictures (
    assistant_id TEXT NOT NULL PRIMARY KEY REFERENCES assistants (id) ON DELETE CASCADE,
    image        BLOB NOT NULL,
    version      TEXT NOT NULL,
    updated_at   BIGINT NOT NULL
);

-- The assistant that one question was put to: the conversation's own copy, as in `conversation_assistants`. `model` is its own, where it has
-- one. Other versions of the question, and all answers to it, have the same.
CREATE TABLE message_assistants (
    message_id      TEXT NOT NULL PRIMARY KEY REFERENCES messages (id) ON DELETE CASCADE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    assistant_id    TEXT,
    model           TEXT,
    snapshot        TEXT NOT NULL,
    parameters      TEXT NOT NULL
);
CREATE INDEX message_assistants_conversation ON message_assistants (conversation_id, message_id);

-- Which assistant is asked with what is typed, or waits: its key. It is looked up when that is sent.
ALTER TABLE drafts ADD COLUMN assistant TEXT NOT NULL DEFAULT '';
ALTER TABLE queued_messages ADD COLUMN assistant TEXT NOT NULL DEFAULT '';
