-- The newest time (µs since 1970) of each source, of events told by two arrays: what event_batch notes of them.
create or replace function newest_by_source(p_source_ids integer[], p_times timestamptz[])
returns jsonb
language sql immutable parallel safe as $$
  select jsonb_object_agg(source_id, newest_us)
  from (
    select source_id, (extract(epoch from max(ts)) * 1000000)::bigint as newest_us
    from unnest(p_source_ids, p_times) as told (source_id, ts)
    group by source_id
  ) newest
$$;

-- Sums the notes of batches into feed_source. Every figure of it is a maximum, so a note that is summed twice changes
-- nothing: each time begins ten minutes before the last, which is longer than a transaction takes or clocks differ.
create or replace function fold_feeds()
returns void
language plpgsql as $$
declare
  since timestamptz;
  until timestamptz;
  -- Told later than this, an event tells the past (server/live/feeds.ts).
  past_us constant bigint := 3600000000;
begin
  -- One at a time: a job and a server that starts would wait for each other's rows.
  perform pg_advisory_xact_lock(3110314);
  select (value ->> 'until')::timestamptz - interval '10 minutes' into since from progress where name = 'feeds';
  select max(received_at) into until from event_batch;
  if until is null then return; end if;
  -- A clock that once ran ahead must not hide what comes after it was put right.
  until := least(until, now());

  with told as materialized (
    select
      s.key::integer as source_id, b.family, b.received_at, s.value::bigint as newest_us,
      greatest(0, (extract(epoch from b.received_at) * 1000000)::bigint - s.value::bigint) as lag_us
    from event_batch b cross join lateral jsonb_each_text(b.sources) s
    where since is null or b.received_at >= since
  ), last as (
    select distinct on (source_id) source_id, received_at, lag_us from told
    order by source_id, received_at desc, lag_us
  ), present as (
    select distinct on (source_id) source_id, received_at, lag_us from told
    where lag_us <= past_us
    order by source_id, received_at desc, lag_us
  ), summed as (
    select
      source_id, array_agg(distinct family order by family) as families,
      'epoch'::timestamptz + max(newest_us) * interval '1 microsecond' as last_event
    from told group by source_id
  )
  insert into feed_source as f (source_id, families, last_event, received_at, lag_us, present_at, present_lag_us)
  select s.source_id, s.families, s.last_event, l.received_at, l.lag_us, p.received_at, p.lag_us
  from summed s join last l using (source_id) left join present p using (source_id)
  on conflict (source_id) do update set
    families = array(select distinct unnest(f.families || excluded.families) order by 1),
    last_event = greatest(f.last_event, excluded.last_event),
    (received_at, lag_us) = (
      select r, l from (values (f.received_at, f.lag_us), (excluded.received_at, excluded.lag_us)) as v (r, l)
      order by r desc, l limit 1
    ),
    (present_at, present_lag_us) = (
      select r, l from (values (f.present_at, f.present_lag_us), (excluded.present_at, excluded.present_lag_us)) as v (r, l)
      order by r desc nulls last, l limit 1
    );

  update feed_source f set rejected_at = greatest(f.rejected_at, r.rejected_at)
  from (
    select e.id, max(b.received_at) as rejected_at
    from event_batch b cross join lateral jsonb_object_keys(b.rejected) as k (name) join event_source e using (name)
    where b.family = 'rejected' and (since is null or b.received_at >= since)
    group by e.id
  ) r
  where r.id = f.source_id;

  insert into progress (name, value) values ('feeds', jsonb_build_object('until', until))
  on conflict (name) do update set value = excluded.value, updated_at = now();
end
$$;

-- As a job: so that a start finds little to sum up.
create or replace procedure fold_feeds_job(job_id integer, config jsonb)
language sql as $$
  select fold_feeds()
$$;
