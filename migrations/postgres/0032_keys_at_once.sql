-- Requests by this key that may run at once.
ALTER TABLE api_keys ADD COLUMN at_once BIGINT;
