-- What agents did when, from what they said and from their conversations: the rules of server/domain/agent.ts written a second
-- time, apart, so that a test can hold live and history equal. queue_intervals.sql makes the occupancy of it.

drop function if exists agent_time(text, timestamptz, timestamptz, timestamptz, interval, interval, interval);
drop function if exists agent_states(text[], timestamptz, timestamptz, timestamptz, interval, interval, interval);
drop function if exists agents_of_queue(text, timestamptz, timestamptz, timestamptz);
drop function if exists last_agent_states(timestamptz, timestamptz);

-- The last state that each agent said in the span. Times first: they are found without sorting the rows.
create function last_agent_states(p_from timestamptz, p_to timestamptz)
returns setof agent_event
language sql stable set jit = off as $$
  with last as materialized (
    select subject, max(ts) as ts from agent_event
    where ts >= p_from and ts < p_to and state is not null
    group by subject
  )
  select distinct on (e.subject) e.* from agent_event e join last using (subject, ts)
  where e.ts >= p_from and e.ts < p_to and e.state is not null
  order by e.subject, coalesce(e.sequence, '') collate "C" desc, e.event_id desc
$$;

-- Those who said from p_said_from on that they serve the queue, or answered in it from p_seen_from on; null for all, when the
-- queue is 'city'.
create function agents_of_queue(
  p_queue text, p_said_from timestamptz, p_seen_from timestamptz, p_to timestamptz
)
returns text[]
language sql stable set jit = off as $$
  select case when p_queue <> 'city' then coalesce(array_agg(agent), '{}') end
  from (
    select subject from agent_event where ts >= p_said_from and ts < p_to and p_queue = any (queues)
    union
    select agent from call_event where ts >= p_seen_from and ts < p_to and queue = p_queue and agent is not null
  ) served (agent)
$$;

-- The spans in which agents (null: all) handled contacts or were available, cut to [p_from, p_to) and to p_as_of. A state that was
-- said holds for p_said at most; an agent who says none is available for p_seen after a conversation. Calls are read from
-- half a day before: as long as a shift, from which the queues of an agent who says none are known.
create function agent_states(
  p_agents text[], p_from timestamptz, p_to timestamptz, p_as_of timestamptz, p_limit interval, p_said interval,
  p_seen interval
)
returns table (agent text, starts timestamptz, ends timestamptz, handling boolean, queues text[])
language plpgsql stable as $$
declare
  p record;
  known_from constant timestamptz := p_from - interval '12 hours';
  last_at constant timestamptz := least(p_to, p_as_of);
  who text;
  said_at timestamptz;
  said_state text;
  said_queues text[];
  talking text;
  wrapping text;
  served_queue text;
  seen_in text[] := '{}';
  state text;
  since timestamptz;
  expires timestamptz;
  becomes text;
begin
  for p in
    with leg as materialized (
      select l.*, l.subject || ' ' || l.n as id, coalesce(l.ended, l.closed) as over_at
      from contact_legs('call', null, p_agents, known_from, p_to + p_limit, p_as_of, p_limit) l
      where l.agent is not null and (p_agents is null or l.agent = any (p_agents))
    ), said as (
      select * from last_agent_states(known_from - p_said, known_from)
      union all
      select * from agent_event e where e.ts >= known_from and e.ts < p_to and e.state is not null
    ), point as (
      select l.agent as whose, l.left_at as at, 0 as rank, l.id, l.answered_queue, null::text as says, null::text[] as for_queues,
        null::text as seq, null::uuid as event_id, l.left_at, l.over_at, l.wrap_up_ms
      from leg l
      union all
      select l.agent, l.over_at, 1, l.id, l.answered_queue, null, null, null, null, l.left_at, l.over_at, l.wrap_up_ms
      from leg l where l.over_at is not null
      union all
      select s.subject, s.ts, 2, null, null, s.state, coalesce(s.queues, '{}'), coalesce(s.sequence, ''), s.event_id, null, null, null
      from said s where p_agents is null or s.subject = any (p_agents)
      union all
      select l.agent, l.over_at + l.wrap_up_ms * interval '1 millisecond', 3, l.id, l.answered_queue, null, null, null, null,
        l.left_at, l.over_at, l.wrap_up_ms
      from leg l where l.over_at is not null and l.wrap_up_ms <> 0
      union all
      -- After the last of each agent, what holds is followed to its end.
      select distinct g.whose, 'infinity'::timestamptz, 4, null, null, null, null::text[], null, null::uuid, null::timestamptz,
        null::timestamptz, null::bigint
      from (select l.agent as whose from leg l union select s.subject from said s) g
    )
    select * from point
    order by whose, at, rank, seq collate "C", event_id, left_at, coalesce(over_at, 'epoch'), coalesce(wrap_up_ms, 0),
      answered_queue collate "C", id
  loop
    if p.whose is distinct from who then
      who := p.whose;
      said_at := null;
      said_state := null;
      talking := null;
      wrapping := null;
      seen_in := '{}';
      state := null;
    end if;

    -- What held at most until now ends when it did.
    loop
      exit when state is null;
      expires := case
        when said_at is not null then said_at + p_said
        when talking is null and wrapping is null then since + p_seen
        else 'infinity'
      end;
      exit when expires > p.at or expires = 'infinity';
      if state in ('available', 'busy', 'wrap_up') and since < expires and expires > p_from and since < last_at then
        agent := who;
        starts := greatest(since, p_from);
        ends := least(expires, last_at);
        handling := state <> 'available';
        queues := case when said_at is null then seen_in else said_queues end;
        return next;
      end if;
      since := expires;
      seen_in := '{}';
      if said_at is not null and (talking is not null or wrapping is not null) then
        seen_in := array[served_queue];
      else
        state := null;
      end if;
      said_at := null;
      said_state := null;
    end loop;

    becomes := null;
    case p.rank
    when 0 then
      becomes := 'busy';
    when 1 then
      if talking = p.id then
        becomes := case when p.wrap_up_ms <> 0 then 'wrap_up' when said_state in ('paused', 'offline') then said_state else 'available' end;
      end if;
    when 2 then
      becomes := p.says;
    when 3 then
      if wrapping = p.id then
        becomes := case when said_state in ('paused', 'offline') then said_state else 'available' end;
      end if;
    else
      becomes := 'unknown';
    end case;
    continue when becomes is null;

    if state in ('available', 'busy', 'wrap_up') and since < p.at and p.at > p_from and since < last_at then
      agent := who;
      starts := greatest(since, p_from);
      ends := least(p.at, last_at);
      handling := state <> 'available';
      queues := case when said_at is null then seen_in else said_queues end;
      return next;
    end if;
    state := becomes;
    since := p.at;
    talking := case p.rank when 0 then p.id end;
    wrapping := case when p.rank = 1 and becomes = 'wrap_up' then p.id end;
    if p.rank = 0 then
      served_queue := p.answered_queue;
      if p.answered_queue <> all (seen_in) then
        seen_in := seen_in || p.answered_queue;
      end if;
    elsif p.rank = 2 then
      said_at := p.at;
      said_state := p.says;
      said_queues := p.for_queues;
      seen_in := '{}';
    end if;
  end loop;
end $$;

-- Agents' time in each 15-minute interval of a queue, or of the city, where each agent counts once.
create function agent_time(
  p_queue text, p_from timestamptz, p_to timestamptz, p_as_of timestamptz, p_limit interval, p_said interval,
  p_seen interval
)
returns table (starts timestamptz, handling_us bigint, available_us bigint)
language sql stable set jit = off as $$
  with part as (
    select
      i.starts, s.handling,
      (extract(epoch from least(s.ends, i.starts + interval '15 minutes') - greatest(s.starts, i.starts)) * 1000000)::bigint as us
    from agent_states(
      agents_of_queue(p_queue, p_from - interval '12 hours' - p_said, p_from - interval '12 hours', p_to),
      p_from, p_to, p_as_of, p_limit, p_said, p_seen
    ) s
    cross join lateral generate_series(time_bucket(interval '15 minutes', s.starts), s.ends, interval '15 minutes') as i (starts)
    where (p_queue = 'city' or p_queue = any (s.queues)) and i.starts < s.ends
  )
  select
    starts,
    coalesce(sum(us) filter (where handling), 0)::bigint,
    coalesce(sum(us) filter (where not handling), 0)::bigint
  from part
  group by starts
$$;
