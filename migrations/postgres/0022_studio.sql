-- Files are deleted by their age, where the operator has set one; a transcript's recording also by the transcript's.
CREATE INDEX files_age ON files (created_at, id);
CREATE INDEX transcripts_recordings ON transcripts (created_at, id) WHERE file_id IS NOT NULL;
