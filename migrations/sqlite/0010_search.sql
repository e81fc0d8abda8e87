-- Conversations can be pinned, or put away without deleting them.
ALTER TABLE conversations ADD COLUMN pinned_at BIGINT;
ALTER TABLE conversations ADD COLUMN archived_at BIGINT;
DROP INDEX conversations_by_owner;
CREATE INDEX conversations_by_owner ON conversations (owner_id, updated_at DESC, id DESC)
    WHERE deleted_at IS NULL AND archived_at IS NULL AND pinned_at IS NULL;
CREATE INDEX conversations_pinned ON conversations (owner_id, pinned_at DESC, id DESC)
    WHERE pinned_at IS NOT NULL AND archived_at IS NULL AND deleted_at IS NULL;
CREATE INDEX conversations_archived ON conversations (owner_id, archived_at DESC, id DESC)
    WHERE archived_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX conversations_trash ON conversations (owner_id, deleted_at DESC, id DESC) WHERE deleted_at IS NOT NULL;

-- What can be found: titles of conversations (where there is no message) and texts of messages. `id` grows with the time of what is
-- found, so that an index in the order of `id` is one from old to new. Nothing refers to the owner: entries go with their conversation.
CREATE TABLE search_entries (
    id              BIGINT NOT NULL PRIMARY KEY,
    owner_id        TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    message_id      TEXT REFERENCES messages (id) ON DELETE CASCADE
);
CREATE INDEX search_entries_conversation ON search_entries (conversation_id);
CREATE UNIQUE INDEX search_entries_title ON search_entries (conversation_id) WHERE message_id IS NULL;
CREATE UNIQUE INDEX search_entries_message ON search_entries (message_id);

-- The terms of each entry, by its id; without the texts, which are in the messages. Terms are made by the program and parted by
-- spaces: the tokenizer must not part them again.
CREATE VIRTUAL TABLE search_terms USING fts5(terms, content='', contentless_delete=1, detail=none, tokenize='ascii');
CREATE TRIGGER search_entries_gone AFTER DELETE ON search_entries BEGIN
    DELETE FROM search_terms WHERE rowid = OLD.id;
END;

-- What is not taken in yet of conversations and messages from before: those with smaller ids. No row when all are.
CREATE TABLE search_backfill (
    one           BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    titles_before TEXT NOT NULL,
    texts_before  TEXT NOT NULL
);
INSERT INTO search_backfill (one, titles_before, texts_before) VALUES (1, 'z', 'z');
