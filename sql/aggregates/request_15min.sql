-- Events of the family `request` in 15-minute buckets of UTC, by service, borough, unit, channel, nature, resolution, kind of event and source. Most are NULL in most kinds.
-- Outlives the events it was made from: so it is not dropped and made again. Another shape is another view's name.
create materialized view if not exists request_15min
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  time_bucket(interval '15 minutes', ts) as bucket,
  service,
  borough,
  unit,
  channel,
  nature,
  resolution,
  type,
  source_id,
  count(*) as n
from request_event
group by bucket, service, borough, unit, channel, nature, resolution, type, source_id
with no data;
