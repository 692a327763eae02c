-- BLOCK fold_feeds
select fold_feeds()::text as done

-- BLOCK feed_standings
select
  s.name as source,
  f.families,
  (extract(epoch from f.last_event) * 1000000)::bigint as last_event_us,
  (extract(epoch from f.received_at) * 1000000)::bigint as received_us,
  f.lag_us,
  (extract(epoch from f.present_at) * 1000000)::bigint as present_us,
  f.present_lag_us,
  (extract(epoch from f.rejected_at) * 1000000)::bigint as rejected_us
from feed_source f join event_source s on s.id = f.source_id
order by s.name

-- BLOCK rejected_since
select batch, (extract(epoch from received_at) * 1000000)::bigint as received_us, rejected
from event_batch
where family = 'rejected' and received_at >= $since::timestamptz
order by batch
