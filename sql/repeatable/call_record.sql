-- The contacts (calls, counter visits) that the stored events tell of: the rules of server/domain/contact.ts written a
-- second time, apart, so that a test can hold live and history equal. queue_intervals.sql counts them.

drop function if exists contact_legs(text, text, timestamptz, timestamptz, timestamptz);
drop function if exists contact_legs(text, text, timestamptz, timestamptz, timestamptz, interval);
drop function if exists contact_legs(text, text, text[], timestamptz, timestamptz, timestamptz, interval);
drop function if exists contact_events(text, text, timestamptz, timestamptz);
drop function if exists contact_events(text, text, text[], timestamptz, timestamptz);
drop type if exists contact_leg;

create type contact_leg as (
  subject text,
  n integer,
  queue text,
  started timestamptz,
  status text,
  entered timestamptz,
  inferred boolean,
  touched timestamptz,
  outcome text,
  left_at timestamptz,
  wait_known boolean,
  answered_queue text,
  agent text,
  ended timestamptz,
  completed boolean,
  transferred boolean,
  talk_ms bigint,
  hold_ms bigint,
  wrap_up_ms bigint,
  misdirected boolean,
  closed timestamptz
);

-- All events of the contacts (p_kind 'call' or 'visit') that have one in the span, and with p_queue one that names the queue, with
-- p_agents one of an agent among them; from half a day around it, which is longer than a contact can last before it is
-- closed by rule.
create function contact_events(
  p_kind text, p_queue text, p_agents text[], p_from timestamptz, p_to timestamptz
)
returns table (
  subject text, ts timestamptz, seq text, rank integer, event_id uuid, kind text, queue text, to_queue text,
  to_external text, agent text, talk_ms bigint, hold_ms bigint, wrap_up_ms bigint, outcome text
)
language plpgsql stable as $$
begin
  if p_kind = 'call' then
    return query
    select
      e.subject, e.ts, coalesce(e.sequence, ''),
      case e.type when 'offered' then 0 when 'queued' then 1 when 'answered' then 2 when 'transferred' then 3
        when 'completed' then 5 else 4 end,
      e.event_id,
      e.type, case e.type when 'transferred' then e.from_queue else e.queue end, e.to_queue, e.to_external, e.agent,
      floor(e.talk_s * 1000 + 0.5)::bigint, floor(e.hold_s * 1000 + 0.5)::bigint,
      floor(e.wrap_up_s * 1000 + 0.5)::bigint, e.outcome
    from call_event e
    where e.ts >= p_from - interval '12 hours' and e.ts < p_to + interval '12 hours'
      and e.subject in (
        select i.subject from call_event i
        where i.ts >= p_from and i.ts < p_to
          and (p_queue is null or p_queue in (i.queue, i.from_queue, i.to_queue))
          and (p_agents is null or i.agent = any (p_agents))
      );
  else
    return query
    select
      e.subject, e.ts, coalesce(e.sequence, ''),
      case e.type when 'arrived' then 0 when 'called' then 1 when 'served' then 2 else 3 end,
      e.event_id,
      case e.type when 'arrived' then 'queued' when 'called' then 'answered' when 'served' then 'completed' else 'left' end,
      'counter:' || e.counter, null::text, null::text, null::text, null::bigint, null::bigint, null::bigint, null::text
    from counter_event e
    where e.ts >= p_from - interval '12 hours' and e.ts < p_to + interval '12 hours'
      and e.subject in (
        select i.subject from counter_event i
        where i.ts >= p_from and i.ts < p_to and (p_queue is null or p_queue = 'counter:' || i.counter)
      );
  end if;
end $$;

-- The legs of those contacts; one without an event for longer than p_limit is closed. `here` is the index of the one open leg (offered or waiting), 0 when there is none.
create function contact_legs(
  p_kind text, p_queue text, p_agents text[], p_from timestamptz, p_to timestamptz, p_as_of timestamptz,
  p_limit interval
)
returns setof contact_leg
language plpgsql stable as $$
declare
  e record;
  legs contact_leg[] := '{}';
  leg contact_leg;
  call text;
  here integer := 0;
  hit integer;
  known boolean;
  opens text;
  leaves text;
  leaves_at timestamptz;
begin
  for e in
    -- One more row after the last: it hands out the last contact.
    select * from (
      select * from contact_events(p_kind, p_queue, p_agents, p_from, p_to)
      union all
      select null, null, null, null, null, null, null, null, null, null, null, null, null, null
    ) events
    order by subject nulls last, ts, seq collate "C", rank, event_id
  loop
    if e.subject is distinct from call then
      foreach leg in array legs loop
        if leg.status in ('waiting', 'serving') and p_as_of > leg.touched + p_limit then
          leg.closed := leg.touched + p_limit;
        end if;
        if p_kind = 'visit' and leg.completed and leg.wait_known then
          leg.talk_ms := round(extract(epoch from leg.ended - leg.left_at) * 1000);
        end if;
        return next leg;
      end loop;
      call := e.subject;
      legs := '{}';
      here := 0;
      exit when e.subject is null;
    end if;

    -- What the event does: `opens` a leg (offered, waiting, or unknown: entered nobody knows when), makes leg `hit` leave its
    -- queue as `leaves`, ends a conversation.
    opens := null;
    leaves := null;
    leaves_at := e.ts;
    hit := 0;
    case e.kind
    when 'offered', 'queued' then
      if here > 0 and legs[here].queue = e.queue then
        legs[here].touched := e.ts;
        if e.kind = 'queued' and (legs[here].status = 'offered' or legs[here].inferred) then
          legs[here].status := 'waiting';
          legs[here].entered := e.ts;
          legs[here].inferred := false;
        end if;
      else
        opens := case e.kind when 'offered' then 'offered' else 'waiting' end;
      end if;
    when 'answered' then
      if here > 0 then
        hit := here;
        leaves := 'answered';
      else
        select coalesce(max(l.n), 0) into hit from unnest(legs) l
        where l.status = 'serving' and e.queue in (l.answered_queue, l.queue);
        if hit = 0 then
          opens := 'unknown';
          leaves := 'answered';
        end if;
      end if;
    when 'completed' then
      select coalesce(max(l.n), 0) into hit from unnest(legs) l
      where l.outcome = 'answered' and e.queue in (l.answered_queue, l.queue);
      if hit = 0 then
        leaves := 'answered';
        hit := here;
        if hit = 0 then
          opens := 'unknown';
        else
          leaves_at := greatest(
            coalesce(legs[hit].entered, legs[hit].started),
            e.ts - (coalesce(e.talk_ms, 0) + coalesce(e.hold_ms, 0)) * interval '1 millisecond'
          );
          if e.talk_ms is null then
            legs[hit].wait_known := false;
          end if;
        end if;
      elsif legs[hit].status = 'ended' then
        legs[hit].misdirected := legs[hit].misdirected or coalesce(e.outcome = 'misdirected_emergency', false);
        hit := -1;
      end if;
    when 'transferred' then
      select coalesce(max(l.n) filter (where l.status <> 'ended'), 0), count(*) > 0 into hit, known
      from unnest(legs) l
      where l.queue = e.queue or (l.outcome = 'answered' and l.answered_queue = e.queue);
      if hit = 0 and not known then
        opens := 'unknown';
        leaves := 'moved';
      elsif hit > 0 and legs[hit].status <> 'serving' then
        leaves := 'moved';
      end if;
    else
      if e.kind = 'left' and here = 0 then
        select coalesce(max(l.n), 0) into hit from unnest(legs) l
        where l.status = 'serving' and e.queue in (l.answered_queue, l.queue);
        if hit > 0 then
          legs[hit].status := 'ended';
          legs[hit].ended := e.ts;
          legs[hit].touched := e.ts;
          continue;
        end if;
      end if;
      leaves := case e.kind when 'timed_out' then 'timed_out' when 'callback_requested' then 'callback' else 'abandoned' end;
      hit := here;
      if hit = 0 then
        select count(*) > 0 into known from unnest(legs) l where e.queue in (l.queue, l.answered_queue);
        continue when known;
        opens := 'unknown';
      end if;
    end case;

    <<opening>>
    loop
      if opens is not null then
        if here > 0 then
          if legs[here].status = 'waiting' then
            legs[here].outcome := 'moved';
            legs[here].left_at := e.ts;
          end if;
          legs[here].status := 'ended';
        end if;
        here := cardinality(legs) + 1;
        legs := legs || row(
          call, here,
          case when e.kind = 'transferred' and opens = 'waiting' then e.to_queue else e.queue end,
          e.ts, case opens when 'offered' then 'offered' else 'waiting' end, case when opens <> 'offered' then e.ts end,
          e.kind = 'transferred' and opens = 'waiting', e.ts, null, null, opens <> 'unknown', null, null, null, false, false,
          null, null, null, false, null
        )::contact_leg;
        if opens = 'unknown' then
          hit := here;
        end if;
        opens := null;
      end if;

      if leaves is not null then
        legs[hit].touched := e.ts;
        here := 0;
        if leaves = 'moved' and legs[hit].status = 'offered' then
          legs[hit].status := 'ended';
        else
          legs[hit].entered := coalesce(legs[hit].entered, legs[hit].started);
          legs[hit].outcome := leaves;
          legs[hit].left_at := leaves_at;
          legs[hit].status := case leaves when 'answered' then 'serving' else 'ended' end;
        end if;
        if leaves = 'answered' then
          legs[hit].answered_queue := e.queue;
          legs[hit].agent := e.agent;
        end if;
        leaves := null;
      end if;

      exit opening when e.kind <> 'transferred';
      if hit > 0 then
        if legs[hit].status = 'serving' then
          legs[hit].transferred := true;
          legs[hit].status := 'ended';
          legs[hit].ended := e.ts;
          legs[hit].touched := e.ts;
        end if;
        if e.to_external = '911' then
          legs[hit].misdirected := true;
        end if;
      end if;
      exit opening when e.to_queue is null;
      select count(*) > 0 into known from unnest(legs) l
      where l.status <> 'ended' and (l.queue = e.to_queue or l.answered_queue = e.to_queue);
      exit opening when known;
      -- Once more round, to open the leg where it went.
      opens := 'waiting';
      e.to_external := null;
      hit := 0;
    end loop;

    if e.kind = 'completed' and hit > 0 then
      legs[hit].status := 'ended';
      legs[hit].ended := e.ts;
      legs[hit].touched := e.ts;
      legs[hit].completed := true;
      legs[hit].talk_ms := e.talk_ms;
      legs[hit].hold_ms := e.hold_ms;
      legs[hit].wrap_up_ms := e.wrap_up_ms;
      legs[hit].misdirected := coalesce(e.outcome = 'misdirected_emergency', false);
    end if;
  end loop;
end $$;
