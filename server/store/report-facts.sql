-- Requests by the month of their creation, as their records say them now.
-- BLOCK created
select nature, channel, service, count(*)::integer as n
from request
-- Said for the indexes, of what is open and of what is not.
where (open or not open) and created_at >= $from::timestamptz and created_at < $to::timestamptz
  and ($borough::text is null or borough = $borough)
group by 1, 2, 3

-- From creation to settlement, by the clock (nearest rank, exact).
-- BLOCK settlement_times_by
select
  case $by when 'borough' then borough when 'service' then service end as key,
  count(*)::integer as n,
  percentile_disc(0.5) within group (order by extract(epoch from settled_at - created_at)::float8) as p50_s,
  percentile_disc(0.9) within group (order by extract(epoch from settled_at - created_at)::float8) as p90_s
from request
where settled_at >= $from::timestamptz and settled_at < $to::timestamptz
  and created_at is not null
  and ($borough::text is null or borough = $borough)
group by 1

-- Complaints and what became of them.
-- BLOCK complaints
select
  count(*) filter (where created_at >= $from::timestamptz and created_at < $to::timestamptz)::integer as received,
  count(*) filter (where settled_at >= $from::timestamptz and settled_at < $to::timestamptz)::integer as settled,
  count(*) filter (
    where settled_at >= $from::timestamptz and settled_at < $to::timestamptz and settled_at <= due_at
  )::integer as on_time,
  count(*) filter (
    where settled_at >= $from::timestamptz and settled_at < $to::timestamptz and settled_at > due_at
  )::integer as late
from request
where nature = 'complaint'
  and ($borough::text is null or borough = $borough)
  and (
    (open or not open) and created_at >= $from::timestamptz and created_at < $to::timestamptz
    or settled_at >= $from::timestamptz and settled_at < $to::timestamptz
  )

-- Steps into and out of the backlog by local day; `moved` is all that changed the number open, transfers too.
-- BLOCK flow_days
select
  width_bucket(ts, $days::timestamptz[]) - 1 as day,
  coalesce(sum(n) filter (where cause = 'received'), 0)::integer as received,
  coalesce(-sum(n) filter (where cause in ('closed', 'cancelled', 'merged')), 0)::integer as ended,
  sum(n)::integer as moved
from backlog_move
where ts >= $from::timestamptz and ts < $to::timestamptz
  and ($borough::text is null or borough = $borough)
group by 1

-- Events of the channels that are not folded, by kind. A borough is where the page, the form or the letter was about. Of the events
-- themselves: an aggregate has what came late only after its next refresh.
-- BLOCK channel_events
select 'web' as family, type, count(*)::integer as n, (count(*) filter (where results = 0))::integer as without_results
from web_event
where ts >= $from::timestamptz and ts < $to::timestamptz and ($borough::text is null or borough = $borough)
group by 2
union all
select 'mail.' || coalesce(medium, 'post'), type, count(*)::integer, 0
from mail_event
where ts >= $from::timestamptz and ts < $to::timestamptz and ($borough::text is null or borough = $borough)
group by 1, 2

-- Events of each family by local day: a day without any is a gap. All of the city: a small borough has days without.
-- BLOCK days_of
select 'call' as family, width_bucket(ts, $days::timestamptz[]) - 1 as day, count(*)::integer as n
from call_event where ts >= $from::timestamptz and ts < $to::timestamptz group by 2
union all
select 'counter', width_bucket(ts, $days::timestamptz[]) - 1, count(*)::integer
from counter_event where ts >= $from::timestamptz and ts < $to::timestamptz group by 2
union all
select 'web', width_bucket(ts, $days::timestamptz[]) - 1, count(*)::integer
from web_event where ts >= $from::timestamptz and ts < $to::timestamptz group by 2
union all
select 'mail', width_bucket(ts, $days::timestamptz[]) - 1, count(*)::integer
from mail_event where ts >= $from::timestamptz and ts < $to::timestamptz group by 2
union all
select 'request', width_bucket(ts, $days::timestamptz[]) - 1, count(*)::integer
from request_event where ts >= $from::timestamptz and ts < $to::timestamptz group by 2

-- What was refused, while it is kept.
-- BLOCK refused
select code, count(*)::integer as n
from rejected_event
where received_at >= $from::timestamptz and received_at < $to::timestamptz
group by 1
order by 2 desc, 1

-- The first that is known of each family: aggregates outlive events, and have what came late only after their next refresh.
-- BLOCK beginnings
select family, (extract(epoch from least(aggregate, event)) * 1000000)::bigint as from_us
from (
  select 'call' as family, (select bucket from call_15min order by bucket limit 1) as aggregate,
    (select ts from call_event order by ts limit 1) as event
  union all
  select 'counter' as family, (select bucket from counter_15min order by bucket limit 1) as aggregate,
    (select ts from counter_event order by ts limit 1) as event
  union all
  select 'web' as family, (select bucket from web_15min order by bucket limit 1) as aggregate,
    (select ts from web_event order by ts limit 1) as event
  union all
  select 'mail' as family, (select bucket from mail_15min order by bucket limit 1) as aggregate,
    (select ts from mail_event order by ts limit 1) as event
  union all
  select 'request', null, (select ts from backlog_move order by ts limit 1)
) firsts
where least(aggregate, event) is not null

-- The earliest instant that the batches received since tell of, by family: the notes say between which their events lie.
-- BLOCK earliest_since
select family, (extract(epoch from min(begins)) * 1000000)::bigint as from_us
from event_batch, unnest(span_from) as begins
where received_at >= $since::timestamptz and family = any ($families::text[])
group by 1

-- BLOCK read_facts
select key, facts, (extract(epoch from made_at) * 1000000)::bigint as made_us,
  (extract(epoch from checked_at) * 1000000)::bigint as checked_us
from report_facts where key = any ($keys::text[])

-- BLOCK save_facts
insert into report_facts (key, facts, made_at, checked_at)
values ($key, $facts::jsonb, $made_at::timestamptz, $made_at::timestamptz)
on conflict (key) do update set facts = excluded.facts, made_at = excluded.made_at, checked_at = excluded.checked_at

-- BLOCK checked_facts
update report_facts set checked_at = $checked_at::timestamptz where key = any ($keys::text[])
