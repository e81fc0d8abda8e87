-- Files that were handed in with a question, in their order. `file_id` refers to nothing, and what is told of the file is kept here
-- too, so that one which was deleted is still shown as gone. `message_id` is none once the message is gone for good: the file was
-- kept for it and goes with the next purge, and this row is what remembers it until then.
CREATE TABLE message_attachments (
    id         TEXT NOT NULL PRIMARY KEY,
    owner_id   TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    message_id TEXT REFERENCES messages (id) ON DELETE SET NULL,
    position   BIGINT NOT NULL,
    file_id    TEXT NOT NULL,
    name       TEXT NOT NULL,
    mime       TEXT NOT NULL,
    bytes      BIGINT NOT NULL
);
CREATE UNIQUE INDEX message_attachments_place ON message_attachments (message_id, position);
CREATE INDEX message_attachments_owner ON message_attachments (owner_id, id);
CREATE INDEX message_attachments_file ON message_attachments (file_id);
CREATE INDEX message_attachments_left ON message_attachments (id) WHERE message_id IS NULL;
