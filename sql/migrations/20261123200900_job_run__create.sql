-- When each TimescaleDB job last ran in an embedded database, where nothing but our own server runs them: `run_job` keeps
-- no record there. On a TimescaleDB server this table stays empty.
CREATE TABLE job_run (
  job_id integer PRIMARY KEY,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  -- Message of the last run when it failed; null when it went well.
  error text,
  failures integer NOT NULL DEFAULT 0
);
