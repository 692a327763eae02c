-- The counts of contacts (call_record.sql) by queue and interval: server/domain/tally.ts written a second time, apart.

drop function if exists queue_intervals(text, timestamptz, timestamptz, timestamptz, double precision, bigint[]);
drop function if exists queue_intervals(text, timestamptz, timestamptz, timestamptz, interval, double precision, bigint[]);
drop function if exists queue_intervals(text, timestamptz, timestamptz, timestamptz, interval, interval, interval, double precision, bigint[]);
drop function if exists contact_tallies(text, timestamptz, timestamptz, timestamptz);
drop function if exists contact_tallies(text, timestamptz, timestamptz, timestamptz, interval);

-- What is counted: the legs of a queue that entered in the span, or with p_queue 'city' each call once.
create function contact_tallies(
  p_queue text, p_from timestamptz, p_to timestamptz, p_as_of timestamptz, p_limit interval
)
returns table (
  queue text, counted_at timestamptz, entered boolean, waiting boolean, closed boolean, outcome text,
  wait_ms bigint, wait_known boolean, elsewhere boolean, completed boolean, transferred boolean, transfer_ms bigint,
  misdirected boolean, talk_ms bigint, hold_ms bigint, wrap_up_ms bigint
)
language plpgsql stable as $$
begin
  if p_queue <> 'city' then
    return query
    select
      l.queue, coalesce(l.entered, l.started), l.entered is not null, l.status = 'waiting' and l.closed is null,
      l.closed is not null, l.outcome,
      case when l.wait_known then round(extract(epoch from l.left_at - l.entered) * 1000)::bigint end,
      l.wait_known, l.answered_queue is not null and l.answered_queue <> l.queue, l.completed, l.transferred,
      case when l.transferred then round(extract(epoch from l.ended - l.left_at) * 1000)::bigint end,
      l.misdirected, l.talk_ms, l.hold_ms, l.wrap_up_ms
    from contact_legs(case when p_queue like 'counter:%' then 'visit' else 'call' end, p_queue, null, p_from, p_to, p_as_of, p_limit) l
    where l.queue = p_queue and coalesce(l.entered, l.started) >= p_from and coalesce(l.entered, l.started) < p_to;
    return;
  end if;
  return query
  with leg as materialized (
    select * from contact_legs('call', null, null, p_from, p_to, p_as_of, p_limit)
  ), first as (
    select distinct on (l.subject) l.* from leg l order by l.subject, l.entered is null, l.n
  ), leaving as (
    select distinct on (l.subject) l.* from leg l
    where l.entered is not null
    order by l.subject, l.outcome is not distinct from 'answered' desc,
      case when l.outcome = 'answered' then l.n else -l.n end
  ), of_call as (
    select
      l.subject, bool_or(l.status = 'waiting' and l.closed is null) as waiting, bool_or(l.closed is not null) as closed,
      bool_or(l.completed) as completed, bool_or(l.transferred) as transferred, bool_or(l.misdirected) as misdirected,
      (array_agg(round(extract(epoch from l.ended - l.left_at) * 1000)::bigint order by l.n) filter (where l.transferred))[1] as transfer_ms,
      (sum(l.talk_ms) filter (where l.completed))::bigint as talk_ms,
      (sum(l.hold_ms) filter (where l.completed))::bigint as hold_ms,
      (sum(l.wrap_up_ms) filter (where l.completed))::bigint as wrap_up_ms
    from leg l group by l.subject
  )
  select
    f.queue, coalesce(f.entered, f.started), f.entered is not null, c.waiting, c.closed, w.outcome,
    case when f.wait_known and w.wait_known then round(extract(epoch from w.left_at - f.entered) * 1000)::bigint end,
    f.wait_known and coalesce(w.wait_known, true), coalesce(w.answered_queue <> f.queue, false),
    c.completed, c.transferred, c.transfer_ms, c.misdirected, c.talk_ms, c.hold_ms, c.wrap_up_ms
  from first f join of_call c using (subject) left join leaving w using (subject)
  where coalesce(f.entered, f.started) >= p_from and coalesce(f.entered, f.started) < p_to;
end $$;

-- The counts of a queue's (or the city's) 15-minute intervals in UTC, those without any contact left out. `p_as_of` is when open
-- legs are judged. T is p_threshold_s, or each queue's own when that is null. `bins` counts the waits of those that left,
-- between the borders p_borders_ms (ascending), first and last open. Agents' time is that of agent_time.sql.
create function queue_intervals(
  p_queue text, p_from timestamptz, p_to timestamptz, p_as_of timestamptz, p_limit interval, p_said interval,
  p_seen interval, p_threshold_s double precision, p_borders_ms bigint[]
)
returns table (
  starts timestamptz, offered integer, entered integer, answered integer, abandoned integer, short_abandons integer,
  timed_out integer, callbacks integer, moved integer, transferred integer, completed integer, misdirected integer,
  waiting integer, closed_by_rule integer, answered_elsewhere integer, answered_within integer,
  abandoned_within integer, completed_within integer, left_within integer, wait_known integer,
  wait_sum_s double precision, wait_unknown integer, abandoned_unknown integer, timed_out_unknown integer,
  completed_unknown integer, transfer_sum_s double precision, handled integer, talk_sum_s double precision,
  hold_sum_s double precision, wrap_up_sum_s double precision, bins integer[], handling_us double precision,
  available_us double precision
)
-- Compiling the plan takes two seconds, running it for a day some tens of milliseconds.
language sql stable set jit = off as $$
  with tally as (
    select
      time_bucket(interval '15 minutes', t.counted_at) as starts, t.*,
      t.wait_ms <= 1000 * coalesce(p_threshold_s, q.threshold_s, case when t.queue like 'counter:%' then 900 else 100 end) as within,
      coalesce(t.talk_ms, t.hold_ms, t.wrap_up_ms) is not null as handling_known,
      width_bucket(t.wait_ms, p_borders_ms) as bin
    from contact_tallies(p_queue, p_from, p_to, p_as_of, p_limit) t left join queue q on q.id = t.queue
  ), of_bin as (
    select t.starts, t.bin, count(*)::integer as n from tally t where t.outcome is not null and t.bin is not null
    group by t.starts, t.bin
  ), bin_counts as (
    select s.starts, array_agg(coalesce(o.n, 0) order by g.bin) as bins
    from (select distinct t.starts from tally t) s
    cross join generate_series(0, cardinality(p_borders_ms)) as g (bin)
    left join of_bin o on o.starts = s.starts and o.bin = g.bin
    group by s.starts
  )
  select
    t.starts,
    count(*)::integer,
    count(*) filter (where t.entered)::integer,
    count(*) filter (where t.outcome = 'answered')::integer,
    count(*) filter (where t.outcome = 'abandoned')::integer,
    count(*) filter (where t.outcome = 'abandoned' and t.wait_ms < 5000)::integer,
    count(*) filter (where t.outcome = 'timed_out')::integer,
    count(*) filter (where t.outcome = 'callback')::integer,
    count(*) filter (where t.outcome = 'moved')::integer,
    count(*) filter (where t.transferred)::integer,
    count(*) filter (where t.completed)::integer,
    count(*) filter (where t.misdirected)::integer,
    count(*) filter (where t.waiting)::integer,
    count(*) filter (where t.closed)::integer,
    count(*) filter (where t.elsewhere)::integer,
    count(*) filter (where t.outcome = 'answered' and t.within)::integer,
    count(*) filter (where t.outcome = 'abandoned' and t.within)::integer,
    count(*) filter (where t.completed and t.within)::integer,
    count(*) filter (where t.outcome is not null and t.within)::integer,
    count(*) filter (where t.outcome = 'answered' and t.wait_ms is not null)::integer,
    (coalesce(sum(t.wait_ms) filter (where t.outcome = 'answered'), 0) / 1000.0)::double precision,
    count(*) filter (where t.entered and not t.wait_known)::integer,
    count(*) filter (where t.outcome = 'abandoned' and t.wait_ms is null)::integer,
    count(*) filter (where t.outcome = 'timed_out' and t.wait_ms is null)::integer,
    count(*) filter (where t.completed and t.wait_ms is null)::integer,
    (coalesce(sum(t.transfer_ms), 0) / 1000.0)::double precision,
    count(*) filter (where t.completed and t.handling_known)::integer,
    (coalesce(sum(t.talk_ms) filter (where t.completed), 0) / 1000.0)::double precision,
    (coalesce(sum(t.hold_ms) filter (where t.completed), 0) / 1000.0)::double precision,
    (coalesce(sum(t.wrap_up_ms) filter (where t.completed), 0) / 1000.0)::double precision,
    b.bins,
    coalesce(a.handling_us, 0)::double precision,
    coalesce(a.available_us, 0)::double precision
  from tally t
  join bin_counts b using (starts)
  left join agent_time(p_queue, p_from, p_to, p_as_of, p_limit, p_said, p_seen) a using (starts)
  group by t.starts, b.bins, a.handling_us, a.available_us
  order by t.starts
$$;
