import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isoOf, ManualClock } from '../../server/lib/clock.ts';
import { JobRunner } from '../../server/store/jobs.ts';
import { type TestDatabase, testDatabase, testDatabaseUrl } from '../setup/database.ts';

let test: TestDatabase;
const clock = new ManualClock(Date.now() * 1000);
const runner = () => new JobRunner({ db: test.db, clock, logger: pino({ level: 'silent' }) });
async function runAll(jobs: JobRunner): Promise<number[]> {
  const ran: number[] = [];
  for (let id = await jobs.runNext(); id !== null; id = await jobs.runNext()) ran.push(id);
  return ran;
}
async function addJob(procedure: string, schedule: string): Promise<number> {
  const { rows } = await test.db.query<{ id: number }>(
    'SELECT add_job($1, $2::interval, initial_start => $3::timestamptz) AS id',
    [procedure, schedule, isoOf(clock.now_us())],
  );
  return rows[0]?.id ?? -1;
}

describe.runIf(testDatabaseUrl === null)('the jobs of an embedded database', () => {
  beforeAll(async () => {
    test = await testDatabase();
    await test.db.query(`CREATE TABLE job_trace (job_id integer);
      CREATE PROCEDURE leave_trace(job_id integer, config jsonb) LANGUAGE sql
        AS 'INSERT INTO job_trace VALUES (job_id)';
      CREATE PROCEDURE fail(job_id integer, config jsonb) LANGUAGE plpgsql
        AS 'BEGIN RAISE EXCEPTION ''no luck''; END'`);
    await runAll(runner());
  });
  afterAll(() => test.close());

  it('run when they are due, and again only after their interval', async () => {
    const id = await addJob('leave_trace', '1 hour');
    clock.advance_s(1);
    const jobs = runner();
    expect(await runAll(jobs)).toContain(id);
    expect(await runAll(jobs)).toEqual([]);
    clock.advance_s(3599);
    expect(await runAll(jobs)).not.toContain(id);
    clock.advance_s(2);
    expect(await runAll(jobs)).toContain(id);
    expect((await test.db.query('SELECT job_id FROM job_trace')).rows).toHaveLength(2);
  });

  it('measure the records when they have grown, so that the planner does not take a city for a village', async () => {
    const { rows } = await test.db.query<{ id: number }>(
      "SELECT job_id AS id FROM timescaledb_information.jobs WHERE proc_name = 'measure_requests'",
    );
    const known = async () =>
      (await test.db.query("SELECT reltuples::integer AS n FROM pg_class WHERE relname = 'request'")).rows[0]
        ?.n;
    await test.db.query(`INSERT INTO request (id, revision, status, open, updated_at, reopened, requesters, told, history)
      SELECT 'R' || n, 1, 'received', true, now(), 0, 1, '[]', '[]' FROM generate_series(1, 2000) n`);
    expect(await known()).toBeLessThanOrEqual(0);
    clock.advance_s(301);
    expect(await runAll(runner())).toContain(rows[0]?.id);
    expect(await known()).toBe(2_000);
    await test.db.query('TRUNCATE request');
  });

  it('that fail are recorded and tried again later, and stop nobody', async () => {
    const failing = await addJob('fail', '1 day');
    const good = await addJob('leave_trace', '1 day');
    clock.advance_s(1);
    const ran = await runAll(runner());
    expect(ran).toContain(failing);
    expect(ran).toContain(good);
    const { rows } = await test.db.query('SELECT error, failures FROM job_run WHERE job_id = $1', [failing]);
    expect(rows).toEqual([{ error: 'no luck', failures: 1 }]);
    expect(await runAll(runner())).toEqual([]);
    clock.advance_s(12 * 3600);
    expect(await runAll(runner())).toContain(failing);
  });

  it('give way to other work, unless they have waited too long', async () => {
    const id = await addJob('leave_trace', '2 hours');
    clock.advance_s(1);
    const jobs = runner();
    const client = await test.db.pool.connect();
    // Neither may wait for the other: the job is asked for while the connection is taken, then answered without it.
    const asked = jobs.runNext();
    client.release();
    expect(await asked).toBeNull();
    expect(await runAll(jobs)).toContain(id);
    clock.advance_s(2 * 3600 + 601);
    const taken = await test.db.pool.connect();
    const late = jobs.runNext();
    taken.release();
    expect(await late).not.toBeNull();
  });

  it('refresh, compress and drop as their policies say', async () => {
    await test.db.query(`CREATE TABLE sample (ts timestamptz NOT NULL, v integer);
      SELECT create_hypertable('sample', 'ts', chunk_time_interval => interval '7 days');
      INSERT INTO sample SELECT now() - g * interval '6 hours', g FROM generate_series(0, 400) g`);
    await test.db.query(`CREATE MATERIALIZED VIEW sample_daily WITH (timescaledb.continuous) AS
      SELECT time_bucket('1 day', ts) AS day, count(*) AS n FROM sample GROUP BY 1 WITH NO DATA`);
    await test.db.query(`SELECT add_continuous_aggregate_policy('sample_daily', interval '20 days', interval '1 day',
      interval '1 hour')`);
    await test.db.query(`ALTER TABLE sample SET (timescaledb.compress)`);
    await test.db.query(`SELECT add_compression_policy('sample', interval '30 days')`);
    await test.db.query(`SELECT add_retention_policy('sample', interval '60 days')`);
    clock.advance_s(86_400);
    await runAll(runner());
    const { rows } = await test.db.query<{ days: number; rows: number; compressed: number }>(`SELECT
      (SELECT count(*) FROM sample_daily) AS days, (SELECT count(*) FROM sample) AS rows,
      (SELECT count(*) FROM timescaledb_information.chunks
       WHERE hypertable_name = 'sample' AND is_compressed) AS compressed`);
    expect(rows[0]?.days).toBeGreaterThan(15);
    expect(rows[0]?.rows).toBeLessThan(300);
    expect(rows[0]?.compressed).toBeGreaterThan(1);
  });
});
