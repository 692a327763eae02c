-- What the metrics of a period ask of promises beside the settlement, so that they need not fold every record
-- (server/store/request-metrics.sql). A record that was written before has them from its next event on.
alter table request
  -- Whether it was transmitted within the limit; null: nothing was promised, or the limit has neither passed nor been kept.
  add column transmission_kept boolean,
  -- Whether its published status is promised to be no older than an interval, and when the last one was or will be too old.
  add column status_promised boolean,
  add column status_stale_at timestamptz;
