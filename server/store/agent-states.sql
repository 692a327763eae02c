-- BLOCK last_agent_states
select
  (extract(epoch from e.ts) * 1000000)::bigint as time_us,
  replace(e.event_id::text, '-', '') as event_id,
  s.name as source, e.subject, e.sequence, e.state, coalesce(e.queues, '{}') as queues
from last_agent_states($from::timestamptz, $to::timestamptz) e
join event_source s on s.id = e.source_id
order by e.ts, e.event_id
