-- What was given for the variables of the assistant that is asked with what is typed, or waits: names and values, in JSON.
ALTER TABLE drafts ADD COLUMN given_values JSONB NOT NULL DEFAULT '[]';
ALTER TABLE queued_messages ADD COLUMN given_values JSONB NOT NULL DEFAULT '[]';
