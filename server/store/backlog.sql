-- The steps of a period, and those that came after it: the number open at an earlier instant is today's less what moved since, which
-- is exact, and reads only what is newer.
-- BLOCK flow
select
  case $by when 'borough' then m.borough when 'unit' then m.unit when 'service' then r.service end as key,
  m.cause, m.across,
  coalesce(sum(m.n) filter (where m.ts < $to::timestamptz), 0)::integer as inside,
  coalesce(sum(m.n) filter (where m.ts >= $to::timestamptz), 0)::integer as after
from backlog_move m
left join request r on $by = 'service' and r.number = m.request
where m.ts >= $from::timestamptz
  and ($borough::text is null or m.borough = $borough)
  and ($unit::text is null or m.unit = $unit)
group by 1, 2, 3

-- What was open at an earlier instant, by age and by distance to the deadline as it is known now. Only requests that have moved since are
-- looked at by their steps.
-- BLOCK standing
with later as materialized (
  select request, borough, unit, sum(n) as n
  from backlog_move
  where ts >= $as_of::timestamptz
  group by request, borough, unit
), moved as (
  select number, borough, unit
  from (
    select number, borough, unit, 1 as n from request where open and number in (select request from later)
    union all
    select request, borough, unit, -n from later
  ) steps
  group by number, borough, unit
  having sum(n) = 1
), then_open as (
  select borough, unit, service, created_at, due_at from request r
  where open and not exists (select from later where later.request = r.number)
  union all
  select m.borough, m.unit, r.service, r.created_at, r.due_at from moved m join request r using (number)
)
select
  case $by when 'borough' then borough when 'unit' then unit when 'service' then service end as key,
  width_bucket(created_at, $age_borders::timestamptz[]) as age,
  width_bucket(due_at, $due_borders::timestamptz[]) as due,
  count(*)::integer as n
from then_open
where ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)
group by 1, 2, 3

-- BLOCK settled
select
  case $by when 'borough' then borough when 'unit' then unit when 'service' then service end as key,
  resolution, settled_at <= due_at as on_time, count(*)::integer as n
from request
where settled_at >= $from::timestamptz and settled_at < $to::timestamptz
  and ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)
group by 1, 2, 3

-- BLOCK settlement_times
select
  count(*)::integer as n,
  percentile_disc(0.5) within group (order by extract(epoch from settled_at - created_at)::float8) as p50_s,
  percentile_disc(0.9) within group (order by extract(epoch from settled_at - created_at)::float8) as p90_s
from request
where settled_at >= $from::timestamptz and settled_at < $to::timestamptz
  and created_at is not null
  and ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)

-- Breaches and warnings at their true moments, the newest first. A breach that was withdrawn says when.
-- BLOCK breaches
select
  d.request as number, d.request_id, d.kind, d.what, d.turn, d.service, d.borough, d.unit, d.reason,
  (extract(epoch from d.ts) * 1000000)::bigint as at_us,
  (extract(epoch from d.recorded_at) * 1000000)::bigint as recorded_us,
  (extract(epoch from w.recorded_at) * 1000000)::bigint as withdrawn_us
from (
  select * from deadline_event
  where ts >= $since::timestamptz
    and ($borough::text is null or borough = $borough)
    and ($unit::text is null or unit = $unit)
    and ($kind::text is null or kind = $kind)
    and ($whats::text[] is null or what = any ($whats))
    and (ts, request, kind, what, turn)
      < ($before::timestamptz, $before_request::bigint, $before_kind::text, $before_what::text, $before_turn::smallint)
  order by ts desc, request desc, kind desc, what desc, turn desc
  limit $rows_max
) d
left join deadline_event w
  on d.what = 'breach' and w.ts = d.ts and w.request = d.request and w.kind = d.kind and w.what = 'withdrawal'
  and w.turn = d.turn + 1
order by d.ts desc, d.request desc, d.kind desc, d.what desc, d.turn desc
