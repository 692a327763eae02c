-- The events of every call that had to do with a queue in the hours before it closed, with all that became of it.
-- BLOCK handover_calls
with closing as (
  select queue, at from unnest($queues::text[], $instants::timestamptz[]) as c (queue, at)
), concerned as materialized (
  select distinct e.subject
  from closing c
  join call_event e on e.ts >= c.at - $limit_s * interval '1 second' and e.ts < c.at
    and (e.queue = c.queue or e.to_queue = c.queue)
  where e.ts >= $from::timestamptz and e.ts < $to::timestamptz
)
select
  subject, (extract(epoch from ts) * 1000000)::bigint as time_us, replace(event_id::text, '-', '') as event_id, sequence,
  'call.' || type as type, queue, from_queue, to_queue, to_external, agent, talk_s, hold_s, wrap_up_s, outcome
from call_event
where ts >= $from::timestamptz and ts < $to::timestamptz
  and subject in (select subject from concerned)
order by subject
