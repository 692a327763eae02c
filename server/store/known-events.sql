-- Places, from 1, of the events of a batch that are not stored. Planned for its values: the rows of its span are then read once, by the
-- index, and not one by one.
-- BLOCK missing_call
select r.at::integer as at
from unnest($ts::timestamptz[], $event_id::uuid[]) with ordinality as r (ts, event_id, at)
where not exists (
  select from call_event e
  where e.ts = r.ts and e.event_id = r.event_id and e.ts >= $from::timestamptz and e.ts <= $to::timestamptz
)

-- BLOCK missing_agent
select r.at::integer as at
from unnest($ts::timestamptz[], $event_id::uuid[]) with ordinality as r (ts, event_id, at)
where not exists (
  select from agent_event e
  where e.ts = r.ts and e.event_id = r.event_id and e.ts >= $from::timestamptz and e.ts <= $to::timestamptz
)

-- BLOCK missing_counter
select r.at::integer as at
from unnest($ts::timestamptz[], $event_id::uuid[]) with ordinality as r (ts, event_id, at)
where not exists (
  select from counter_event e
  where e.ts = r.ts and e.event_id = r.event_id and e.ts >= $from::timestamptz and e.ts <= $to::timestamptz
)

-- BLOCK missing_web
select r.at::integer as at
from unnest($ts::timestamptz[], $event_id::uuid[]) with ordinality as r (ts, event_id, at)
where not exists (
  select from web_event e
  where e.ts = r.ts and e.event_id = r.event_id and e.ts >= $from::timestamptz and e.ts <= $to::timestamptz
)

-- BLOCK missing_mail
select r.at::integer as at
from unnest($ts::timestamptz[], $event_id::uuid[]) with ordinality as r (ts, event_id, at)
where not exists (
  select from mail_event e
  where e.ts = r.ts and e.event_id = r.event_id and e.ts >= $from::timestamptz and e.ts <= $to::timestamptz
)

-- BLOCK missing_request
select r.at::integer as at
from unnest($ts::timestamptz[], $event_id::uuid[]) with ordinality as r (ts, event_id, at)
where not exists (
  select from request_event e
  where e.ts = r.ts and e.event_id = r.event_id and e.ts >= $from::timestamptz and e.ts <= $to::timestamptz
)
