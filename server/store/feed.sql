-- BLOCK snapshot_low
select pg_snapshot_xmin(pg_current_snapshot())::text as low

-- One snapshot serves both: what it shows of event_batch, and below which number nothing was open when it was taken.
-- There is always a first row, without a batch when there is none.
-- BLOCK new_batches
select
  s.low::text as low,
  b.batch,
  b.family,
  b.xid::text as xid,
  (extract(epoch from b.received_at) * 1000000)::bigint as received_us,
  array(select (extract(epoch from t) * 1000000)::bigint::text from unnest(b.span_from) as t) as span_from,
  array(select (extract(epoch from t) * 1000000)::bigint::text from unnest(b.span_to) as t) as span_to,
  b.rejected
from (select pg_snapshot_xmin(pg_current_snapshot()) as low) as s
left join event_batch as b on
  b.xid >= $low::xid8
  and (b.server_id <> $server_id::uuid or b.batch = any ($unconfirmed::bigint[]))
  and not exists (select from unnest($seen::bigint[]) as seen (batch) where seen.batch = b.batch)
order by b.xid, b.batch, b.family

-- BLOCK listen
listen vigie_batch
