-- BLOCK settled_chunks
-- Chunks of events behind the window of late arrivals that nothing was written to for a while, newest first.
SELECT format('%I.%I', chunk.chunk_schema, chunk.chunk_name) AS name
FROM timescaledb_information.chunks chunk
WHERE chunk.hypertable_name = ANY ($tables::text[])
  AND NOT chunk.is_compressed
  AND chunk.range_end < $older_than::timestamptz
  AND NOT EXISTS (
    SELECT 1
    FROM event_batch batch
    CROSS JOIN LATERAL unnest(batch.span_from, batch.span_to) AS span(first, last)
    WHERE batch.received_at > $quiet_since::timestamptz
      AND (
        chunk.hypertable_name = batch.family || '_event'
        AND span.first < chunk.range_end + $margin::interval
        AND span.last >= chunk.range_start - $margin::interval
        -- Requests come with their whole lives, and what follows from them is written at any time of it.
        OR chunk.hypertable_name IN ('request_event', 'backlog_move', 'deadline_event')
        AND batch.family = 'request'
        AND span.first < chunk.range_end + $life::interval
        AND span.last >= chunk.range_start - $life::interval
      )
  )
ORDER BY chunk.range_start DESC
LIMIT 1

-- BLOCK compress
SELECT compress_chunk($name::regclass, if_not_compressed => true)::text AS name
