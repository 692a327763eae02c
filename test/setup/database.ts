/**
 * A fresh, migrated database for a test file: a clone of a template that is migrated once for each state of `sql/`.
 * With DATABASE_URL set it is a database of that TimescaleDB server, otherwise an embedded one in a temporary folder.
 */
import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pino } from 'pino';
import type { Database } from '../../server/store/database.ts';
import { migrate, readSqlFiles } from '../../server/store/migrate.ts';
import { openDatabase } from '../../server/store/open.ts';

export const testLogger = pino({ level: process.env.VIGIE_LOG_LEVEL ?? 'error' });
export const testDatabaseUrl = process.env.DATABASE_URL ?? null;

const CACHE = fileURLToPath(new URL('../.cache', import.meta.url));

async function schemaHash(): Promise<string> {
  const hash = createHash('sha256').update('layout 2');
  for (const file of await readSqlFiles()) hash.update(`\0${file.kind}/${file.name}\0${file.hash}`);
  return hash.digest('hex').slice(0, 12);
}

const withDatabase = (url: string, name: string): string => {
  const target = new URL(url);
  target.pathname = `/${name}`;
  return target.href;
};

async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: withDatabase(url, 'postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
const exists = async (client: pg.Client, name: string): Promise<boolean> =>
  (await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name])).rowCount === 1;

/** Makes the template once; test files that start together wait for the first. */
async function nativeTemplate(url: string): Promise<string> {
  const template = `vigie_template_${await schemaHash()}`;
  await onServer(url, async (client) => {
    await client.query('SELECT pg_advisory_lock(3110312)');
    if (await exists(client, template)) return;
    const building = `${template}_building`;
    await client.query(`DROP DATABASE IF EXISTS ${building} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${building}`);
    const db = await openDatabase({
      databaseUrl: withDatabase(url, building),
      dataDir: '',
      logger: testLogger,
    });
    await migrate(db, { logger: testLogger });
    // A test runs the jobs it means to run. By themselves they would compress the chunks it writes: the policy waits for a
    // transaction that a test holds open, and every reader of the chunk waits behind the policy.
    await db.query('SELECT alter_job(job_id, scheduled => false) FROM timescaledb_information.jobs');
    await db.close();
    // TimescaleDB's job scheduler must not hold a connection to the template, which could then not be cloned.
    await client.query(`ALTER DATABASE ${building} ALLOW_CONNECTIONS false`);
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      building,
    ]);
    await client.query(`ALTER DATABASE ${building} RENAME TO ${template}`);
  });
  return template;
}

async function dropDatabase(url: string, name: string): Promise<void> {
  await onServer(url, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

export interface TestDatabase {
  readonly db: Database;
  /** For a second connection pool on the same database: what `openDatabase` takes. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  close(): Promise<void>;
}

async function nativeTestDatabase(url: string): Promise<TestDatabase> {
  const template = await nativeTemplate(url);
  const name = `vigie_test_${randomBytes(6).toString('hex')}`;
  await onServer(url, async (client) => {
    await client.query('SELECT pg_advisory_lock(3110312)');
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  });
  const databaseUrl = withDatabase(url, name);
  const db = await openDatabase({ databaseUrl, dataDir: '', logger: testLogger });
  return {
    db,
    databaseUrl,
    dataDir: '',
    async close() {
      await db.close();
      await dropDatabase(url, name);
    },
  };
}

/** A closed data folder, migrated, to be copied. Made beside its place and renamed, so that a half-made one is never used. */
export async function embeddedTemplate(): Promise<string> {
  const template = join(CACHE, `embedded-${await schemaHash()}`);
  if (await stat(template).catch(() => null)) return template;
  await mkdir(CACHE, { recursive: true });
  const building = await mkdtemp(`${template}-building-`);
  const db = await openDatabase({ databaseUrl: null, dataDir: building, logger: testLogger });
  await migrate(db, { logger: testLogger });
  await db.query('CHECKPOINT');
  await db.close();
  await rename(building, template).catch(() => rm(building, { recursive: true, force: true }));
  return template;
}

async function embeddedTestDatabase(): Promise<TestDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'vigie-test-'));
  await cp(await embeddedTemplate(), dataDir, { recursive: true });
  const db = await openDatabase({ databaseUrl: null, dataDir, logger: testLogger });
  return {
    db,
    databaseUrl: null,
    dataDir,
    async close() {
      await db.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** A fresh migrated database. Call `close` at the end: it fails when a connection of the pool was not given back. */
export async function testDatabase(): Promise<TestDatabase> {
  const made =
    testDatabaseUrl === null ? await embeddedTestDatabase() : await nativeTestDatabase(testDatabaseUrl);
  return {
    ...made,
    async close() {
      // What was begun without being waited for (waking followers) may still be on its way.
      const give_up_at = performance.now() + 1_000;
      while (!made.db.idle() && performance.now() < give_up_at)
        await new Promise((done) => setTimeout(done, 5));
      const { totalCount, idleCount } = made.db.pool;
      await made.close();
      if (totalCount !== idleCount) throw new Error(`${totalCount - idleCount} database connections leaked`);
    },
  };
}
