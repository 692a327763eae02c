-- Reference data, keys and bookkeeping: plain tables.

-- Where events come from. Events carry the number, not the name: 4 bytes instead of about 30 in every row.
create table event_source (
  id integer generated always as identity primary key,
  name text not null unique,
  created_at timestamptz not null default now()
);

create table queue (
  id text primary key,
  kind text not null check (kind in ('phone', 'counter')),
  name jsonb not null,
  borough text,
  threshold_s double precision not null check (threshold_s > 0),
  target double precision not null check (target between 0 and 1),
  abandonment_target double precision not null check (abandonment_target between 0 and 1),
  hours jsonb,
  centre text,
  handed_over boolean not null default false,
  updated_at timestamptz not null default now()
);

-- The secret itself is shown once, when the key is made; only its SHA-256 is kept.
create table api_key (
  id uuid primary key,
  name text not null,
  secret_sha256 bytea not null unique check (length(secret_sha256) = 32),
  -- Patterns of event types, such as {web.*}, and of sources; an empty list allows none.
  types text[] not null,
  sources text[] not null,
  -- Not empty: a public key, bound to pages of these origins.
  origins text[] not null,
  can_read boolean not null default false,
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

-- How far a long piece of work has come (an import, the simulated city), so that it goes on after a restart.
create table progress (
  name text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);
