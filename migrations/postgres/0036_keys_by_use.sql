-- Everybody's API keys in the order of their last use, for those who administer people; what was never used comes last.
CREATE INDEX api_keys_used ON api_keys ((COALESCE(used_at, 0)), id);
