-- Works, transcripts, uploads and what was asked for can be brought back for a while after they were deleted. Until they are removed for
-- good they are open to nobody; their files are counted as long as they are kept.
ALTER TABLE works ADD COLUMN deleted_at BIGINT;
CREATE INDEX works_deleted ON works (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX works_trash ON works (owner_id, deleted_at, id) WHERE deleted_at IS NOT NULL;

ALTER TABLE transcripts ADD COLUMN deleted_at BIGINT;
CREATE INDEX transcripts_deleted ON transcripts (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX transcripts_trash ON transcripts (owner_id, deleted_at, id) WHERE deleted_at IS NOT NULL;

-- The file of a work that something else has stays there, as an upload, when the work is deleted.
ALTER TABLE files ADD COLUMN deleted_at BIGINT;
CREATE INDEX files_deleted ON files (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX files_trash ON files (owner_id, deleted_at, id) WHERE deleted_at IS NOT NULL;

ALTER TABLE jobs ADD COLUMN deleted_at BIGINT;
CREATE INDEX jobs_deleted ON jobs (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX jobs_trash ON jobs (owner_id, deleted_at) WHERE deleted_at IS NOT NULL;
