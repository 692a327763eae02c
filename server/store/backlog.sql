-- The steps of a period and what came after it, and what is open now, in one statement and so at one instant. The number open at an
-- earlier instant is today's less what moved since: exact, and it reads only what is newer.
-- BLOCK flow
with scoped as materialized (
  select
    case $by when 'borough' then m.borough when 'unit' then m.unit when 'service' then r.service end as key,
    m.cause, m.across, case when m.ts < $to::timestamptz then 'inside' else 'after' end as part, m.n
  from backlog_move m
  left join request r on $by = 'service' and r.number = m.request
  where m.ts >= $from::timestamptz
    and ($borough::text is null or m.borough = $borough)
    and ($unit::text is null or m.unit = $unit)
)
select key, cause, across, part, sum(n)::integer as n from scoped group by key, cause, across, part
union all
select
  case $by when 'borough' then borough when 'unit' then unit when 'service' then service end as key,
  null as cause, false as across, 'now' as part, count(*)::integer as n
from request
where open
  and ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)
group by 1

-- What was open at an instant, by age and by distance to the deadline as it is known now.
-- BLOCK standing
select
  case $by when 'borough' then borough when 'unit' then unit when 'service' then service end as key,
  width_bucket(created_at, $age_borders::timestamptz[]) as age,
  width_bucket(due_at, $due_borders::timestamptz[]) as due,
  count(*)::integer as n
from requests_open_at($as_of::timestamptz)
where ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)
group by 1, 2, 3

-- A record is never older than its settlement, by which the index finds it.
-- BLOCK settled
select
  case $by when 'borough' then borough when 'unit' then unit when 'service' then service end as key,
  resolution, settled_at <= due_at as on_time, count(*)::integer as n
from request
where updated_at >= $from::timestamptz
  and settled_at >= $from::timestamptz and settled_at < $to::timestamptz
  and ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)
group by 1, 2, 3

-- BLOCK settlement_times
select
  count(*)::integer as n,
  percentile_disc(0.5) within group (order by extract(epoch from settled_at - created_at)::float8) as p50_s,
  percentile_disc(0.9) within group (order by extract(epoch from settled_at - created_at)::float8) as p90_s
from request
where updated_at >= $from::timestamptz
  and settled_at >= $from::timestamptz and settled_at < $to::timestamptz
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
