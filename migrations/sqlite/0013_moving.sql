-- What a link to a conversation shows: a copy of the branch that was shown then. What happens in the conversation later is not in it.
CREATE TABLE share_snapshots (
    share_id TEXT NOT NULL PRIMARY KEY REFERENCES shares (id) ON DELETE CASCADE,
    title    TEXT NOT NULL,
    messages BIGINT NOT NULL,
    taken_at BIGINT NOT NULL
);

-- Its messages, with only what is shown of them.
CREATE TABLE share_messages (
    share_id       TEXT NOT NULL REFERENCES shares (id) ON DELETE CASCADE,
    position       BIGINT NOT NULL,
    role           TEXT NOT NULL,
    model          TEXT,
    text           TEXT NOT NULL,
    blocks         TEXT NOT NULL,
    render_version BIGINT NOT NULL,
    PRIMARY KEY (share_id, position)
);

-- What came of files of conversations from elsewhere.
CREATE TABLE imports (
    id       TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    report   TEXT NOT NULL
);
CREATE INDEX imports_owner ON imports (owner_id, id);

-- What was taken in, by the hash of what was in it: the same is not taken in twice.
CREATE TABLE imported_conversations (
    owner_id        TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    content_hash    TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    PRIMARY KEY (owner_id, content_hash)
);
CREATE INDEX imported_conversations_conversation ON imported_conversations (conversation_id);
