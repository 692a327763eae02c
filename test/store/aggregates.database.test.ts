import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAMILIES } from '../../server/contract/event-types.ts';
import { messageOf } from '../../server/lib/errors.ts';
import type { Database } from '../../server/store/database.ts';
import { EventStore } from '../../server/store/events.ts';
import { applyPolicies } from '../../server/store/policies.ts';
import { testDatabase, testLogger } from '../setup/database.ts';
import { anyEvent, callEvent, collect, DAY_US, START_US } from './sample-events.ts';

let db: Database;
let store: EventStore;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await testDatabase());
  store = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
});
afterAll(() => close());

const jobs = async (): Promise<unknown[]> =>
  (
    await db.query(
      `select job_id, proc_name, hypertable_name, config from timescaledb_information.jobs
       where proc_name not like 'policy_telemetry%' and job_id >= 1000 order by job_id`,
    )
  ).rows;
async function runJobs(proc: string): Promise<void> {
  const { rows } = await db.query('select job_id from timescaledb_information.jobs where proc_name = $1', [
    proc,
  ]);
  for (const { job_id } of rows) {
    // The server's own workers may be at the same job.
    for (let attempt = 0; ; attempt += 1) {
      try {
        await db.query(`call run_job(${job_id})`);
        break;
      } catch (error) {
        if (attempt === 20 || !/concurrent/.test(messageOf(error))) throw error;
        await new Promise((resolve) => setTimeout(resolve, 250));
      }
    }
  }
}

/** Every bucket and count, from the view and from the events themselves. */
async function expectEqualCounts(): Promise<void> {
  for (const family of FAMILIES) {
    const by = {
      call: 'coalesce(queue, from_queue)',
      agent: 'state',
      counter: 'counter',
      web: 'type',
      mail: 'medium',
      request: 'service',
    };
    const column = family === 'call' ? 'queue' : by[family];
    const view = await db.query(
      `select bucket, ${column} as key, sum(n)::int as n from ${family}_15min group by 1, 2 order by 1, 2`,
    );
    const plain = await db.query(
      `select date_bin('15 minutes', ts, '2000-01-01Z') as bucket, ${by[family]} as key, count(*)::int as n
       from ${family}_event group by 1, 2 order by 1, 2`,
    );
    expect(view.rows).toEqual(plain.rows);
  }
}

it('counts in real time, and after refreshes, what plain SQL counts over the events', async () => {
  const [events] = fc.sample(fc.array(anyEvent, { minLength: 400, maxLength: 500 }), {
    numRuns: 1,
    seed: 311,
  });
  await store.write({ events: events!, rejected: [] });
  await expectEqualCounts();
  await runJobs('policy_refresh_continuous_aggregate');
  await expectEqualCounts();
  const late = events!.map((event) => ({ ...event, time_us: event.time_us - 3 * DAY_US }));
  await store.write({ events: late, rejected: [] });
  await runJobs('policy_refresh_continuous_aggregate');
  await expectEqualCounts();
}, 60_000);

it('sums talk, hold and wrap-up', async () => {
  const view = await db.query('select sum(talk_sum_s) as talk, sum(handled)::int as handled from call_15min');
  const plain = await db.query(
    'select sum(talk_s) as talk, count(coalesce(talk_s, hold_s, wrap_up_s))::int as handled from call_event',
  );
  expect(view.rows[0]?.handled).toBe(plain.rows[0]?.handled);
  expect(view.rows[0]?.talk).toBeCloseTo(plain.rows[0]?.talk, 3);
});

it('takes late events into a compressed chunk, and still knows the duplicates', async () => {
  const old_us = START_US - 60 * DAY_US;
  const old = Array.from({ length: 300 }, (_, n) => callEvent(n, { time_us: old_us + n * 1_000_000 }));
  await store.write({ events: old.slice(0, 200), rejected: [] });
  await db.query("select compress_chunk(c) from show_chunks('call_event', older_than => $1::timestamptz) c", [
    new Date((START_US - 20 * DAY_US) / 1000).toISOString(),
  ]);
  const compressed = await db.query(
    "select count(*)::int as n from timescaledb_information.chunks where is_compressed and hypertable_name = 'call_event'",
  );
  expect(compressed.rows[0]?.n).toBeGreaterThan(0);
  expect((await store.write({ events: old.slice(195, 205), rejected: [] })).fresh).toEqual(
    Array.from({ length: 10 }, (_, i) => i >= 5),
  );
  expect((await store.write({ events: old.slice(205), rejected: [] })).fresh).not.toContain(false);
  expect((await store.write({ events: old, rejected: [] })).fresh).not.toContain(true);
  expect(await collect(store.readWindow(old_us, old_us + DAY_US))).toEqual(old);
});

it('gives every kind its policies once, and follows the settings', async () => {
  const before = await jobs();
  // Six kinds of events are kept, refreshed and compressed; rejected ones and notes of batches are kept for a while,
  // and what the notes say of the sources is summed up. Steps of the backlog and what was told of deadlines are compressed,
  // and go with the records of requests, which are measured.
  expect(before).toHaveLength(6 * 3 + 3 + 5);
  const usual = { retention_days: 800, rejected_retention_days: 90, request_retention_days: 3_653 };
  await applyPolicies(db, usual);
  expect(await jobs()).toEqual(before);
  await applyPolicies(db, {
    retention_days: 400,
    rejected_retention_days: 30,
    request_retention_days: 2_000,
  });
  const after = (await jobs()) as {
    proc_name: string;
    hypertable_name: string;
    config: Record<string, string>;
  }[];
  expect(after).toHaveLength(before.length);
  const kept = after
    .filter((job) => job.proc_name === 'policy_retention')
    .map((job) => job.config.drop_after);
  expect(new Set(kept)).toEqual(new Set(['400 days', '30 days', '2000 days']));
  expect(after.find((job) => job.proc_name === 'prune_requests')?.config).toEqual({ keep: '2000 days' });
  for (const job of after.filter((job) => job.proc_name.includes('refresh'))) {
    expect(job.config).toMatchObject({ start_offset: '392 days', end_offset: '01:00:00' });
  }
});

it('forgets requests that were settled long ago, and what is open is still the sum of all steps', async () => {
  const step = (ts: string, n: number, unit: string) =>
    db.query(
      "insert into backlog_move (ts, request, cause, n, borough, unit, across) values (now() - $1::interval, 1, 'received', $2, 'VM', $3, false)",
      [ts, n, unit],
    );
  const record = (id: string, age: string, open: boolean) =>
    db.query(
      `insert into request (id, revision, status, open, updated_at, reopened, requesters, told, history)
       values ($1, 1, 'closed', $2, now() - $3::interval, 0, 1, '[]', '[]')`,
      [id, open, age],
    );
  await step('4000 days', 1, 'old');
  await step('3900 days', -1, 'old');
  await step('3900 days', 1, 'new');
  await step('10 days', -1, 'new');
  await record('gone', '3900 days', false);
  await record('kept, since it is open', '3900 days', true);
  await record('kept, since it is recent', '10 days', false);
  const usual = { retention_days: 800, rejected_retention_days: 90, request_retention_days: 3_653 };
  await applyPolicies(db, usual);
  await runJobs('prune_requests');
  await runJobs('prune_requests');
  const left = await db.query<{ id: string }>(
    "select id from request where id in ('gone') or id like 'kept%'",
  );
  expect(left.rows).toHaveLength(2);
  const steps = await db.query<{ n: number }>('select count(*)::int as n from backlog_move');
  expect(steps.rows[0]?.n).toBe(1);
  const sums = await db.query(
    `select unit, sum(n)::int as n from
       (select unit, n from backlog_move union all select unit, n from backlog_opening) as all_steps
     group by unit order by unit`,
  );
  expect(sums.rows).toEqual([
    { unit: 'new', n: 0 },
    { unit: 'old', n: 0 },
  ]);
});

it('forgets the notes of batches after some days', async () => {
  await db.query("update event_batch set received_at = now() - interval '4 days' where family = 'call'");
  await runJobs('prune_event_batch');
  const { rows } = await db.query("select count(*)::int as n from event_batch where family = 'call'");
  expect(rows[0]?.n).toBe(0);
});
