-- What another server on the same database follows: one row for each family in each committed transaction of events.

-- A server takes 256 numbers at a time, so that a batch knows its number before its transaction begins and a whole
-- transaction can be sent at once. Numbers tell batches apart; they say nothing about the order of commits: xid does.
create sequence event_batch_number increment by 256 start with 1;

create table event_batch (
  batch bigint not null,
  -- A family of events, or `rejected`.
  family text not null,
  xid xid8 not null default pg_current_xact_id(),
  server_id uuid not null,
  received_at timestamptz not null default now(),
  n integer not null,
  -- The spans of time in which its events lie (first and last instant, inclusive). Several when an event is late, so
  -- that a follower never scans the months between.
  span_from timestamptz[] not null,
  span_to timestamptz[] not null,
  -- Only of `rejected`: number of rejected events by source.
  rejected jsonb,
  primary key (batch, family)
);
create index event_batch_xid_idx on event_batch (xid);
create index event_batch_received_at_idx on event_batch (received_at);
