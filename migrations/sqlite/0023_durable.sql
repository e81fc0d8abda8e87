-- An upload whose length is told with its end: until then `length` is what came, and what is reserved grows with it.
ALTER TABLE uploads ADD COLUMN deferred BOOLEAN NOT NULL DEFAULT FALSE;
-- Of a recording that is sent while it is made: how much was recorded, in milliseconds. Of other uploads nothing.
ALTER TABLE uploads ADD COLUMN recorded_ms BIGINT;

-- Whoever made it has deleted their account: what can be is deleted at the upstream as well, from then on.
ALTER TABLE upstream_objects ADD COLUMN gone_at BIGINT;
CREATE INDEX upstream_objects_gone ON upstream_objects (gone_at) WHERE gone_at IS NOT NULL;
