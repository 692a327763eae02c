-- Events of the family `web` in 15-minute buckets of UTC, by service, borough, kind of event and source.
-- Outlives the events it was made from: so it is not dropped and made again. Another shape is another view's name.
create materialized view if not exists web_15min
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  time_bucket(interval '15 minutes', ts) as bucket,
  service,
  borough,
  type,
  source_id,
  count(*) as n,
  count(*) filter (where results = 0) as without_results
from web_event
group by bucket, service, borough, type, source_id
with no data;
