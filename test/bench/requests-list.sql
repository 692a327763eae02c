-- A city's requests as its records have them: few boroughs, services and units with most of it, bodies of a usual size.
-- BLOCK fill
insert into request (
  id, revision, status, open, service, nature, channel, borough, place_borough, unit, longitude, latitude, created_at,
  updated_at, due_at, settled_at, resolution, reopened, requesters, told, history
)
select
  'bench-' || i, 3, status, open, service, nature, channel, borough, borough, borough || '-' || unit, longitude, latitude,
  created_at, updated_at, due_at, settled_at, case when settled_at is not null then 'done' end, 0, 1, '[]',
  json_build_array(
    json_build_array(
      (extract(epoch from created_at) * 1000000)::bigint, 'created', left(md5(i::text), 16), 1,
      json_build_object(
        'service', service, 'nature', nature, 'channel', channel, 'borough', borough, 'longitude', longitude, 'latitude',
        latitude, 'address', 'Rue ' || i, 'description', repeat(md5(i::text), 5)
      )
    ),
    json_build_array(
      60000000, 'transmitted', left(md5('t' || i), 16), 1, json_build_object('unit', borough || '-' || unit)
    )
  )
from (
  select
    i, open,
    case
      when not open then (array['resolved', 'closed', 'cancelled', 'merged'])[1 + floor(4 * r[1] ^ 2)::integer]
      else (array['transmitted', 'acknowledged', 'work_ordered', 'paused', 'received', 'reopened'])[1 + floor(6 * r[1] ^ 2)::integer]
    end as status,
    'service-' || floor(150 * r[2] ^ 2)::integer as service,
    (array['request', 'complaint', 'comment', 'information', 'suggestion', 'permit'])[1 + floor(6 * r[3] ^ 4)::integer] as nature,
    (array['phone', 'mobile', 'web', 'counter', 'email', 'internal', 'mail', 'social'])[1 + floor(8 * r[4] ^ 2)::integer] as channel,
    (array[
      'VM', 'RO', 'CN', 'PM', 'AC', 'MN', 'VS', 'LS', 'SO', 'RP', 'SL', 'LN', 'VD', 'AJ', 'PR', 'OU', 'LC', 'IB', 'LR', 'WM', 'DO', 'CL'
    ])[1 + floor(22 * r[5] ^ 1.6)::integer] as borough,
    (array['works', 'parks', 'waste', 'roads', 'permits', 'water', 'animals', 'lights', 'trees'])[1 + floor(9 * r[6])::integer] as unit,
    -73.9 + 0.42 * (r[7] + r[8]) / 2 as longitude,
    45.42 + 0.28 * (r[9] + r[10]) / 2 as latitude,
    created_at,
    created_at + (timestamptz '2026-11-25' - created_at) * r[11] as updated_at,
    case when r[12] > 0.08 then created_at + interval '120 days' * r[13] ^ 2 + interval '1 day' * r[14] end as due_at,
    case when not open and r[1] < 0.7 then created_at + (timestamptz '2026-11-25' - created_at) * r[11] end as settled_at
  from (
    select
      i, r[15] < $open_share::float8 as open, r,
      -- In the order of the rows, as a city's come in, and more of late.
      timestamptz '2026-11-25' - interval '700 days' * (1 - i / $rows::float8) ^ 1.5 - interval '1 hour' * r[14] as created_at
    from (
      select i, array(select random() from generate_series(1, 15) where i > 0) as r
      from generate_series($first::integer, $last::integer) as i
    ) drawn
  ) dated
) requests

-- Their steps in the backlog: received, given to a unit a minute later, and out.
-- BLOCK fill_moves
insert into backlog_move (ts, request, cause, n, borough, unit, across)
select ts, number, cause, n, borough, case when with_unit then unit end, false
from request
cross join lateral (
  values
    (created_at, 'received', 1, false),
    (created_at + interval '1 minute', 'transferred_out', -1, false),
    (created_at + interval '1 minute', 'transferred_in', 1, true),
    (case when not open then updated_at end, case when settled_at is null then 'cancelled' else 'closed' end, -1, true)
) as step (ts, cause, n, with_unit)
where ts is not null
order by ts
