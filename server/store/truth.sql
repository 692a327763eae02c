-- BLOCK intervals
select extract(epoch from starts)::double precision as starts_s, r.*
from queue_intervals(
  $queue, $from::timestamptz, $to::timestamptz, $as_of::timestamptz, $limit_s * interval '1 second',
  $said_s * interval '1 second', $seen_s * interval '1 second', $threshold_s::double precision, $borders_ms::bigint[]
) r
