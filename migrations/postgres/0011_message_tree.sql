-- An answer that a person has edited is a version of its own, beside the one that it was made from.
ALTER TABLE messages ADD COLUMN edited BOOLEAN NOT NULL DEFAULT FALSE;

-- A branch that was deleted can be brought back for a while. `deleted_with` is the message at its top: what was deleted
-- with that one comes back with it, and what had been deleted before does not.
ALTER TABLE messages ADD COLUMN deleted_at BIGINT;
ALTER TABLE messages ADD COLUMN deleted_with TEXT;
CREATE INDEX messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL;

-- The first question has versions too: to have no parent is to have the same one.
CREATE INDEX messages_siblings ON messages (conversation_id, COALESCE(parent_id, ''), id);
DROP INDEX messages_children;

-- The call that a run was made by: what it used and cost is in the log and nowhere else.
ALTER TABLE generations ADD COLUMN call_id TEXT;
UPDATE generations SET call_id = c.id FROM calls c WHERE c.request_id = generations.id;
