-- How often in a row a process died over a job. What was only put off says nothing of that kind.
ALTER TABLE jobs ADD COLUMN deaths BIGINT NOT NULL DEFAULT 0;
