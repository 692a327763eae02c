-- BLOCK pictures_of
select
  number, revision, id, status, open, service, borough, unit, longitude, latitude,
  (extract(epoch from created_at) * 1000000)::bigint as created_us,
  (extract(epoch from due_at) * 1000000)::bigint as due_us,
  (extract(epoch from settled_at) * 1000000)::bigint as settled_us
from request
where id = any ($ids::text[])

-- BLOCK open_pictures
select
  number, revision, id, status, open, service, borough, unit, longitude, latitude,
  (extract(epoch from created_at) * 1000000)::bigint as created_us,
  (extract(epoch from due_at) * 1000000)::bigint as due_us,
  (extract(epoch from settled_at) * 1000000)::bigint as settled_us
from request
where open and number > $after
order by number
limit $rows_max

-- BLOCK recent_pictures
select
  number, revision, id, status, open, service, borough, unit, longitude, latitude,
  (extract(epoch from created_at) * 1000000)::bigint as created_us,
  (extract(epoch from due_at) * 1000000)::bigint as due_us,
  (extract(epoch from settled_at) * 1000000)::bigint as settled_us
from request
where not open and updated_at >= $since::timestamptz

-- BLOCK told_in
select
  request as number, request_id, kind, what, turn, service, borough, unit, reason,
  (extract(epoch from ts) * 1000000)::bigint as at_us,
  (extract(epoch from recorded_at) * 1000000)::bigint as recorded_us
from deadline_event
where ts >= $from::timestamptz and ts <= $to::timestamptz and batch = $batch
order by ts

-- BLOCK told_since
select
  request as number, request_id, kind, what, turn, service, borough, unit, reason,
  (extract(epoch from ts) * 1000000)::bigint as at_us,
  (extract(epoch from recorded_at) * 1000000)::bigint as recorded_us
from deadline_event
where ts >= $since::timestamptz and what <> 'warning'
order by ts desc, request, kind, turn desc
limit $rows_max

-- BLOCK told_between
select
  request as number, request_id, kind, what, turn, service, borough, unit, reason,
  (extract(epoch from ts) * 1000000)::bigint as at_us,
  (extract(epoch from recorded_at) * 1000000)::bigint as recorded_us
from deadline_event
where ts > $after::timestamptz and ts <= $to::timestamptz and what <> 'warning'
order by ts desc, request, kind, turn desc
limit $rows_max
