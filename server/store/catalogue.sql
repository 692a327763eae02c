-- BLOCK revision
select revision::double precision as revision from catalogue_revision

-- BLOCK lock_revision
select revision::double precision as revision from catalogue_revision for update

-- BLOCK next_revision
update catalogue_revision set revision = revision + 1 returning revision::double precision as revision

-- BLOCK list_territories
select code, kind, name, population, geometry, approximate from territory order by code

-- BLOCK list_units
select id, name from unit order by id

-- BLOCK list_calendars
select id, name, weekly, holidays, closed, open from calendar order by id

-- BLOCK list_policies
select id, version, to_char(valid_from, 'YYYY-MM-DD') as valid_from, targets, warning_share
from deadline_policy
order by id, version

-- BLOCK list_services
select
  id, name, description, nature, "group", keywords, unit, policy, placed, retired,
  earlier_policies
from service
order by id

-- BLOCK save_territories
-- The geometry is the boundaries', not the catalogue's.
insert into territory (code, kind, name, population)
select code, kind, name, population
from jsonb_to_recordset($rows::jsonb) as r (code text, kind text, name jsonb, population integer)
on conflict (code) do update set
  kind = excluded.kind,
  name = excluded.name,
  population = excluded.population,
  updated_at = now()
where $replace::boolean
  and (territory.kind, territory.name, territory.population)
    is distinct from (excluded.kind, excluded.name, excluded.population)

-- BLOCK save_units
insert into unit (id, name)
select id, name from jsonb_to_recordset($rows::jsonb) as r (id text, name jsonb)
on conflict (id) do update set name = excluded.name, updated_at = now()
where $replace::boolean and unit.name is distinct from excluded.name

-- BLOCK save_calendars
insert into calendar (id, name, weekly, holidays, closed, open)
select id, name, nullif(weekly, 'null'), holidays, closed, open
from jsonb_to_recordset($rows::jsonb) as r (
  id text, name jsonb, weekly jsonb, holidays boolean, closed jsonb, open text[]
)
on conflict (id) do update set
  name = excluded.name,
  weekly = excluded.weekly,
  holidays = excluded.holidays,
  closed = excluded.closed,
  open = excluded.open,
  updated_at = now()
where $replace::boolean
  and (calendar.name, calendar.weekly, calendar.holidays, calendar.closed, calendar.open)
    is distinct from (excluded.name, excluded.weekly, excluded.holidays, excluded.closed, excluded.open)

-- BLOCK save_policies
-- Seeds add a version only after the last that is there: what a city has put in force is not cut short by them.
insert into deadline_policy (id, version, valid_from, targets, warning_share)
select id, version, valid_from, targets, warning_share
from jsonb_to_recordset($rows::jsonb) as r (
  id text, version integer, valid_from date, targets jsonb, warning_share double precision
)
where $replace::boolean or not exists (
  select from deadline_policy known
  where known.id = r.id and (known.version >= r.version or known.valid_from >= r.valid_from)
)
on conflict (id, version) do update set
  valid_from = excluded.valid_from,
  targets = excluded.targets,
  warning_share = excluded.warning_share,
  updated_at = now()
where (deadline_policy.valid_from, deadline_policy.targets, deadline_policy.warning_share)
  is distinct from (excluded.valid_from, excluded.targets, excluded.warning_share)

-- BLOCK save_services
insert into service (
  id, name, description, nature, "group", keywords, unit, policy, earlier_policies, placed, retired
)
select
  id, name, description, nature, "group", keywords, unit, policy, coalesce(earlier_policies, '[]'), placed, retired
from jsonb_to_recordset($rows::jsonb) as r (
  id text, name jsonb, description jsonb, nature text, "group" text, keywords text[], unit text, policy text,
  earlier_policies jsonb, placed boolean, retired boolean
)
on conflict (id) do update set
  name = excluded.name,
  description = excluded.description,
  nature = excluded.nature,
  "group" = excluded."group",
  keywords = excluded.keywords,
  unit = excluded.unit,
  policy = excluded.policy,
  earlier_policies = excluded.earlier_policies,
  placed = excluded.placed,
  retired = excluded.retired,
  updated_at = now()
where $replace::boolean
  and (
    service.name, service.description, service.nature, service."group", service.keywords, service.unit,
    service.policy, service.earlier_policies, service.placed, service.retired
  ) is distinct from (
    excluded.name, excluded.description, excluded.nature, excluded."group", excluded.keywords, excluded.unit,
    excluded.policy, excluded.earlier_policies, excluded.placed, excluded.retired
  )
