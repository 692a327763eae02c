/**
 * What is said to be stored is stored, and nothing else, whatever becomes of the database meanwhile. Only with a
 * database of its own process: the embedded one goes with ours, which the tests of the store try with kill -9.
 */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDatabaseUrl } from '../setup/database.ts';
import { BATCH, type IngestServer, queuedEvent, STREAM, startIngest } from './server.ts';

const EVENTS = 20_000;
const CHUNK = 500;

/** A stream of events in chunks; `at` is called before each with its number. */
function stream(at: (chunk: number) => Promise<unknown>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let chunk = 0;
  return new ReadableStream({
    async pull(controller) {
      await at(chunk);
      const rows = Array.from({ length: CHUNK }, (_, index) => queuedEvent(chunk * CHUNK + index));
      controller.enqueue(encoder.encode(`${rows.map((row) => JSON.stringify(row)).join('\n')}\n`));
      chunk += 1;
      if (chunk * CHUNK === EVENTS) controller.close();
    },
  });
}

describe.runIf(testDatabaseUrl !== null)('a stream of events', () => {
  let server: IngestServer;
  let name: string;
  let administrator: pg.Client;
  beforeEach(async () => {
    server = await startIngest();
    const url = new URL(server.database.databaseUrl ?? '');
    name = url.pathname.slice(1);
    url.pathname = '/postgres';
    administrator = new pg.Client({ connectionString: url.href });
    await administrator.connect();
  }, 120_000);
  afterEach(async () => {
    await administrator?.end();
    await server?.close();
  });

  const cutConnections = () =>
    administrator.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  const allowConnections = (allowed: boolean) =>
    administrator.query(`alter database ${name} allow_connections ${allowed}`);
  async function storedNow(): Promise<number> {
    const { rows } = await server.database.db.query<{ n: number }>(
      'select count(*)::integer as n from call_event',
    );
    return rows[0]?.n ?? -1;
  }
  async function someCommitted(): Promise<void> {
    await expect.poll(() => server.commits.length, { timeout: 10_000 }).toBeGreaterThan(0);
  }

  it('whose database goes away is told what is stored and where to go on; sent again it is whole', async () => {
    const { status, headers, body } = await server.post(
      stream(async (chunk) => {
        if (chunk !== 20) return;
        await someCommitted();
        await allowConnections(false);
        await cutConnections();
      }),
      STREAM,
    );
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toMatch(/^\d+$/);
    expect(body.error?.code).toBe('database_unavailable');
    expect(body.accepted).toBeGreaterThan(0);
    expect(body.accepted).toBeLessThan(EVENTS);
    expect(body.resume_at_line).toBeLessThanOrEqual(body.accepted);
    const meanwhile = await server.post(JSON.stringify([queuedEvent('x')]), BATCH);
    expect(meanwhile.status).toBe(503);
    expect(meanwhile.headers.get('retry-after')).toMatch(/^\d+$/);

    await allowConnections(true);
    await expect.poll(async () => (await server.post('[1]', BATCH)).status, { timeout: 2_000 }).toBe(200);
    const told = body.accepted;
    expect(await storedNow()).toBeGreaterThanOrEqual(told);
    const again = await server.post(
      stream(async () => {}),
      STREAM,
    );
    expect(again.status).toBe(200);
    expect(again.body.accepted + again.body.duplicates).toBe(EVENTS);
    expect(await storedNow()).toBe(EVENTS);
  });

  it('whose connections are cut costs its sender nothing: every event is there once', async () => {
    const { status, body } = await server.post(
      stream(async (chunk) => {
        if (chunk % 8 === 4) await cutConnections();
      }),
      STREAM,
    );
    expect(status).toBe(200);
    expect(body.accepted + body.duplicates).toBe(EVENTS);
    expect(await storedNow()).toBe(EVENTS);
  });
});
