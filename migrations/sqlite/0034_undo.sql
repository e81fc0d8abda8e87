-- A folder or a tag that was deleted can be brought back for a while. Until it is removed for good it is on no list, and its name is free.
ALTER TABLE folders ADD COLUMN deleted_at BIGINT;
ALTER TABLE tags ADD COLUMN deleted_at BIGINT;

DROP INDEX folders_name;
CREATE UNIQUE INDEX folders_name ON folders (owner_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX folders_owner ON folders (owner_id, id);
CREATE INDEX folders_deleted ON folders (deleted_at) WHERE deleted_at IS NOT NULL;

DROP INDEX tags_name;
CREATE UNIQUE INDEX tags_name ON tags (owner_id, name_key) WHERE deleted_at IS NULL;
CREATE INDEX tags_owner ON tags (owner_id, id);
CREATE INDEX tags_deleted ON tags (deleted_at) WHERE deleted_at IS NOT NULL;

-- The folder that a conversation was in until that was deleted; meanwhile it is listed by its day.
ALTER TABLE conversations ADD COLUMN folder_before TEXT REFERENCES folders (id) ON DELETE SET NULL;
CREATE INDEX conversations_folder_before ON conversations (folder_before) WHERE folder_before IS NOT NULL;

-- When all that was remembered was forgotten at once: for a day that can be taken back. Until then it goes nowhere.
ALTER TABLE memory_facts ADD COLUMN forgotten_at BIGINT;
CREATE INDEX memory_facts_forgotten ON memory_facts (forgotten_at) WHERE forgotten_at IS NOT NULL;
