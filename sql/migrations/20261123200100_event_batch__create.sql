-- One row a committed transaction of events: what another server on the same database follows.

-- A server takes 256 numbers at a time, so that a batch knows its number before its transaction begins and the whole
-- transaction can be sent at once. Numbers tell batches apart; they say nothing about the order of commits: xid does.
create sequence event_batch_number increment by 256 start with 1;

create table event_batch (
  batch bigint primary key,
  xid xid8 not null default pg_current_xact_id(),
  server_id uuid not null,
  received_at timestamptz not null default now(),
  n integer not null,
  families text[] not null,
  -- The spans of time in which its events lie (first and last instant, inclusive). Several when an event is late, so
  -- that a follower never scans the months between.
  span_from timestamptz[] not null,
  span_to timestamptz[] not null,
  -- Rejected events by source.
  rejected jsonb
);
create index event_batch_xid_idx on event_batch (xid);
create index event_batch_received_at_idx on event_batch (received_at);
