-- Where the steps do not add up to what is open, in one statement and so at one instant.
-- BLOCK backlog_groups
select borough, unit, sum(moves)::integer as moves, sum(open)::integer as open
from (
  select borough, unit, n as moves, 0 as open from backlog_move
  union all
  select borough, unit, n, 0 from backlog_opening
  union all
  select borough, unit, 0 as moves, 1 as open from request where open
) counted
group by borough, unit

-- BLOCK records_size
select count(*)::integer as n, coalesce(max(number), 0) as last from request

-- BLOCK records_after
select
  number, id, status, open, service, nature, channel, borough, place_borough, unit, longitude, latitude, resolution,
  reopened, requesters, merged_into, work_order, published, history,
  (extract(epoch from created_at) * 1000000)::bigint as created_us,
  (extract(epoch from updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from due_at) * 1000000)::bigint as due_us,
  (extract(epoch from settled_at) * 1000000)::bigint as settled_us
from request
where number > $after
order by number
limit $rows_max

-- The record at or after each of some numbers.
-- BLOCK records_at
select distinct on (r.number)
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published, r.history,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from unnest($numbers::bigint[]) as wanted (number)
cross join lateral (select * from request where request.number >= wanted.number order by request.number limit 1) r
order by r.number
