-- Whether a request passes the filters of a list: written once for all blocks of server/store/request-query.sql.

drop function if exists request_fits;

-- A filter that is null lets everything pass. One plain expression over the row itself: the planner puts it in place of the call, leaves
-- out what is null and finds the indexes. That takes a plan made for the values, so these blocks are planned each time. (Over a view
-- with computed columns it would not: then every list reads the whole table.)
create function request_fits(
  r request, p_borough text, p_service text, p_services text[], p_unit text, p_statuses text[], p_channel text,
  p_nature text, p_open boolean, p_not_overdue_at timestamptz, p_due_from timestamptz, p_due_before timestamptz,
  p_created_from timestamptz, p_created_to timestamptz, p_updated_from timestamptz, p_updated_to timestamptz,
  p_west double precision, p_south double precision, p_east double precision, p_north double precision,
  p_ids text[], p_numbers bigint[]
)
returns boolean
language sql immutable as $$
  select (p_borough is null or r.borough = p_borough)
    and (p_service is null or r.service = p_service)
    and (p_services is null or r.service = any (p_services))
    and (p_unit is null or r.unit = p_unit)
    and (p_statuses is null or r.status = any (p_statuses))
    and (p_channel is null or r.channel = p_channel)
    and (p_nature is null or r.nature = p_nature)
    and (p_open is null or r.open = p_open)
    and (p_not_overdue_at is null or not r.open or r.due_at is null or r.due_at > p_not_overdue_at)
    and (p_due_from is null or r.due_at >= p_due_from)
    and (p_due_before is null or r.due_at < p_due_before)
    and (p_created_from is null or r.created_at >= p_created_from)
    and (p_created_to is null or r.created_at < p_created_to)
    and (p_updated_from is null or r.updated_at >= p_updated_from)
    and (p_updated_to is null or r.updated_at < p_updated_to)
    and (p_west is null or r.longitude >= p_west)
    and (p_south is null or r.latitude >= p_south)
    and (p_east is null or r.longitude <= p_east)
    and (p_north is null or r.latitude <= p_north)
    and (p_ids is null or r.id = any (p_ids))
    and (p_numbers is null or r.number = any (p_numbers))
$$;
