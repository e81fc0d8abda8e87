-- Messages that wait until the answer that is being written has ended, in their order; each is sent under its own id, once. `files` are ids with a
-- space between them: files that were handed in with it. `refused` says why it could not be sent when its turn came.
CREATE TABLE queued_messages (
    id              TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    owner_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    position        BIGINT NOT NULL,
    text            TEXT NOT NULL,
    files           TEXT NOT NULL,
    model           TEXT NOT NULL,
    refused         TEXT,
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX queued_messages_place ON queued_messages (conversation_id, position, id);
CREATE INDEX queued_messages_owner ON queued_messages (owner_id, id);

-- How the run that was begun last in a conversation ended is asked for each time one ends.
CREATE INDEX generations_newest ON generations (conversation_id, id);

-- The files beside what was typed and not sent, as above.
ALTER TABLE drafts ADD COLUMN files TEXT NOT NULL DEFAULT '';
