-- Settings of the channels without queues.
create table channel (
  id text primary key check (id in ('mail')),
  -- T of the service level, business days.
  threshold_days double precision not null check (threshold_days > 0),
  target double precision not null check (target between 0 and 1),
  -- An item without an answer for so many calendar days is closed by rule.
  closing_days integer not null check (closing_days > 0),
  updated_at timestamptz not null default now()
);
