-- Several models may answer one question at once: each in a lane of its own, from 0 on. Whatever begins otherwise takes the first lane, and begins
-- only where no lane runs.
ALTER TABLE generations ADD COLUMN lane BIGINT NOT NULL DEFAULT 0;
DROP INDEX generations_one_running;
CREATE UNIQUE INDEX generations_lanes ON generations (conversation_id, lane) WHERE status = 'running';
