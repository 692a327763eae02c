-- The record of each service request: what its events say, kept in the transaction that stores them (server/store/requests.ts).

create table request (
  id text primary key,
  -- A number of our own, by which maps and pages name it.
  number bigint generated always as identity unique,
  -- Grows with each change: of two pictures of a record the newer is told by it.
  revision integer not null,
  status text not null,
  open boolean not null,
  service text,
  nature text,
  channel text,
  borough text,
  place_borough text,
  unit text,
  longitude double precision,
  latitude double precision,
  created_at timestamptz,
  updated_at timestamptz not null,
  -- The settlement deadline; null: none, or its clock stands.
  due_at timestamptz,
  settled_at timestamptz,
  resolution text,
  reopened integer not null,
  requesters bigint not null,
  merged_into text,
  work_order text,
  published jsonb,
  -- When the deadline clock must look at it next; null: nothing will happen by time alone, and all is told.
  next_at timestamptz,
  -- The breaches and warnings that are told: [what, kind, µs, how often told or withdrawn].
  told json not null,
  -- Its events, in order (server/store/request-history.ts): the record can be made anew from them alone, under other rules too.
  -- As text: jsonb takes a third more room, and nobody searches in it.
  history json not null
);
create index request_created_at_idx on request (created_at, number);
create index request_updated_at_idx on request (updated_at, number);
create index request_due_at_idx on request (due_at, number) where open;
create index request_borough_idx on request (borough, due_at, number) where open;
create index request_service_idx on request (service, due_at, number) where open;
create index request_unit_idx on request (unit, due_at, number) where open;
create index request_next_at_idx on request (next_at) where next_at is not null;
-- For reading all that is open, in pages.
create index request_open_idx on request (number) where open;

-- Steps into (n = 1) and out of (n = -1) the backlog. Never changed: what a late event moves is taken back by a row with the opposite
-- n at the same instant, so that sums over any span are always right.
create table backlog_move (
  ts timestamptz not null,
  request bigint not null,
  cause text not null,
  n smallint not null,
  borough text,
  unit text,
  -- Of a transfer: from borough to borough, not only from unit to unit.
  across boolean not null
);
-- Without an index: spans of it are read whole, and an index costs as much to fill as the rows.
select create_hypertable('backlog_move', 'ts', chunk_time_interval => interval '30 days', create_default_indexes => false);

-- Warnings and breaches at their true moment, and withdrawals of those that late events show did not happen. Never changed.
create table deadline_event (
  -- The true moment; of a withdrawal that of the breach.
  ts timestamptz not null,
  request bigint not null,
  kind text not null,
  -- breach, warning or withdrawal
  what text not null,
  -- How often the moment was told or withdrawn before: a breach may be withdrawn and come back.
  turn smallint not null,
  recorded_at timestamptz not null,
  batch bigint not null,
  request_id text not null,
  service text,
  borough text,
  unit text,
  reason text
);
select create_hypertable('deadline_event', 'ts', chunk_time_interval => interval '30 days', create_default_indexes => false);
create unique index deadline_event_ts_request_key on deadline_event (ts, request, kind, what, turn);
