-- Events of the family `call` in 15-minute buckets of UTC, by queue, kind of event and source. A transfer counts where the call leaves.
-- Outlives the events it was made from: so it is not dropped and made again. Another shape is another view's name.
create materialized view if not exists call_15min
with (timescaledb.continuous, timescaledb.materialized_only = false) as
select
  time_bucket(interval '15 minutes', ts) as bucket,
  coalesce(queue, from_queue) as queue,
  type,
  source_id,
  count(*) as n,
  count(*) filter (where outcome = 'misdirected_emergency') as misdirected,
  count(*) filter (where talk_s is not null or hold_s is not null or wrap_up_s is not null) as handled,
  sum(ring_s) as ring_sum_s,
  sum(talk_s) as talk_sum_s,
  sum(hold_s) as hold_sum_s,
  sum(wrap_up_s) as wrap_up_sum_s
from call_event
group by bucket, coalesce(queue, from_queue), type, source_id
with no data;
