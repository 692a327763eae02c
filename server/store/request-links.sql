-- Into what a request was merged, and into what that was, and so on. A chain that leads back to itself ends.
-- BLOCK merged_chain
with recursive chain as (
  select r.id, r.number, r.status, r.open, r.merged_into, r.created_at, r.settled_at, array[$id::text, r.id] as path
  from request r
  where r.id = $into::text
  union all
  select r.id, r.number, r.status, r.open, r.merged_into, r.created_at, r.settled_at, c.path || r.id
  from chain c
  join request r on r.id = c.merged_into
  where r.id <> all (c.path) and cardinality(c.path) <= $rows_max
)
select
  id, number, status, open, merged_into,
  (extract(epoch from created_at) * 1000000)::bigint as created_us,
  (extract(epoch from settled_at) * 1000000)::bigint as settled_us
from chain
order by cardinality(path)

-- What was merged into it, and into that. The limit ends the search: each round is one further away.
-- BLOCK merged_here
with recursive merged as (
  select id, number, status, open, merged_into, created_at, settled_at
  from request
  where merged_into = $id::text
  union
  select r.id, r.number, r.status, r.open, r.merged_into, r.created_at, r.settled_at
  from merged m
  join request r on r.merged_into = m.id
)
select
  id, number, status, open, merged_into,
  (extract(epoch from created_at) * 1000000)::bigint as created_us,
  (extract(epoch from settled_at) * 1000000)::bigint as settled_us
from merged
where id <> $id::text
limit $rows_max

-- Of a service and in a box: what was settled as done in a span, and what was created in another one. Two halves, for the indexes of
-- what is open and of what is not.
-- BLOCK near
select
  id, number, status, open, merged_into, service, longitude, latitude, resolution,
  (extract(epoch from created_at) * 1000000)::bigint as created_us,
  (extract(epoch from settled_at) * 1000000)::bigint as settled_us
from (
  select * from request where open and service = $service::text
    and latitude between $south and $north and longitude between $west and $east
  union all
  select * from request where not open and latitude is not null and service = $service::text
    and latitude between $south and $north and longitude between $west and $east
) r
where number <> $number
  and (
    resolution = 'done' and settled_at >= $settled_from::timestamptz and settled_at <= $settled_to::timestamptz
    or created_at >= $created_from::timestamptz and created_at <= $created_to::timestamptz
  )
order by created_at desc, number desc
limit $rows_max
