import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../server/store/database.ts';
import { openDatabase } from '../../server/store/open.ts';
import {
  embeddedTemplate,
  type TestDatabase,
  testDatabase,
  testDatabaseUrl,
  testLogger,
} from '../setup/database.ts';

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));

interface Progress {
  readonly committed: number;
  readonly journaled: number;
}
/** Starts a process that writes without end, and kills it once it has reported so many commits. */
async function killInStream(writer: ChildProcess, commits: number): Promise<Progress> {
  let last: Progress = { committed: -1, journaled: -1 };
  await new Promise<void>((enough, reject) => {
    writer.on('message', (progress: Progress) => {
      last = progress;
      if (progress.committed >= commits) enough();
    });
    writer.on('exit', (code) => reject(new Error(`the writer ended by itself: ${code}`)));
  });
  writer.removeAllListeners('exit');
  writer.kill('SIGKILL');
  await once(writer, 'exit');
  return last;
}

describe('the database', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await testDatabase();
  });
  afterAll(() => test.close());

  it('gives counts as numbers, and refuses one that is not exact', async () => {
    const { rows } = await test.db.query('SELECT 9007199254740991::int8 AS n');
    expect(rows).toEqual([{ n: Number.MAX_SAFE_INTEGER }]);
    await expect(test.db.query('SELECT 9007199254740993::int8 AS n')).rejects.toThrow('not exact');
  });

  it('rolls a failed transaction back and goes on', async () => {
    await test.db.query('CREATE TABLE kept (n integer PRIMARY KEY)');
    await expect(
      test.db.transaction(async (client) => {
        await client.query('INSERT INTO kept VALUES (1)');
        await client.query('INSERT INTO kept VALUES (1)');
      }),
    ).rejects.toThrow('duplicate key');
    expect((await test.db.query('SELECT * FROM kept')).rows).toEqual([]);
    expect(test.db.idle()).toBe(true);
  });

  it('says what time it is in UTC', async () => {
    const { rows } = await test.db.query(`SELECT '2026-07-01T12:00:00Z'::timestamptz::text AS at`);
    expect(rows).toEqual([{ at: '2026-07-01 12:00:00+00' }]);
  });

  it('keeps every committed row when its process is killed in the middle of a stream', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-kill-'));
    const target = testDatabaseUrl === null ? { databaseUrl: null, dataDir: folder } : test;
    if (testDatabaseUrl === null) await cp(await embeddedTemplate(), folder, { recursive: true });
    const { committed, journaled } = await killInStream(
      fork(WRITER, [target.databaseUrl ?? '', target.dataDir]),
      100,
    );
    const db = await openDatabase({ ...target, logger: testLogger });
    const { rows } = await db.query<{ n: number }>('SELECT n FROM streamed ORDER BY n');
    expect(rows.slice(0, committed + 1).map((row) => row.n)).toEqual(
      Array.from({ length: committed + 1 }, (_, n) => n),
    );
    if (db.kind === 'embedded') {
      let records = 0;
      for await (const _ of db.journalRecords()) records += 1;
      expect(records).toBeGreaterThan(journaled);
    }
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });
});

describe.runIf(testDatabaseUrl === null)('the embedded database', () => {
  let folder: string;
  let db: Database;
  const open = () => openDatabase({ databaseUrl: null, dataDir: folder, logger: testLogger });
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-embedded-'));
    await cp(await embeddedTemplate(), folder, { recursive: true });
    db = await open();
  });
  afterAll(async () => {
    await db.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('has the settings of an ordinary server, also on its next connection', async () => {
    const settings = `SELECT name, setting FROM pg_settings
      WHERE name IN ('enable_seqscan', 'client_min_messages', 'TimeZone', 'synchronous_commit') ORDER BY name`;
    const expected = [
      { name: 'TimeZone', setting: 'UTC' },
      { name: 'client_min_messages', setting: 'warning' },
      { name: 'enable_seqscan', setting: 'on' },
      { name: 'synchronous_commit', setting: 'on' },
    ];
    expect((await db.query(settings)).rows).toEqual(expected);
    const client = await db.pool.connect();
    await client.query(`BEGIN; SET enable_seqscan = off; CREATE TEMPORARY TABLE gone (n integer)`);
    client.release(true);
    expect((await db.query(settings)).rows).toEqual(expected);
    await expect(db.query('SELECT * FROM gone')).rejects.toThrow('does not exist');
  });

  it('refuses a second opening while the first one lasts', async () => {
    await expect(open()).rejects.toThrow(`in use by process ${process.pid}`);
    expect((await db.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
  });

  it('does not stall the main loop with a long query', async () => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const started = performance.now();
    await db.query('SELECT count(*) FROM generate_series(1, 6000000)');
    delay.disable();
    expect(performance.now() - started).toBeGreaterThan(200);
    expect(delay.percentile(99) / 1e6).toBeLessThan(50);
  });

  it('delivers notifications to the connection that listens', async () => {
    const client = await db.pool.connect();
    try {
      await client.query('LISTEN batch');
      const heard = once(client, 'notification');
      await client.query(`NOTIFY batch, '7'`);
      expect((await heard)[0]).toMatchObject({ channel: 'batch', payload: '7' });
      await client.query('UNLISTEN batch');
    } finally {
      client.release();
    }
  });

  it('answers a message of any length, also one that fills its receive buffer to the byte', async () => {
    // 8,117 characters made a message end on a multiple of 8 KiB, after which the server read no further.
    for (let length = 8_080; length < 8_200; length += 1) {
      const { rows } = await db.query('SELECT length($1::text) AS n', ['x'.repeat(length)]);
      expect(rows).toEqual([{ n: length }]);
    }
  });

  it('carries a large parameter and a large result whole', async () => {
    const text = 'é'.repeat(3_000_000);
    const { rows } = await db.query<{ t: string; n: number }>('SELECT $1::text AS t, length($1) AS n', [
      text,
    ]);
    expect(rows[0]?.n).toBe(text.length);
    expect(rows[0]?.t === text).toBe(true);
  });

  it('keeps its write-ahead log bounded while it is written to without end', async () => {
    await db.query('CREATE TABLE bulk (n integer, t text)');
    for (let i = 0; i < 50; i += 1) {
      await db.query(`INSERT INTO bulk SELECT g, repeat('x', 200) FROM generate_series(1, 20000) g`);
    }
    const { rows } = await db.query<{ total: number }>(
      `SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::int8 AS total`,
    );
    expect(rows[0]?.total).toBeGreaterThan(200 * 1024 * 1024);
    const segments = await readdir(join(folder, 'db', 'pg_wal'));
    expect(segments.length).toBeLessThan(170);
  });

  it('has every journaled record, in what a power cut leaves of the folder', async () => {
    const image = await mkdtemp(join(tmpdir(), 'vigie-power-'));
    await db.query('CREATE TABLE acknowledged (n integer PRIMARY KEY)');
    const write = async (n: number) => {
      await db.journal(Buffer.from(String(n)));
      await db.query('INSERT INTO acknowledged VALUES ($1)', [n]);
    };
    for (let n = 0; n < 10; n += 1) await write(n);
    // The worst case: of the database's files only what the last checkpoint synced, while the journal went on.
    await db.query('CHECKPOINT');
    await cp(join(folder, 'db'), join(image, 'db'), { recursive: true });
    for (let n = 10; n < 50; n += 1) await write(n);
    await cp(join(folder, 'journal'), join(image, 'journal'), { recursive: true });
    const [segment = ''] = await readdir(join(image, 'journal'));
    await appendFile(join(image, 'journal', segment), Buffer.from([200, 0, 0, 0, 7]));

    const after = await openDatabase({ databaseUrl: null, dataDir: image, logger: testLogger });
    const before = await after.query<{ n: number }>('SELECT count(*) AS n FROM acknowledged');
    expect(before.rows[0]?.n).toBe(10);
    for await (const record of after.journalRecords()) {
      const n = Number(Buffer.from(record).toString());
      await after.query('INSERT INTO acknowledged VALUES ($1) ON CONFLICT DO NOTHING', [n]);
    }
    const { rows } = await after.query<{ n: number }>('SELECT count(*) AS n FROM acknowledged');
    expect(rows[0]?.n).toBe(50);
    await after.close();
    await rm(image, { recursive: true, force: true });
  });

  it('opens again where it was left, with an empty journal', async () => {
    await db.query('CREATE TABLE left_there AS SELECT 42 AS n');
    await db.journal(new Uint8Array([1, 2, 3]));
    await db.close();
    expect(await readdir(join(folder, 'journal'))).toEqual([]);
    db = await open();
    expect((await db.query('SELECT n FROM left_there')).rows).toEqual([{ n: 42 }]);
    for await (const record of db.journalRecords()) expect(record).toBeUndefined();
  });
});
