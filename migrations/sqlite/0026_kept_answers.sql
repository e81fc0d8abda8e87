-- For so many seconds what models answer to this key is kept and given again to the same request; a request may say otherwise. Without: only where a
-- request says so.
ALTER TABLE api_keys ADD COLUMN cache_seconds BIGINT;

-- Whether kept answers are its members' together. Otherwise each is the key's alone that asked for it.
ALTER TABLE groups ADD COLUMN shares_answers BOOLEAN NOT NULL DEFAULT FALSE;
