-- Who changed what, when, from what, to what, and why: written in the transaction of the change, and never changed itself.
create table audit_entry (
  number bigint generated always as identity primary key,
  at timestamptz not null default now(),
  -- {"kind", "id", "name"}: the name as it was then.
  actor jsonb not null,
  subject text not null,
  subject_id text not null,
  action text not null,
  before jsonb,
  after jsonb,
  why text
);
create index audit_entry_subject on audit_entry (subject, subject_id, number);

-- Who typed the code; the wall's key is made later, when the screen asks for it.
alter table wall_pairing add column approved_by jsonb;
