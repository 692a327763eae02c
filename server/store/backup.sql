-- A backup reads every table there is, by what the database itself says of them: one that a migration adds is in it by that.
-- Statements with names of tables in them are written by the database too, which quotes what needs it.

-- BLOCK tables
with kept as (
  select c.oid, c.relname::text as name, array_agg(a.attname::text order by a.attnum) as names,
    string_agg(format('%I', a.attname), ', ' order by a.attnum) as list
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    -- Numbers of transactions belong to one database server: where it is restored, the notes are of the transaction that did.
    and not (c.relname = 'event_batch' and a.attname = 'xid')
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and not (c.relname = any ($passed_over::text[]))
    and not exists (select from pg_depend e where e.objid = c.oid and e.deptype = 'e')
  group by c.oid
)
select name, names as columns,
  format('declare backup_rows no scroll cursor for select row_to_json(r)::text as line from (select %s from public.%I) r', list, name) as read,
  format(
    'insert into public.%I (%s) overriding system value select %s from json_populate_recordset(null::public.%I, $1::json)',
    name, list, list, name
  ) as write,
  format('select exists (select from public.%I) as found', name) as probe,
  array(
    select distinct confrelid::regclass::text from pg_constraint
    where contype = 'f' and conrelid = kept.oid and confrelid <> kept.oid
  ) as refers_to,
  null::text as before
from kept
order by name

-- BLOCK aggregates
-- What is counted from events that are gone, or that no refresh reaches any more: the rest is counted anew. An aggregate of another
-- one comes after it.
with views as (
  select v.view_name::text as name, v.materialization_hypertable_schema as schema, h.id, h.table_name,
    v.view_schema, d.column_name as bucket,
    now() - (
      select (job.config ->> 'start_offset')::interval from timescaledb_information.jobs job
      where job.proc_name = 'policy_refresh_continuous_aggregate' and (job.config ->> 'mat_hypertable_id')::integer = h.id
    ) as before
  from timescaledb_information.continuous_aggregates v
  join _timescaledb_catalog.hypertable h
    on h.schema_name = v.materialization_hypertable_schema and h.table_name = v.materialization_hypertable_name
  join timescaledb_information.dimensions d
    on d.hypertable_schema = h.schema_name and d.hypertable_name = h.table_name and d.dimension_number = 1
), columns as (
  select attrelid, array_agg(attname::text order by attnum) as names,
    string_agg(format('%I', attname), ', ' order by attnum) as list
  from pg_attribute where attnum > 0 and not attisdropped group by attrelid
)
select name, names as columns,
  format(
    'declare backup_rows no scroll cursor for select row_to_json(r)::text as line from (select %s from %I.%I where %I < %L) r',
    list, schema, table_name, bucket, coalesce(before, '-infinity')
  ) as read,
  format(
    'insert into %I.%I (%s) select %s from json_populate_recordset(null::public.%I, $1::json)',
    schema, table_name, list, list, name
  ) as write,
  format('select exists (select from %I.%I) as found', schema, table_name) as probe,
  array[]::text[] as refers_to,
  to_json(before) #>> '{}' as before
from views join columns on columns.attrelid = format('%I.%I', view_schema, name)::regclass
order by views.id

-- BLOCK begin
begin transaction isolation level repeatable read read only

-- BLOCK lock_statement
-- Before the first look: what turns rows into columns or drops them shows an older snapshot nothing.
select format('lock table %s in %s mode', string_agg(format('%I.%I', schema, name), ', '), $mode::text) as text
from (
  select 'public' as schema, unnest($tables::text[]) as name
  union all
  select materialization_hypertable_schema, materialization_hypertable_name
  from timescaledb_information.continuous_aggregates where view_name::text = any ($aggregates::text[])
) locked

-- BLOCK fetch
fetch forward 400 from backup_rows

-- BLOCK close
close backup_rows

-- BLOCK migrations
select name, hash from schema_migration where kind = 'migration' order by name

-- BLOCK sequences
select sequencename::text as name, last_value::text as last from pg_sequences where schemaname = 'public' order by sequencename

-- BLOCK has_migrations
select to_regclass('public.schema_migration') is not null as found

-- BLOCK clear_revision
delete from catalogue_revision

-- BLOCK set_sequence
select setval(format('public.%I', $name::text)::regclass, $last::bigint)::text as last

-- BLOCK refresh
call refresh_continuous_aggregate($view::regclass, $from::timestamptz, now() - interval '1 hour')

-- BLOCK analyze
analyze
