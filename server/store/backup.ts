/**
 * A database read whole, as it was at one instant, while it goes on living.
 *
 * A TimescaleDB server shows one transaction the same instant for as long as it lasts. The embedded database has one connection, which no
 * such transaction may hold for a minute: there a copy of its files is read (`backup-clone.ts`), in the same way.
 */
import type pg from 'pg';
import Type from 'typebox';
import type { BackupSource, BackupTable } from '../backup/types.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, one, plannedEachTime, type Queryable } from './sql.ts';

const Table = Type.Object({
  name: Type.String(),
  columns: Type.Array(Type.String()),
  read: Type.String(),
  write: Type.String(),
  probe: Type.String(),
  refers_to: Type.Array(Type.String()),
  before: Type.Union([Type.String(), Type.Null()]),
});
/** With the statements that read and write its rows, and ask whether it has any. */
export type StoredTable = Type.Static<typeof Table>;

export const sql = loadSql(import.meta.url, {
  tables: many(Table),
  aggregates: many(Table),
  begin: none,
  lock_statement: one(Type.Object({ text: Type.String() })),
  // Without a name: what it gives depends on the cursor.
  fetch: plannedEachTime(many(Type.Object({ line: Type.String() }))),
  close: none,
  migrations: many(Type.Object({ name: Type.String(), hash: Type.String() })),
  sequences: many(Type.Object({ name: Type.String(), last: Type.Union([Type.String(), Type.Null()]) })),
  has_migrations: one(Type.Object({ found: Type.Boolean() })),
  clear_revision: none,
  set_sequence: one(Type.Object({ last: Type.String() })),
  refresh: none,
  analyze: none,
});

/** Not in a backup: the schema is in its header, and jobs have the numbers of one database. */
export const PASSED_OVER = ['schema_migration', 'job_run'];

/** All tables of the product, what is referred to first. */
export async function storedTables(on: Queryable): Promise<StoredTable[]> {
  const left = await sql.tables(on, { passed_over: PASSED_OVER });
  const sorted: StoredTable[] = [];
  while (left.length > 0) {
    const waits = (table: StoredTable) => left.some(({ name }) => table.refers_to.includes(name));
    const at = left.findIndex((table) => !waits(table));
    if (at < 0) throw new Error(`tables refer to each other: ${left.map(({ name }) => name).join(', ')}`);
    sorted.push(...left.splice(at, 1));
  }
  return sorted;
}

/** The statement that locks tables for the rest of a transaction, to be asked before it begins. */
export async function lockStatement(
  on: Queryable,
  tables: readonly StoredTable[],
  aggregates: readonly StoredTable[],
  mode: 'access share' | 'share row exclusive',
): Promise<string> {
  const names = (list: readonly StoredTable[]) => list.map(({ name }) => name);
  return (await sql.lock_statement(on, { tables: names(tables), aggregates: names(aggregates), mode })).text;
}

/** Not closed when it is left early: that ends the transaction, and the cursor with it. */
async function* rowsOf(client: pg.PoolClient, read: string): AsyncGenerator<string[]> {
  await client.query(read);
  for (;;) {
    const page = await sql.fetch(client);
    if (page.length === 0) break;
    yield page.map(({ line }) => line);
  }
  await sql.close(client);
}

/** Opens a database for a backup. Whoever opens it closes it. */
export async function openBackup(live: Database): Promise<BackupSource> {
  const still = await live.still();
  const { db } = still;
  const client = await db.pool.connect().catch(async (error: unknown) => {
    await still.close();
    throw error;
  });
  // A connection that dies fails its query; without a listener it would end the process.
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken = error;
  };
  client.on('error', onError);
  const close = async (): Promise<void> => {
    await client.query('ROLLBACK').catch((error: Error) => {
      broken = error;
    });
    client.off('error', onError);
    client.release(broken);
    await still.close();
  };
  try {
    const lock = await lockStatement(
      client,
      await storedTables(client),
      await sql.aggregates(client),
      'access share',
    );
    await sql.begin(client);
    await client.query(lock);
    const tables = [...(await storedTables(client)), ...(await sql.aggregates(client))];
    const migrations = await sql.migrations(client);
    const reads = new Map(tables.map(({ name, read }) => [name, read]));
    return {
      database: live.kind,
      migrations: Object.fromEntries(migrations.map(({ name, hash }) => [name, hash])),
      tables: tables.map(({ name, columns, before }): BackupTable => ({ name, columns, before })),
      rows: ({ name }) => rowsOf(client, reads.get(name) ?? ''),
      async sequences() {
        const last = await sql.sequences(client);
        return Object.fromEntries(last.map((each) => [each.name, each.last]));
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
