-- The first settlement that is known.
-- BLOCK begins
select (extract(epoch from settled_at) * 1000000)::bigint as begins_us
from request
where settled_at is not null
  and ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)
order by settled_at
limit 1

-- Whether what was created in a span was transmitted within the limit.
-- BLOCK transmissions
select transmission_kept as kept, count(*)::integer as n
from request
-- Said for the indexes, of what is open and of what is not.
where (open or not open) and created_at >= $from::timestamptz and created_at < $to::timestamptz
  and ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)
group by 1

-- Settlements of a span, by what followed in 30 days. Of a request, the first reopening after a settlement is that of this settlement.
-- Steps that were taken back sum up to nothing. By a window, not by a join: of a small scope the planner expects so few settlements
-- that it would walk through all steps for each.
-- BLOCK reopenings
with step as (
  select request, ts, cause, borough, unit, abs(sum(n)) as times
  from backlog_move
  where cause in ('closed', 'reopened')
    and ts >= $from::timestamptz and ts <= $to::timestamptz + interval '30 days'
  group by request, ts, cause, borough, unit
  having sum(n) <> 0
), followed as (
  select
    request, ts, cause, borough, unit, times,
    min(ts) filter (where cause = 'reopened')
      over (partition by request order by ts groups between 1 following and unbounded following) as again
  from step
), settled as (
  select request, ts, times, coalesce(again <= ts + interval '30 days', false) as reopened
  from followed
  where cause = 'closed' and ts < $to::timestamptz
    and ($borough::text is null or borough = $borough)
    and ($unit::text is null or unit = $unit)
)
select
  coalesce(sum(times), 0)::integer as settled,
  count(distinct (request, ts)) filter (where reopened)::integer as reopened,
  coalesce(sum(times) filter (where not reopened and ts > $now::timestamptz - interval '30 days'), 0)::integer as undecided
from settled

-- New requests with a service and a place, and those of them that repeat one settled as done (server/domain/repeat.ts): by the places
-- themselves, or by the snapped ones, of which two lie within 50 m only as the same. Both sides are put into cells as wide as a pair may lie
-- apart, so that it lies in one or in neighbours: found by a hash or a sort, not by looking around each.
-- BLOCK repeats
with fresh as materialized (
  select number, service, longitude, latitude, created_at
  from request
  where (open or not open) and created_at >= $from::timestamptz and created_at < $to::timestamptz
    and service is not null and longitude is not null and latitude is not null
    and ($borough::text is null or borough = $borough)
    and ($unit::text is null or unit = $unit)
), cell as (
  select
    reach.metres / 111194.0 as height,
    reach.metres / 111194.0 / greatest(cos(radians(least(89, coalesce(max(abs(latitude)), 0) + 0.001))), 0.01) as width
  from fresh
  -- Within a cell of the snapped places the farthest are its corners.
  cross join (select case when $snapped::boolean then 143 else 50 end as metres) as reach
  group by reach.metres
), done as (
  select number, service, longitude, latitude, settled_at, floor(longitude / width) as x, floor(latitude / height) as y
  from request
  cross join cell
  where settled_at >= $from::timestamptz - interval '30 days' and settled_at < $to::timestamptz
    and resolution = 'done' and service is not null and longitude is not null and latitude is not null
), around as (
  select fresh.*, floor(longitude / width) + dx as x, floor(latitude / height) + dy as y
  from fresh
  cross join cell
  cross join generate_series(-1, 1) as dx
  cross join generate_series(-1, 1) as dy
)
select
  (select count(*) from fresh)::integer as placed,
  count(distinct around.number)::integer as repeats
from around
join done on done.service = around.service and done.x = around.x and done.y = around.y
where done.number <> around.number
  and around.created_at >= done.settled_at and around.created_at <= done.settled_at + interval '30 days'
  and case
    when $snapped::boolean
      then place_cell(around.longitude, around.latitude) = place_cell(done.longitude, done.latitude)
    else distance_m(around.longitude, around.latitude, done.longitude, done.latitude) <= 50
  end

-- From creation to settlement: by the clock, and on local weekdays that are no holidays (server/domain/business-days.ts). A moment lies so
-- many business seconds after the first day: those of the days before, and of its own what has passed.
-- BLOCK times
with settled as materialized (
  select
    created_at, settled_at, (created_at at time zone $time_zone)::date as created_on,
    (settled_at at time zone $time_zone)::date as settled_on
  from request
  where settled_at >= $from::timestamptz and settled_at < $to::timestamptz
    and created_at is not null
    and ($borough::text is null or borough = $borough)
    and ($unit::text is null or unit = $unit)
), day as materialized (
  select
    day, starts, open,
    coalesce(sum(case when open then length_s else 0 end) over (order by day rows between unbounded preceding and 1 preceding), 0)
      as before_s
  from (
    select
      d::date as day, d::date::timestamp at time zone $time_zone as starts,
      extract(epoch from (d::date + 1)::timestamp at time zone $time_zone - d::date::timestamp at time zone $time_zone)
        as length_s,
      extract(isodow from d) < 6 and d::date <> all ($holidays::date[]) as open
    from generate_series(
      (select min(created_on) from settled)::timestamp, (select max(settled_on) from settled)::timestamp, interval '1 day'
    ) as d
  ) days
), measured as (
  select
    extract(epoch from settled_at - created_at)::float8 as clock_s,
    (
      b.before_s + case when b.open then extract(epoch from settled_at - b.starts) else 0 end
      - a.before_s - case when a.open then extract(epoch from created_at - a.starts) else 0 end
    )::float8 as business_s
  from settled
  join day a on a.day = created_on
  join day b on b.day = settled_on
)
select
  count(*)::integer as n,
  percentile_disc(0.5) within group (order by clock_s) as clock_p50_s,
  percentile_disc(0.9) within group (order by clock_s) as clock_p90_s,
  percentile_disc(0.5) within group (order by business_s) as business_p50_s,
  percentile_disc(0.9) within group (order by business_s) as business_p90_s
from measured

-- Open just before an instant, with a promised status, and unchanged since: of how many it was current. The record tells.
-- BLOCK statuses
select coalesce(status_stale_at > $as_of::timestamptz, true) as current, count(*)::integer as n
from requests_open_at($as_of::timestamptz)
where status_promised and updated_at < $as_of::timestamptz
  and ($borough::text is null or borough = $borough)
  and ($unit::text is null or unit = $unit)
group by 1

-- Those that have changed since: what their status was only their events tell. A promise comes with the creation or a revision.
-- BLOCK changed_since
select o.number
from requests_open_at($as_of::timestamptz) o
join request r on r.number = o.number
where o.updated_at >= $as_of::timestamptz
  and (r.status_promised or r.history like '%"revised"%')
  and ($borough::text is null or o.borough = $borough)
  and ($unit::text is null or o.unit = $unit)

-- BLOCK histories
select id, history from request where number = any ($numbers::bigint[])
