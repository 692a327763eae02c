-- Events of the family `agent` in 15-minute buckets of UTC, by state and source: changes of state, never persons.
-- Outlives the events it was made from: so it is not dropped and made again. Another shape is another view's name.
create materialized view if not exists agent_15min
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  time_bucket(interval '15 minutes', ts) as bucket,
  state,
  source_id,
  count(*) as n
from agent_event
group by bucket, state, source_id
with no data;
