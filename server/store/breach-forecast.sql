-- How long requests of some services took to be settled, or have been open so far, as it was known at an instant: those created since a day
-- before it. What was cancelled or merged says nothing of how long a settlement takes.
-- BLOCK lives
select
  service, case when $borough::text is null or borough = $borough then borough end as borough,
  width_bucket(extract(epoch from ended_at - created_at)::float8, $borders::float8[]) as bin,
  count(*) filter (where settled)::integer as settled,
  count(*) filter (where not settled)::integer as open
from (
  select
    service, borough, created_at, least(settled_at, $as_of::timestamptz) as ended_at,
    settled_at < $as_of::timestamptz as settled
  from request
  where settled_at >= $from::timestamptz and created_at >= $from::timestamptz and created_at < $as_of::timestamptz
    and service = any ($services::text[])
  union all
  select service, borough, created_at, $as_of::timestamptz, false
  from request
  where open and created_at >= $from::timestamptz and created_at < $as_of::timestamptz
    and service = any ($services::text[])
) lived
where ended_at >= created_at
group by 1, 2, 3

-- What was open at an instant and due by a later one, and whether the deadline passed.
-- BLOCK due_between
select
  o.service, o.borough,
  extract(epoch from $as_of::timestamptz - o.created_at)::float8 as age_s,
  extract(epoch from o.due_at - $as_of::timestamptz)::float8 as left_s,
  (r.open or coalesce(r.settled_at, r.updated_at) > o.due_at) as passed
from requests_open_at($as_of::timestamptz) o
join request r on r.number = o.number
where o.due_at > $as_of::timestamptz and o.due_at <= $until::timestamptz and o.created_at is not null
  and ($borough::text is null or o.borough = $borough)
  and ($unit::text is null or o.unit = $unit)
