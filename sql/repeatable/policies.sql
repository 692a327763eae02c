-- What happens to data as it grows old. Every kind has a limit (RULES, privacy); only counts outlive it.
--
--   kind             columnstore after   kept
--   six event kinds  14 days             retention_days (800: two years and the report of their last month)
--   rejected events  -                   rejected_days (90)
--   records of settled requests          record_days (3,653: ten years) after their newest event; with them the texts
--                                        of their events, which citizens may have written
--   steps of the backlog, what was told
--   of deadlines     60 days             record_days; what the steps summed up to stays (backlog_opening)
--   batch notes      -                   3 days: what a server that was away may have to catch up
--
-- 14 days is the window in which late events are usual: into rows they cost a tenth of what they cost into columns.

create or replace procedure prune_event_batch(job_id integer, config jsonb)
language sql as $$
  -- What they say of the sources is summed up first.
  select fold_feeds();
  delete from event_batch where received_at < now() - (config ->> 'keep')::interval
$$;

-- Gives a hypertable or a view its policy, and leaves one alone that is as it should be: a job that is made anew is due
-- at once, and forgets how it went before.
create or replace procedure set_retention(target regclass, keep interval)
language plpgsql as $$
begin
  perform from timescaledb_information.jobs
  where proc_name = 'policy_retention' and hypertable_name = target::text
    and (config ->> 'drop_after')::interval = keep;
  if found then return; end if;
  perform remove_retention_policy(target, if_exists => true);
  perform add_retention_policy(target, drop_after => keep, schedule_interval => interval '1 day');
end
$$;

-- A refresh never reaches the time whose events are gone: it would erase what was counted from them. It stays a chunk
-- and a day clear of it, and an hour behind the present, where the view counts the events themselves.
create or replace procedure set_refresh(target regclass, retention_days integer)
language plpgsql as $$
declare
  reach constant interval := make_interval(days => retention_days - 8);
begin
  perform from timescaledb_information.jobs as job
  join timescaledb_information.continuous_aggregates as view
    -- Older versions name the view's hypertable, newer ones the view.
    on job.hypertable_name in (view.view_name, view.materialization_hypertable_name)
  where job.proc_name = 'policy_refresh_continuous_aggregate' and view.view_name = target::text
    and (job.config ->> 'start_offset')::interval = reach;
  if found then return; end if;
  perform remove_continuous_aggregate_policy(target, if_exists => true);
  perform add_continuous_aggregate_policy(
    target,
    start_offset => reach,
    end_offset => interval '1 hour',
    schedule_interval => interval '15 minutes',
    -- A week at a time; one bucket at a time, which is what it would do by itself, took 14 s for two days of calls.
    buckets_per_batch => 7 * 96,
    -- All of them: what lies before the newest refreshed bucket is read from the view alone.
    max_batches_per_execution => 0
  );
end
$$;

-- Records of requests that were settled long ago, and their steps. Whole chunks of steps go, and their sum stays.
create or replace procedure prune_requests(job_id integer, config jsonb)
language plpgsql as $$
declare
  cutoff constant timestamptz := now() - (config ->> 'keep')::interval;
  border timestamptz;
begin
  delete from request where not open and updated_at < cutoff;
  select max(range_end) into border
  from timescaledb_information.chunks
  where hypertable_name = 'backlog_move' and range_end <= cutoff;
  if border is null then return; end if;
  insert into backlog_opening (borough, unit, n)
  select borough, unit, sum(n) from backlog_move where ts < border group by borough, unit
  on conflict (coalesce(borough, ''), coalesce(unit, '')) do update set n = backlog_opening.n + excluded.n;
  perform drop_chunks('backlog_move', older_than => border);
end
$$;

-- What the planner knows of the records. A server's own workers see to it; the embedded database has none, and without it a join of
-- records with records was planned as a loop in a loop (minutes instead of a second). Only when their room has grown or shrunk by a fifth.
create or replace procedure measure_requests(job_id integer, config jsonb)
language plpgsql as $$
begin
  perform from pg_class
  where oid = 'request'::regclass
    and (reltuples < 0 or abs(pg_relation_size(oid) / 8192 - relpages) > relpages / 5);
  if found then
    analyze request;
  end if;
end
$$;

drop function if exists set_policies(integer, integer);
create or replace function set_policies(retention_days integer, rejected_days integer, record_days integer)
returns void
language plpgsql as $$
declare
  family text;
begin
  if retention_days < 32 then
    raise exception 'events must be kept for 32 days at least, not %', retention_days;
  end if;
  foreach family in array array['call', 'agent', 'counter', 'web', 'mail', 'request'] loop
    call set_retention((family || '_event')::regclass, make_interval(days => retention_days));
    call set_refresh((family || '_15min')::regclass, retention_days);
    perform add_compression_policy(
      (family || '_event')::regclass,
      compress_after => interval '14 days',
      schedule_interval => interval '1 day',
      if_not_exists => true
    );
  end loop;
  call set_retention('rejected_event'::regclass, make_interval(days => rejected_days));
  call set_retention('deadline_event'::regclass, make_interval(days => record_days));
  foreach family in array array['backlog_move', 'deadline_event'] loop
    perform add_compression_policy(
      family::regclass,
      compress_after => interval '60 days',
      schedule_interval => interval '1 day',
      if_not_exists => true
    );
  end loop;
  perform from timescaledb_information.jobs
  where proc_name = 'prune_requests' and config ->> 'keep' = record_days || ' days';
  if not found then
    perform delete_job(job_id) from timescaledb_information.jobs where jobs.proc_name = 'prune_requests';
    perform add_job('prune_requests', interval '1 day', config => jsonb_build_object('keep', record_days || ' days'));
  end if;
  perform from timescaledb_information.jobs where proc_name = 'measure_requests';
  if not found then
    perform add_job('measure_requests', interval '5 minutes');
  end if;
  perform from timescaledb_information.jobs where proc_name = 'prune_event_batch';
  if not found then
    perform add_job('prune_event_batch', interval '1 hour', config => '{"keep": "3 days"}');
  end if;
  perform from timescaledb_information.jobs where proc_name = 'fold_feeds_job';
  if not found then
    perform add_job('fold_feeds_job', interval '15 minutes');
  end if;
end
$$;
