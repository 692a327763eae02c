-- What the city promises. Kept apart from events: settings, few rows, read whole and held in memory.

-- One row, locked by whoever writes: writers follow one another, and a server that sees another number reads anew.
create table catalogue_revision (
  id boolean primary key default true check (id),
  revision bigint not null
);
insert into catalogue_revision (revision) values (0);

create table territory (
  code text primary key check (code ~ '^[A-Z]{2}$'),
  kind text not null check (kind in ('borough', 'linked_city')),
  name jsonb not null check (name ->> 'fr' <> '' and name ->> 'en' <> ''),
  population integer not null check (population >= 0),
  -- A GeoJSON geometry, WGS 84; null until the city's boundaries are imported.
  geometry jsonb,
  approximate boolean not null default true,
  updated_at timestamptz not null default now()
);

create table unit (
  id text primary key check (id <> ''),
  name jsonb not null check (name ->> 'fr' <> '' and name ->> 'en' <> ''),
  updated_at timestamptz not null default now()
);

create table calendar (
  id text primary key check (id <> ''),
  name jsonb not null check (name ->> 'fr' <> '' and name ->> 'en' <> ''),
  -- null: 24/7.
  weekly jsonb,
  holidays boolean not null,
  closed jsonb not null default '{}',
  open text[] not null default '{}',
  updated_at timestamptz not null default now(),
  check (weekly is not null or not holidays)
);

-- A request keeps the version that was in force when it was created: versions are added, not edited.
create table deadline_policy (
  id text not null check (id <> ''),
  version integer not null check (version > 0),
  -- A local date.
  valid_from date not null,
  targets jsonb not null check (jsonb_typeof(targets) = 'object'),
  warning_share double precision not null check (warning_share > 0 and warning_share <= 1),
  updated_at timestamptz not null default now(),
  primary key (id, version),
  unique (id, valid_from)
);

create table service (
  id text primary key check (id <> ''),
  name jsonb not null check (name ->> 'fr' <> '' and name ->> 'en' <> ''),
  description jsonb not null,
  nature text not null
    check (nature in ('information', 'request', 'complaint', 'comment', 'suggestion', 'permit')),
  "group" text not null,
  keywords text[] not null,
  unit text not null references unit,
  -- Of deadline_policy, whose versions share their id; null: no predetermined time.
  policy text,
  -- The policies it had before, oldest first: [{"policy", "until"}], until a local date that is no longer theirs.
  earlier_policies jsonb not null default '[]' check (jsonb_typeof(earlier_policies) = 'array'),
  placed boolean not null,
  retired boolean not null default false,
  updated_at timestamptz not null default now()
);
