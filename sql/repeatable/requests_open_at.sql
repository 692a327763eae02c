-- What was open just before an instant, by the steps of the backlog that are known now, with the borough and unit it was with then. One
-- plain query, so that the planner puts it in place of the call. Only requests that began before and have changed since are looked at by
-- their steps: of a year ago, a few thousand of a million.

drop function if exists requests_open_at(timestamptz);

create function requests_open_at(p_as_of timestamptz)
returns table (
  number bigint, borough text, unit text, service text, created_at timestamptz, due_at timestamptz, updated_at timestamptz,
  status_promised boolean, status_stale_at timestamptz
)
language sql stable as $$
  with changed as materialized (
    select r.number from request r
    -- Said for the indexes, of what is open and of what is not.
    where (r.open or not r.open) and r.updated_at >= p_as_of and (r.created_at < p_as_of or r.created_at is null)
  ), later as materialized (
    select m.request, m.borough, m.unit, sum(m.n) as n
    from backlog_move m
    where m.ts >= p_as_of and m.request in (select c.number from changed c)
    group by m.request, m.borough, m.unit
  ), moved as (
    select steps.number, steps.borough, steps.unit
    from (
      select r.number, r.borough, r.unit, 1 as n from request r where r.open and r.number in (select l.request from later l)
      union all
      select l.request, l.borough, l.unit, -l.n from later l
    ) steps
    group by steps.number, steps.borough, steps.unit
    having sum(steps.n) = 1
  )
  select
    r.number, r.borough, r.unit, r.service, r.created_at, r.due_at, r.updated_at, r.status_promised, r.status_stale_at
  from request r
  where r.open and (r.created_at < p_as_of or r.created_at is null)
    and not exists (select from later l where l.request = r.number)
  union all
  select
    r.number, m.borough, m.unit, r.service, r.created_at, r.due_at, r.updated_at, r.status_promised, r.status_stale_at
  from moved m
  join request r on r.number = m.number
$$;
