-- BLOCK recent_rejected
select
  (extract(epoch from received_at) * 1000000)::bigint as received_us,
  source, id, type, code, message, payload
from rejected_event
where received_at >= $since::timestamptz
order by received_at desc
limit $rows_max

-- BLOCK count_rejected
select source, code, count(*)::integer as n, (extract(epoch from max(received_at)) * 1000000)::bigint as last_us
from rejected_event
where received_at >= $since::timestamptz
group by source, code
order by n desc, source, code
