-- Mail items and their time in business days, from the stored events: the rules of server/domain/mail.ts and business-days.ts
-- written a second time, apart, so that a test can hold live and history equal.

drop function if exists mail_intervals(timestamptz, timestamptz, timestamptz, interval, bigint, text, date[]);
drop function if exists mail_rounds(timestamptz, timestamptz, interval);
drop function if exists business_us(timestamptz, timestamptz, text, date[]);

-- Time between two instants on local weekdays that are no holidays, µs.
create function business_us(p_from timestamptz, p_to timestamptz, p_zone text, p_holidays date[])
returns bigint
language sql stable as $$
  select coalesce(sum(extract(epoch from least(p_to, d.ends) - greatest(p_from, d.starts)) * 1000000), 0)::bigint
  from (
    select
      day, day::timestamp at time zone p_zone as starts, (day + 1)::timestamp at time zone p_zone as ends
    from (
      select (p_from at time zone p_zone)::date + n as day
      from generate_series(0, (p_to at time zone p_zone)::date - (p_from at time zone p_zone)::date) as n
    ) g
    where extract(isodow from day) < 6 and day <> all (p_holidays)
  ) d
  where p_from < p_to and least(p_to, d.ends) > greatest(p_from, d.starts)
$$;

-- From receipt to answer, of items received in the span. Events are read from p_limit around it: no round is longer.
create function mail_rounds(p_from timestamptz, p_to timestamptz, p_limit interval)
returns table (subject text, received timestamptz, answered timestamptz)
language plpgsql stable as $$
declare
  e record;
begin
  for e in
    select * from (
      select m.subject as item, m.ts, coalesce(m.sequence, '') as seq, m.type, m.event_id
      from mail_event m
      where m.ts > p_from - p_limit and m.ts < p_to + p_limit and m.type in ('received', 'answered')
        and m.subject in (
          select i.subject from mail_event i where i.ts >= p_from and i.ts < p_to and i.type = 'received'
        )
      union all
      -- One more row after the last: it hands out the last round.
      select null, null, null, null, null
    ) events
    order by item nulls last, ts, seq collate "C", type desc, event_id
  loop
    if received is not null and (e.item is distinct from subject or e.ts > received + p_limit or e.type = 'answered') then
      answered := case when e.item = subject and e.ts <= received + p_limit then e.ts end;
      if received >= p_from and received < p_to then
        return next;
      end if;
      received := null;
    end if;
    if received is null and e.type = 'received' then
      subject := e.item;
      received := e.ts;
    end if;
  end loop;
end $$;

create function mail_intervals(
  p_from timestamptz, p_to timestamptz, p_as_of timestamptz, p_limit interval, p_threshold_us bigint, p_zone text,
  p_holidays date[]
)
returns table (
  starts timestamptz, received integer, answered integer, open integer, closed_by_rule integer, answered_within integer,
  overdue integer, wait_sum_us double precision, p50_us double precision, p90_us double precision, p99_us double precision
)
language sql stable set jit = off as $$
  with item as (
    select
      time_bucket(interval '15 minutes', r.received) as starts, r.answered is not null as answered,
      p_as_of > r.received + p_limit as closed,
      business_us(r.received, coalesce(r.answered, p_as_of), p_zone, p_holidays) as wait_us
    from mail_rounds(p_from, p_to, p_limit) r
  )
  select
    starts,
    count(*)::integer,
    count(*) filter (where answered)::integer,
    count(*) filter (where not answered and not closed)::integer,
    count(*) filter (where not answered and closed)::integer,
    count(*) filter (where answered and wait_us <= p_threshold_us)::integer,
    count(*) filter (where not answered and wait_us > p_threshold_us)::integer,
    coalesce(sum(wait_us) filter (where answered), 0)::double precision,
    percentile_disc(0.5) within group (order by wait_us) filter (where answered)::double precision,
    percentile_disc(0.9) within group (order by wait_us) filter (where answered)::double precision,
    percentile_disc(0.99) within group (order by wait_us) filter (where answered)::double precision
  from item
  group by starts
  order by starts
$$;
