-- BLOCK entries
-- Contacts that entered each queue by 15-minute interval, counted from 1970; a queue a row, so that a week is one small answer.
select
  queue,
  array_agg(entered.interval) as intervals,
  array_agg(entered.n) as counts
from (
  select queue, (extract(epoch from bucket) / 900)::integer as interval, sum(n)::integer as n
  from call_15min
  where type = 'queued' and bucket >= $from::timestamptz and bucket < $to::timestamptz
  group by queue, bucket
  union all
  select 'counter:' || counter, (extract(epoch from bucket) / 900)::integer, sum(n)::integer
  from counter_15min
  where type = 'arrived' and bucket >= $from::timestamptz and bucket < $to::timestamptz
  group by counter, bucket
) as entered
where queue is not null
group by queue
