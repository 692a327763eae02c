-- A lock for each part of the ids that a transaction touches, taken in one order before anything else: two transactions never wait for
-- each other in a circle, and none makes a record that another one is making. Apart from lock_requests, whose snapshot
-- must be taken after the wait. By its id: a plan made while the table is empty would read all of it for ever after.
-- BLOCK lock_parts
select set_config('enable_seqscan', 'off', true), pg_advisory_xact_lock($lock_class::integer, part)::text
from unnest($parts::integer[]) as part

-- BLOCK lock_requests
select id, number, revision, told, history
from request
where id = any ($ids::text[])
for update

-- BLOCK make_requests
insert into request (
  id, revision, status, open, service, nature, channel, borough, place_borough, unit, longitude, latitude,
  created_at, updated_at, due_at, settled_at, resolution, reopened, requesters, merged_into, work_order,
  published, transmission_kept, status_promised, status_stale_at, next_at, told, history
)
select
  id, revision, status, open, service, nature, channel, borough, place_borough, unit, longitude, latitude,
  created_at, updated_at, due_at, settled_at, resolution, reopened, requesters, merged_into, work_order,
  published, transmission_kept, status_promised, status_stale_at, next_at, told, history
from unnest(
  $id::text[], $revision::integer[], $status::text[], $open::boolean[], $service::text[], $nature::text[],
  $channel::text[], $borough::text[], $place_borough::text[], $unit::text[], $longitude::double precision[],
  $latitude::double precision[], $created_at::timestamptz[], $updated_at::timestamptz[], $due_at::timestamptz[],
  $settled_at::timestamptz[], $resolution::text[], $reopened::integer[], $requesters::bigint[],
  $merged_into::text[], $work_order::text[], $published::json[], $transmission_kept::boolean[],
  $status_promised::boolean[], $status_stale_at::timestamptz[], $next_at::timestamptz[], $told::json[],
  $history::text[]
) as r (
  id, revision, status, open, service, nature, channel, borough, place_borough, unit, longitude, latitude,
  created_at, updated_at, due_at, settled_at, resolution, reopened, requesters, merged_into, work_order,
  published, transmission_kept, status_promised, status_stale_at, next_at, told, history
)
returning id, number

-- BLOCK change_requests
update request set
  revision = r.revision,
  status = r.status,
  open = r.open,
  service = r.service,
  nature = r.nature,
  channel = r.channel,
  borough = r.borough,
  place_borough = r.place_borough,
  unit = r.unit,
  longitude = r.longitude,
  latitude = r.latitude,
  created_at = r.created_at,
  updated_at = r.updated_at,
  due_at = r.due_at,
  settled_at = r.settled_at,
  resolution = r.resolution,
  reopened = r.reopened,
  requesters = r.requesters,
  merged_into = r.merged_into,
  work_order = r.work_order,
  published = r.published,
  transmission_kept = r.transmission_kept,
  status_promised = r.status_promised,
  status_stale_at = r.status_stale_at,
  next_at = r.next_at,
  told = r.told,
  -- What follows what is there, as events most often do, is put behind it.
  history = case
    when r.history is null then request.history
    when r.appended then left(request.history, -1) || ',' || right(r.history, -1)
    else r.history
  end
from unnest(
  $id::text[], $revision::integer[], $status::text[], $open::boolean[], $service::text[], $nature::text[],
  $channel::text[], $borough::text[], $place_borough::text[], $unit::text[], $longitude::double precision[],
  $latitude::double precision[], $created_at::timestamptz[], $updated_at::timestamptz[], $due_at::timestamptz[],
  $settled_at::timestamptz[], $resolution::text[], $reopened::integer[], $requesters::bigint[],
  $merged_into::text[], $work_order::text[], $published::json[], $transmission_kept::boolean[],
  $status_promised::boolean[], $status_stale_at::timestamptz[], $next_at::timestamptz[], $told::json[],
  $history::text[], $appended::boolean[]
) as r (
  id, revision, status, open, service, nature, channel, borough, place_borough, unit, longitude, latitude,
  created_at, updated_at, due_at, settled_at, resolution, reopened, requesters, merged_into, work_order,
  published, transmission_kept, status_promised, status_stale_at, next_at, told, history, appended
)
-- Always so under the locks.
where request.id = r.id and request.revision = r.revision - 1

-- BLOCK insert_moves
insert into backlog_move (ts, request, cause, n, borough, unit, across)
select ts, request, cause, n, borough, unit, across
from unnest(
  $ts::timestamptz[], $request::bigint[], $cause::text[], $n::integer[], $borough::text[], $unit::text[],
  $across::boolean[]
) as r (ts, request, cause, n, borough, unit, across)

-- BLOCK insert_deadline_events
with inserted as (
  insert into deadline_event (
    ts, request, kind, what, turn, recorded_at, batch, request_id, service, borough, unit, reason
  )
  select
    ts, request, kind, what, turn, $recorded_at::timestamptz, $batch::bigint, request_id, service, borough, unit,
    reason
  from unnest(
    $ts::timestamptz[], $request::bigint[], $kind::text[], $what::text[], $turn::integer[], $request_id::text[],
    $service::text[], $borough::text[], $unit::text[], $reason::text[]
  ) as r (ts, request, kind, what, turn, request_id, service, borough, unit, reason)
  returning ts
)
insert into event_batch (batch, family, server_id, received_at, n, span_from, span_to)
select
  $batch::bigint, 'deadline', $server_id::uuid, $recorded_at::timestamptz, count(*), array[min(ts)],
  array[max(ts)]
from inserted

-- The records that the deadline clock must look at, those that are late first; another server's are left to it.
-- BLOCK lock_due
select id, number, revision, told, history
from request
where next_at <= $now::timestamptz
order by next_at
limit $rows_max
for update skip locked

-- BLOCK next_due
select (extract(epoch from min(next_at)) * 1000000)::bigint as next_us from request

-- A page of the open records, for when the city's promises have changed.
-- BLOCK open_records
select
  id, number, revision, told, history,
  (extract(epoch from due_at) * 1000000)::bigint as due_us,
  (extract(epoch from next_at) * 1000000)::bigint as next_us,
  transmission_kept, status_promised, (extract(epoch from status_stale_at) * 1000000)::bigint as status_stale_us
from request
where open and number > $after
order by number
limit $rows_max
