-- What a feed is judged by outlives a restart: each note names the newest time of each source's events in its batch.
-- Times in µs since 1970 by number of the source; null in the notes of earlier versions.
alter table event_batch add column sources jsonb;
create index event_batch_rejected_idx on event_batch (received_at) where family = 'rejected';

-- The sum of the notes by source (sql/repeatable/feeds.sql keeps it), since notes are kept for days only.
create table feed_source (
  source_id integer primary key references event_source,
  families text[] not null,
  -- The newest time of an event.
  last_event timestamptz not null,
  -- When events were received last, and how long before the newest of them had happened.
  received_at timestamptz not null,
  lag_us bigint not null,
  -- The same of the last that told the present; null when none did.
  present_at timestamptz,
  present_lag_us bigint,
  -- When events of the source were refused last.
  rejected_at timestamptz
);
