-- Events of the family `mail` in 15-minute buckets of UTC, by medium, service, borough, kind of event and source.
-- Outlives the events it was made from: so it is not dropped and made again. Another shape is another view's name.
create materialized view if not exists mail_15min
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  time_bucket(interval '15 minutes', ts) as bucket,
  medium,
  service,
  borough,
  type,
  source_id,
  count(*) as n
from mail_event
group by bucket, medium, service, borough, type, source_id
with no data;
