import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../server/store/database.ts';
import { migrate, readSqlFiles } from '../../server/store/migrate.ts';
import { openDatabase } from '../../server/store/open.ts';
import { type TestDatabase, testDatabase, testDatabaseUrl, testLogger } from '../setup/database.ts';

let test: TestDatabase;
let folder: string;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());
/** Each test has a `sql` folder of its own on a database that knows nothing yet. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-migrate-'));
  for (const kind of ['migrations', 'repeatable', 'aggregates']) await mkdir(join(folder, kind));
  await test.db.query('CREATE SCHEMA trial');
  await test.db.query('TRUNCATE schema_migration');
});
afterEach(async () => {
  await test.db.query('DROP SCHEMA trial CASCADE');
  await rm(folder, { recursive: true, force: true });
});

const write = (path: string, text: string) => writeFile(join(folder, `${path}.sql`), text);
const run = (db: Database = test.db) => migrate(db, { logger: testLogger, folder });
const applied = async () =>
  (
    await test.db.query<{ name: string }>('SELECT name FROM schema_migration ORDER BY applied_at, name')
  ).rows.map((row) => row.name);

describe('migrations', () => {
  it('are applied once, in the order of their names', async () => {
    await write(
      'migrations/20260102000000_part__create',
      'CREATE TABLE trial.part (whole_id int REFERENCES trial.whole)',
    );
    await write('migrations/20260101000000_whole__create', 'CREATE TABLE trial.whole (id int PRIMARY KEY)');
    await run();
    await run();
    expect(await applied()).toEqual(['20260101000000_whole__create', '20260102000000_part__create']);
  });

  it('that fail leave nothing behind, and are named', async () => {
    await write('migrations/20260101000000_a__create', 'CREATE TABLE trial.a (id int); SELECT 1 / 0;');
    await expect(run()).rejects.toThrow(/20260101000000_a__create\.sql: division by zero/);
    expect((await test.db.query(`SELECT to_regclass('trial.a') AS a`)).rows).toEqual([{ a: null }]);
    expect(await applied()).toEqual([]);
    await write('migrations/20260101000000_a__create', 'CREATE TABLE trial.a (id int);');
    await run();
    expect(await applied()).toHaveLength(1);
  });

  it('that say why run outside a transaction, statement by statement', async () => {
    await write('migrations/20260101000000_a__create', 'CREATE TABLE trial.a (id int)');
    await write(
      'migrations/20260102000000_a__vacuum',
      '-- NO TRANSACTION: a vacuum cannot run in one\nVACUUM trial.a;\nANALYZE trial.a;\n-- done; really\n',
    );
    await run();
    expect(await applied()).toHaveLength(2);
  });

  it('that were edited after they were applied are refused', async () => {
    await write('migrations/20260101000000_a__create', 'CREATE TABLE trial.a (id int)');
    await run();
    await write('migrations/20260101000000_a__create', 'CREATE TABLE trial.a (id bigint)');
    await expect(run()).rejects.toMatchObject({ code: 'migration_edited' });
  });

  it('of a newer version are refused', async () => {
    await write('migrations/20260101000000_a__create', 'CREATE TABLE trial.a (id int)');
    await write('migrations/20270101000000_b__create', 'CREATE TABLE trial.b (id int)');
    await run();
    await rm(join(folder, 'migrations/20270101000000_b__create.sql'));
    await expect(run()).rejects.toThrow(/20270101000000_b__create.*newer version/);
  });
});

describe('two starters at once', () => {
  it('both succeed, and each migration is applied once', async () => {
    for (let day = 10; day < 20; day += 1) {
      await write(
        `migrations/202601${day}000000_t${day}__create`,
        `CREATE TABLE trial.t${day} (id int); SELECT pg_sleep(0.02)`,
      );
    }
    // A server has two processes in mind; the embedded one is locked, so there it is one process migrating twice.
    const second =
      testDatabaseUrl === null
        ? test.db
        : await openDatabase({ databaseUrl: test.databaseUrl, dataDir: '', logger: testLogger });
    await Promise.all([run(), run(second)]);
    if (second !== test.db) await second.close();
    expect(await applied()).toHaveLength(10);
  });
});

describe('repeatable files', () => {
  it('are applied again when their text changes, and only then', async () => {
    const view = (n: number) => `DROP VIEW IF EXISTS trial.v; CREATE VIEW trial.v AS SELECT ${n} AS n`;
    await write('repeatable/v', view(1));
    await run();
    await write('repeatable/v', view(2));
    await run();
    expect((await test.db.query('SELECT n FROM trial.v')).rows).toEqual([{ n: 2 }]);
    const at = () =>
      test.db.query('SELECT applied_at::text AS at FROM schema_migration').then(({ rows }) => rows);
    const before = await at();
    await run();
    expect(await at()).toEqual(before);
  });
});

describe("the project's own schema", () => {
  it('has one file an entry of its kind, and each kind in order', async () => {
    const files = await readSqlFiles();
    const kinds = files.map((file) => file.kind);
    expect(kinds).toEqual([...kinds].sort((a, b) => kinds.indexOf(a) - kinds.indexOf(b)));
    expect(new Set(files.map((file) => `${file.kind}/${file.name}`)).size).toBe(files.length);
  });
});
