-- Events of the family `counter` in 15-minute buckets of UTC, by counter, service, kind of event and source.
-- Outlives the events it was made from: so it is not dropped and made again. Another shape is another view's name.
create materialized view if not exists counter_15min
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  time_bucket(interval '15 minutes', ts) as bucket,
  counter,
  service,
  type,
  source_id,
  count(*) as n
from counter_event
group by bucket, counter, service, type, source_id
with no data;
