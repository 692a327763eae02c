-- Pages of requests by each order. What has no date to be ordered by comes after all others, in pages of its own: an index then
-- serves both.

-- BLOCK due_at_asc
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from request r
where (r.due_at, r.number) > ($at::timestamptz, $number::bigint)
  and request_fits(
    r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
    $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
  )
order by r.due_at, r.number
limit $rows_max

-- BLOCK due_at_desc
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from request r
where (r.due_at, r.number) < ($at::timestamptz, $number::bigint)
  and request_fits(
    r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
    $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
  )
order by r.due_at desc, r.number desc
limit $rows_max

-- BLOCK due_at_none
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from request r
where r.due_at is null and r.number > $number::bigint
  and request_fits(
    r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
    $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
  )
order by r.number
limit $rows_max

-- BLOCK created_at_asc
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from request r
where (r.created_at, r.number) > ($at::timestamptz, $number::bigint)
  and request_fits(
    r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
    $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
  )
order by r.created_at, r.number
limit $rows_max

-- BLOCK created_at_desc
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from request r
where (r.created_at, r.number) < ($at::timestamptz, $number::bigint)
  and request_fits(
    r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
    $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
  )
order by r.created_at desc, r.number desc
limit $rows_max

-- BLOCK created_at_none
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from request r
where r.created_at is null and r.number > $number::bigint
  and request_fits(
    r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
    $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
  )
order by r.number
limit $rows_max

-- BLOCK updated_at_asc
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from request r
where (r.updated_at, r.number) > ($at::timestamptz, $number::bigint)
  and request_fits(
    r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
    $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
  )
order by r.updated_at, r.number
limit $rows_max

-- BLOCK updated_at_desc
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us
from request r
where (r.updated_at, r.number) < ($at::timestamptz, $number::bigint)
  and request_fits(
    r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
    $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
  )
order by r.updated_at desc, r.number desc
limit $rows_max

-- Up to a cap: nobody needs to know how many a million are.
-- BLOCK count_to
select count(*)::integer as n
from (
  select 1 from request r
  where true
  and request_fits(
      r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
      $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
    )
  limit $rows_max
) counted

-- Of each borough: how many pass, how many of them are open, and overdue.
-- BLOCK by_borough
select
  r.borough, count(*)::integer as n, (count(*) filter (where r.open))::integer as open,
  (count(*) filter (where r.open and r.due_at <= $now::timestamptz))::integer as overdue
from request r
where request_fits(
  r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
  $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
)
group by 1
order by 1

-- With what not every reader may see, which the creation told (strict: otherwise the path looks for it inside each entry). The newest first, by place in the order as Open311 asks.
-- BLOCK newest
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us,
  jsonb_path_query_first(r.history::jsonb, 'strict $[*] ? (@[1] == "created")[4]', '{}', true) as creation
from (
  (
    select * from request r
    where r.open and r.created_at is not null and request_fits(
      r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
      $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
    )
    order by r.created_at desc, r.number desc
    limit $rows_max::integer + $skip::integer
  )
  union all
  (
    select * from request r
    where not r.open and r.created_at is not null and request_fits(
      r, $borough, $service, $services, $unit, $statuses, $channel, $nature, $open, $not_overdue_at, $due_from,
      $due_before, $created_from, $created_to, $updated_from, $updated_to, $west, $south, $east, $north, $ids, $numbers
    )
    order by r.created_at desc, r.number desc
    limit $rows_max::integer + $skip::integer
  )
) r
order by r.created_at desc, r.number desc
limit $rows_max offset $skip

-- BLOCK with_history
select
  r.number, r.id, r.status, r.open, r.service, r.nature, r.channel, r.borough, r.place_borough, r.unit, r.longitude,
  r.latitude, r.resolution, r.reopened, r.requesters, r.merged_into, r.work_order, r.published,
  (extract(epoch from r.created_at) * 1000000)::bigint as created_us,
  (extract(epoch from r.updated_at) * 1000000)::bigint as updated_us,
  (extract(epoch from r.due_at) * 1000000)::bigint as due_us,
  (extract(epoch from r.settled_at) * 1000000)::bigint as settled_us, r.history
from request r
where r.id = $id

-- BLOCK source_names
select id, name from event_source where id = any ($ids::integer[])
