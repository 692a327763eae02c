-- Two ways in for each family, which write the same rows.
--
-- copy_…: binary COPY, several of them and that of event_batch in one message, which makes them one transaction.
-- insert_…: one statement, which is its own transaction when a batch has one family. Columns come as arrays (an empty
-- one is all NULL); lists of queues come as the text of an array, since unnest would flatten an array of arrays. It
-- answers how many went in and, only when some did not, which did: the sub-select is not evaluated otherwise. The same
-- for what event_batch notes of the sources: a duplicate does not count as heard.

-- BLOCK take_numbers
select nextval('event_batch_number') as first

-- BLOCK notify
select pg_notify('vigie_batch', $server_id)::text as sent

-- BLOCK is_committed
select exists (
  select from event_batch where batch = $batch and received_at = $received_at::timestamptz
) as found

-- BLOCK copy_batch
copy event_batch (batch, family, server_id, received_at, n, span_from, span_to, rejected, sources) from stdin (format binary)

-- BLOCK copy_rejected
copy rejected_event (received_at, source, id, type, code, message, payload) from stdin (format binary)

-- BLOCK insert_rejected
with inserted as (
  insert into rejected_event (received_at, source, id, type, code, message, payload)
  select * from unnest(
    $received_at::timestamptz[], $source::text[], $id::text[], $type::text[],
    $code::text[], $message::text[], $payload::text[]
  )
  returning received_at
)
insert into event_batch (batch, family, server_id, received_at, n, span_from, span_to, rejected)
select
  $batch::bigint, 'rejected', $server_id::uuid, $noted_at::timestamptz, count(*), '{}', '{}', $rejected::jsonb
from inserted

-- BLOCK copy_call
copy call_event (
  ts, event_id, batch, source_id, type, subject, sequence, queue, line, borough, language, "position",
  agent, ring_s, from_queue, to_queue, to_external, talk_s, hold_s, wrap_up_s, outcome, request, service,
  extra
) from stdin (format binary)

-- BLOCK insert_call
with inserted as (
  insert into call_event (
    ts, event_id, batch, source_id, type, subject, sequence, queue, line, borough, language, "position",
    agent, ring_s, from_queue, to_queue, to_external, talk_s, hold_s, wrap_up_s, outcome, request, service,
    extra
  )
  select
    ts, event_id, $batch::bigint, source_id, type, subject, sequence, queue, line, borough, language,
    "position", agent, ring_s, from_queue, to_queue, to_external, talk_s, hold_s, wrap_up_s, outcome,
    request, service, extra
  from unnest(
    $ts::timestamptz[], $event_id::uuid[], $source_id::integer[], $type::text[], $subject::text[],
    $sequence::text[], $queue::text[], $line::text[], $borough::text[], $language::text[],
    $position::integer[], $agent::text[], $ring_s::double precision[], $from_queue::text[],
    $to_queue::text[], $to_external::text[], $talk_s::double precision[], $hold_s::double precision[],
    $wrap_up_s::double precision[], $outcome::text[], $request::text[], $service::text[], $extra::jsonb[]
  ) as row (
    ts, event_id, source_id, type, subject, sequence, queue, line, borough, language, "position", agent,
    ring_s, from_queue, to_queue, to_external, talk_s, hold_s, wrap_up_s, outcome, request, service, extra
  )
  on conflict (ts, event_id) do nothing
  returning ts, event_id, source_id
), noted as (
  insert into event_batch (batch, family, server_id, received_at, n, span_from, span_to, sources)
  select
    $batch::bigint, 'call', $server_id::uuid, $noted_at::timestamptz, count(*), $span_from::timestamptz[],
    $span_to::timestamptz[],
    case when count(*) = $wanted::integer then $sources::jsonb
      else (select newest_by_source(array_agg(source_id), array_agg(ts)) from inserted) end
  from inserted
  having count(*) > 0
)
select
  (select count(*) from inserted)::integer as n,
  case when (select count(*) from inserted) < $wanted::integer
    then (select array_agg(event_id || ' ' || (extract(epoch from ts) * 1000000)::bigint) from inserted)
  end as fresh

-- BLOCK copy_agent
copy agent_event (
  ts, event_id, batch, source_id, type, subject, sequence, queues, state, reason, extra
) from stdin (format binary)

-- BLOCK insert_agent
with inserted as (
  insert into agent_event (
    ts, event_id, batch, source_id, type, subject, sequence, queues, state, reason, extra
  )
  select
    ts, event_id, $batch::bigint, source_id, type, subject, sequence, queues::text[], state, reason, extra
  from unnest(
    $ts::timestamptz[], $event_id::uuid[], $source_id::integer[], $type::text[], $subject::text[],
    $sequence::text[], $queues::text[], $state::text[], $reason::text[], $extra::jsonb[]
  ) as row (
    ts, event_id, source_id, type, subject, sequence, queues, state, reason, extra
  )
  on conflict (ts, event_id) do nothing
  returning ts, event_id, source_id
), noted as (
  insert into event_batch (batch, family, server_id, received_at, n, span_from, span_to, sources)
  select
    $batch::bigint, 'agent', $server_id::uuid, $noted_at::timestamptz, count(*), $span_from::timestamptz[],
    $span_to::timestamptz[],
    case when count(*) = $wanted::integer then $sources::jsonb
      else (select newest_by_source(array_agg(source_id), array_agg(ts)) from inserted) end
  from inserted
  having count(*) > 0
)
select
  (select count(*) from inserted)::integer as n,
  case when (select count(*) from inserted) < $wanted::integer
    then (select array_agg(event_id || ' ' || (extract(epoch from ts) * 1000000)::bigint) from inserted)
  end as fresh

-- BLOCK copy_counter
copy counter_event (
  ts, event_id, batch, source_id, type, subject, sequence, counter, service, residence_borough, outcome,
  request, extra
) from stdin (format binary)

-- BLOCK insert_counter
with inserted as (
  insert into counter_event (
    ts, event_id, batch, source_id, type, subject, sequence, counter, service, residence_borough, outcome,
    request, extra
  )
  select
    ts, event_id, $batch::bigint, source_id, type, subject, sequence, counter, service, residence_borough,
    outcome, request, extra
  from unnest(
    $ts::timestamptz[], $event_id::uuid[], $source_id::integer[], $type::text[], $subject::text[],
    $sequence::text[], $counter::text[], $service::text[], $residence_borough::text[], $outcome::text[],
    $request::text[], $extra::jsonb[]
  ) as row (
    ts, event_id, source_id, type, subject, sequence, counter, service, residence_borough, outcome, request,
    extra
  )
  on conflict (ts, event_id) do nothing
  returning ts, event_id, source_id
), noted as (
  insert into event_batch (batch, family, server_id, received_at, n, span_from, span_to, sources)
  select
    $batch::bigint, 'counter', $server_id::uuid, $noted_at::timestamptz, count(*), $span_from::timestamptz[],
    $span_to::timestamptz[],
    case when count(*) = $wanted::integer then $sources::jsonb
      else (select newest_by_source(array_agg(source_id), array_agg(ts)) from inserted) end
  from inserted
  having count(*) > 0
)
select
  (select count(*) from inserted)::integer as n,
  case when (select count(*) from inserted) < $wanted::integer
    then (select array_agg(event_id || ' ' || (extract(epoch from ts) * 1000000)::bigint) from inserted)
  end as fresh

-- BLOCK copy_web
copy web_event (
  ts, event_id, batch, source_id, type, subject, sequence, path, service, results, request, borough, extra
) from stdin (format binary)

-- BLOCK insert_web
with inserted as (
  insert into web_event (
    ts, event_id, batch, source_id, type, subject, sequence, path, service, results, request, borough, extra
  )
  select
    ts, event_id, $batch::bigint, source_id, type, subject, sequence, path, service, results, request,
    borough, extra
  from unnest(
    $ts::timestamptz[], $event_id::uuid[], $source_id::integer[], $type::text[], $subject::text[],
    $sequence::text[], $path::text[], $service::text[], $results::bigint[], $request::text[],
    $borough::text[], $extra::jsonb[]
  ) as row (
    ts, event_id, source_id, type, subject, sequence, path, service, results, request, borough, extra
  )
  on conflict (ts, event_id) do nothing
  returning ts, event_id, source_id
), noted as (
  insert into event_batch (batch, family, server_id, received_at, n, span_from, span_to, sources)
  select
    $batch::bigint, 'web', $server_id::uuid, $noted_at::timestamptz, count(*), $span_from::timestamptz[],
    $span_to::timestamptz[],
    case when count(*) = $wanted::integer then $sources::jsonb
      else (select newest_by_source(array_agg(source_id), array_agg(ts)) from inserted) end
  from inserted
  having count(*) > 0
)
select
  (select count(*) from inserted)::integer as n,
  case when (select count(*) from inserted) < $wanted::integer
    then (select array_agg(event_id || ' ' || (extract(epoch from ts) * 1000000)::bigint) from inserted)
  end as fresh

-- BLOCK copy_mail
copy mail_event (
  ts, event_id, batch, source_id, type, subject, sequence, medium, borough, service, request, extra
) from stdin (format binary)

-- BLOCK insert_mail
with inserted as (
  insert into mail_event (
    ts, event_id, batch, source_id, type, subject, sequence, medium, borough, service, request, extra
  )
  select
    ts, event_id, $batch::bigint, source_id, type, subject, sequence, medium, borough, service, request,
    extra
  from unnest(
    $ts::timestamptz[], $event_id::uuid[], $source_id::integer[], $type::text[], $subject::text[],
    $sequence::text[], $medium::text[], $borough::text[], $service::text[], $request::text[],
    $extra::jsonb[]
  ) as row (
    ts, event_id, source_id, type, subject, sequence, medium, borough, service, request, extra
  )
  on conflict (ts, event_id) do nothing
  returning ts, event_id, source_id
), noted as (
  insert into event_batch (batch, family, server_id, received_at, n, span_from, span_to, sources)
  select
    $batch::bigint, 'mail', $server_id::uuid, $noted_at::timestamptz, count(*), $span_from::timestamptz[],
    $span_to::timestamptz[],
    case when count(*) = $wanted::integer then $sources::jsonb
      else (select newest_by_source(array_agg(source_id), array_agg(ts)) from inserted) end
  from inserted
  having count(*) > 0
)
select
  (select count(*) from inserted)::integer as n,
  case when (select count(*) from inserted) < $wanted::integer
    then (select array_agg(event_id || ' ' || (extract(epoch from ts) * 1000000)::bigint) from inserted)
  end as fresh

-- BLOCK copy_request
copy request_event (
  ts, event_id, batch, source_id, type, subject, sequence, service, nature, channel, borough, place_borough,
  longitude, latitude, address, description, due_at, requesters, unit, work_order, reason, "text",
  expected_at, resolution, "into", policy, extra
) from stdin (format binary)

-- BLOCK insert_request
with inserted as (
  insert into request_event (
    ts, event_id, batch, source_id, type, subject, sequence, service, nature, channel, borough,
    place_borough, longitude, latitude, address, description, due_at, requesters, unit, work_order, reason,
    "text", expected_at, resolution, "into", policy, extra
  )
  select
    ts, event_id, $batch::bigint, source_id, type, subject, sequence, service, nature, channel, borough,
    place_borough, longitude, latitude, address, description, due_at, requesters, unit, work_order, reason,
    "text", expected_at, resolution, "into", policy, extra
  from unnest(
    $ts::timestamptz[], $event_id::uuid[], $source_id::integer[], $type::text[], $subject::text[],
    $sequence::text[], $service::text[], $nature::text[], $channel::text[], $borough::text[],
    $place_borough::text[], $longitude::double precision[], $latitude::double precision[], $address::text[],
    $description::text[], $due_at::timestamptz[], $requesters::bigint[], $unit::text[], $work_order::text[],
    $reason::text[], $text::text[], $expected_at::timestamptz[], $resolution::text[], $into::text[],
    $policy::text[], $extra::jsonb[]
  ) as row (
    ts, event_id, source_id, type, subject, sequence, service, nature, channel, borough, place_borough,
    longitude, latitude, address, description, due_at, requesters, unit, work_order, reason, "text",
    expected_at, resolution, "into", policy, extra
  )
  on conflict (ts, event_id) do nothing
  returning ts, event_id, source_id
), noted as (
  insert into event_batch (batch, family, server_id, received_at, n, span_from, span_to, sources)
  select
    $batch::bigint, 'request', $server_id::uuid, $noted_at::timestamptz, count(*), $span_from::timestamptz[],
    $span_to::timestamptz[],
    case when count(*) = $wanted::integer then $sources::jsonb
      else (select newest_by_source(array_agg(source_id), array_agg(ts)) from inserted) end
  from inserted
  having count(*) > 0
)
select
  (select count(*) from inserted)::integer as n,
  case when (select count(*) from inserted) < $wanted::integer
    then (select array_agg(event_id || ' ' || (extract(epoch from ts) * 1000000)::bigint) from inserted)
  end as fresh
