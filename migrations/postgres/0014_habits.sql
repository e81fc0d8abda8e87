-- How a person likes the page to be: what they have not chosen is as for a newcomer.
ALTER TABLE users ADD COLUMN habits JSONB;
