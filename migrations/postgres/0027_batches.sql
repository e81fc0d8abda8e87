-- What the requests of a batch's file ask and can cost at most, as JSON; empty for all else. The file was read while it was handed on:
-- Bailian gives it back to nobody.
ALTER TABLE upstream_objects ADD COLUMN asks TEXT NOT NULL DEFAULT '';
