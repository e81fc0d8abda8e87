-- An assistant that was deleted can be brought back for a while. Until it is removed for good it is open to nobody.
ALTER TABLE assistants ADD COLUMN deleted_at BIGINT;
CREATE INDEX assistants_deleted ON assistants (deleted_at) WHERE deleted_at IS NOT NULL;
