-- BLOCK read_call
select
  timezone('UTC', ts)::text as ts, event_id, source_id, type, subject, sequence, queue, line, borough,
  language, "position", agent, ring_s, from_queue, to_queue, to_external, talk_s, hold_s, wrap_up_s,
  outcome, request, service, extra
from call_event
where ts >= $from::timestamptz and ts < $to::timestamptz
  and (ts, event_id) > ($after_ts::timestamptz, $after_id::uuid)
  and ($batch::bigint is null or batch = $batch)
order by call_event.ts, event_id
limit $rows_max

-- BLOCK read_agent
select
  timezone('UTC', ts)::text as ts, event_id, source_id, type, subject, sequence, queues, state, reason,
  extra
from agent_event
where ts >= $from::timestamptz and ts < $to::timestamptz
  and (ts, event_id) > ($after_ts::timestamptz, $after_id::uuid)
  and ($batch::bigint is null or batch = $batch)
order by agent_event.ts, event_id
limit $rows_max

-- BLOCK read_counter
select
  timezone('UTC', ts)::text as ts, event_id, source_id, type, subject, sequence, counter, service,
  residence_borough, outcome, request, extra
from counter_event
where ts >= $from::timestamptz and ts < $to::timestamptz
  and (ts, event_id) > ($after_ts::timestamptz, $after_id::uuid)
  and ($batch::bigint is null or batch = $batch)
order by counter_event.ts, event_id
limit $rows_max

-- BLOCK read_web
select
  timezone('UTC', ts)::text as ts, event_id, source_id, type, subject, sequence, path, service, results,
  request, borough, extra
from web_event
where ts >= $from::timestamptz and ts < $to::timestamptz
  and (ts, event_id) > ($after_ts::timestamptz, $after_id::uuid)
  and ($batch::bigint is null or batch = $batch)
order by web_event.ts, event_id
limit $rows_max

-- BLOCK read_mail
select
  timezone('UTC', ts)::text as ts, event_id, source_id, type, subject, sequence, medium, borough, service,
  request, extra
from mail_event
where ts >= $from::timestamptz and ts < $to::timestamptz
  and (ts, event_id) > ($after_ts::timestamptz, $after_id::uuid)
  and ($batch::bigint is null or batch = $batch)
order by mail_event.ts, event_id
limit $rows_max

-- BLOCK read_request
select
  timezone('UTC', ts)::text as ts, event_id, source_id, type, subject, sequence, service, nature, channel,
  borough, place_borough, longitude, latitude, address, description,
  timezone('UTC', due_at)::text as due_at, requesters, unit, work_order, reason, "text",
  timezone('UTC', expected_at)::text as expected_at, resolution, "into", policy, extra
from request_event
where ts >= $from::timestamptz and ts < $to::timestamptz
  and (ts, event_id) > ($after_ts::timestamptz, $after_id::uuid)
  and ($batch::bigint is null or batch = $batch)
order by request_event.ts, event_id
limit $rows_max
