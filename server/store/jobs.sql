-- BLOCK select_due
SELECT job.job_id, job.proc_name AS procedure, coalesce(job.hypertable_name, '') AS table_name,
       extract(epoch FROM $now::timestamptz - due.at)::float8 AS overdue_s
FROM timescaledb_information.jobs job
LEFT JOIN job_run run USING (job_id)
CROSS JOIN LATERAL (
  SELECT CASE
           WHEN run.job_id IS NULL THEN coalesce(job.initial_start, '2000-01-01Z')
           -- A run that was cut short (no end) or that failed is tried again sooner than the next regular one.
           WHEN run.finished_at IS NULL OR run.error IS NOT NULL
             THEN run.started_at + least(job.retry_period * (1 + run.failures), job.schedule_interval)
           ELSE run.started_at + job.schedule_interval
         END AS at
) due
WHERE job.scheduled AND due.at <= $now::timestamptz
ORDER BY due.at, job.job_id

-- BLOCK record_start
INSERT INTO job_run (job_id, started_at)
VALUES ($job_id, $now)
ON CONFLICT (job_id) DO UPDATE SET started_at = excluded.started_at, finished_at = NULL

-- BLOCK run
CALL run_job($job_id)

-- BLOCK record_end
UPDATE job_run
SET finished_at = $now, error = $error, failures = CASE WHEN $error::text IS NULL THEN 0 ELSE failures + 1 END
WHERE job_id = $job_id
