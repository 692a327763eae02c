-- Monthly reports: what they are made from, kept because events end sooner than reports are read; those that were published, and what
-- late events changed of them since.

create table report_facts (
  -- What, of which scope and local months, such as `requests:VM:2026-01/2026-10`.
  key text primary key,
  facts jsonb not null,
  -- What they know.
  made_at timestamptz not null,
  -- Until when nothing came that lies in them.
  checked_at timestamptz not null
);

create table report_seal (
  month text not null check (month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  scope text not null,
  -- As text: the hash is of these bytes.
  content text not null,
  sha256 bytea not null check (length(sha256) = 32),
  sealed_at timestamptz not null,
  sealed_by text not null,
  primary key (month, scope)
);

create table report_erratum (
  month text not null,
  scope text not null,
  section text not null,
  "table" text not null,
  row text not null,
  "column" text not null,
  seen_at timestamptz not null,
  -- The figure as it is since then; a newer one replaces it, the time stays. Null: its row is gone.
  now jsonb,
  primary key (month, scope, section, "table", row, "column"),
  foreign key (month, scope) references report_seal (month, scope)
);
