-- Those whose last event of the two kinds is a receipt (or tells it in the same instant: too many do no harm).
-- BLOCK open_mail
select
  (extract(epoch from e.ts) * 1000000)::bigint as time_us,
  replace(e.event_id::text, '-', '') as event_id,
  s.name as source, e.subject, e.sequence, 'mail.' || e.type as type
from mail_event e
join event_source s on s.id = e.source_id
join (
  select subject from mail_event
  where ts >= $from::timestamptz and ts < $to::timestamptz and type in ('received', 'answered')
  group by subject
  having max(ts) filter (where type = 'received')
    >= coalesce(max(ts) filter (where type = 'answered'), '-infinity')
) open using (subject)
where e.ts >= $from::timestamptz and e.ts < $to::timestamptz and e.type in ('received', 'answered')

-- BLOCK mail_of
select
  (extract(epoch from e.ts) * 1000000)::bigint as time_us,
  replace(e.event_id::text, '-', '') as event_id,
  s.name as source, e.subject, e.sequence, 'mail.' || e.type as type
from mail_event e
join event_source s on s.id = e.source_id
where e.ts >= $from::timestamptz and e.type in ('received', 'answered') and e.subject = any ($subjects::text[])

-- BLOCK mail_intervals
select extract(epoch from starts)::double precision as starts_s, r.*
from mail_intervals(
  $from::timestamptz, $to::timestamptz, $as_of::timestamptz, $limit_s * interval '1 second',
  $threshold_us::bigint, $time_zone, $holidays::date[]
) r
