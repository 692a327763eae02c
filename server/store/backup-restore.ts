/**
 * A backup into an empty database: the schema first, then all rows, then what is counted from them.
 *
 * The schema is made whole, with the policies of the city's own settings, before the first row is there: a job that drops what is past
 * its retention must never meet rows with the limits of another city. On a server the rows are one transaction. What an
 * aggregate can count again is counted again from the events; if that is not finished, its policy does it.
 */
import { setTimeout } from 'node:timers/promises';
import type { BackupHeader, BackupItem, BackupTable } from '../backup/types.ts';
import { messageOf, VigieError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import { lockStatement, type StoredTable, sql, storedTables } from './backup.ts';
import type { Database } from './database.ts';
import { migrate, readSqlFiles } from './migrate.ts';
import { applyPolicies, type Retention } from './policies.ts';
import type { Queryable } from './sql.ts';

export interface RestoreOptions {
  readonly retention: Retention;
  readonly logger: Logger;
  /** The file from its beginning, checked on the way. */
  readonly items: () => AsyncIterable<BackupItem>;
  /** Told of what takes long after the rows. */
  readonly tell: (text: string) => void;
}
export interface Restored {
  readonly rows: number;
  readonly tables: number;
}

/** A migration puts a row there. */
const MADE_WITH_ROWS = 'catalogue_revision';
/** Of one statement. */
const STATEMENT_BYTES_MAX = 4 * 1024 * 1024;
const REFRESH_WAIT_MS_MAX = 600_000;

async function refuseOccupied(on: Queryable): Promise<void> {
  const tables = await storedTables(on);
  const { found: ours } = await sql.has_migrations(on);
  for (const { name, probe } of tables) {
    if (ours && name === MADE_WITH_ROWS) continue;
    const [row] = (await on.query<{ found: boolean }>({ text: probe })).rows;
    if (ours && !row?.found) continue;
    const message =
      `The database is not empty (there is something in table ${name}). A backup is restored into an empty one: ` +
      'make a new database, and name it with DATABASE_URL.';
    throw new VigieError('not_empty', message);
  }
}

/**
 * The schemas must be the same: rows of another one would be read as what they are not.
 * @throws VigieError `backup_newer` or `backup_older`
 */
export async function refuseOtherSchema(items: AsyncIterable<BackupItem>): Promise<void> {
  const { migrations, version } = await headerOf(items);
  const files = await readSqlFiles();
  const ours = new Map(files.flatMap(({ kind, name, hash }) => (kind === 'migration' ? [[name, hash]] : [])));
  const unknown = Object.entries(migrations).filter(([name, hash]) => ours.get(name) !== hash);
  const made = `The backup was made by Vigie 311 ${version}`;
  if (unknown.length > 0) {
    const names = unknown.map(([name]) => name).join(', ');
    const message = `${made}, whose schema this version does not know (${names}). Restore it with a version that does.`;
    throw new VigieError('backup_newer', message);
  }
  const missing = [...ours.keys()].filter((name) => !(name in migrations));
  if (missing.length === 0) return;
  const message =
    `${made}, before ${missing.join(', ')}. Restore it with the version that made it; this one brings the database up to date ` +
    'when it is started on it.';
  throw new VigieError('backup_older', message);
}

/** Rows of one table, joined to statements of bounded size. */
class RowWriter {
  readonly #on: Queryable;
  readonly #table: StoredTable;
  #lines: string[] = [];
  #bytes = 0;

  constructor(on: Queryable, table: StoredTable) {
    this.#on = on;
    this.#table = table;
  }

  async add(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      if (this.#bytes + line.length > STATEMENT_BYTES_MAX) await this.end();
      this.#lines.push(line);
      this.#bytes += line.length;
    }
  }

  async end(): Promise<void> {
    if (this.#lines.length === 0) return;
    const { write, name } = this.#table;
    const { rowCount } = await this.#on.query({ text: write, values: [`[${this.#lines.join(',')}]`] });
    if (rowCount !== this.#lines.length)
      throw new Error(`${name} took ${rowCount} of ${this.#lines.length} rows`);
    this.#lines = [];
    this.#bytes = 0;
  }
}

interface Loaded extends Restored {
  /** Aggregates, with the instant from which they are to be counted. */
  readonly aggregates: readonly { name: string; before: string | null }[];
}

async function load(on: Queryable, items: AsyncIterable<BackupItem>): Promise<Loaded> {
  const tables = await storedTables(on);
  const aggregates = await sql.aggregates(on);
  const known = new Map([...tables, ...aggregates].map((table) => [table.name, table]));
  const counted: { name: string; before: string | null }[] = [];
  await sql.clear_revision(on);
  let writer: RowWriter | null = null;
  const begin = ({ name, before }: BackupTable): RowWriter => {
    const table = known.get(name);
    if (table === undefined)
      throw new VigieError('backup_other', `The backup has a table ${name} that this version does not.`);
    if (aggregates.includes(table)) counted.push({ name, before });
    return new RowWriter(on, table);
  };
  for await (const item of items) {
    if (item.kind === 'rows') await writer?.add(item.lines);
    else await writer?.end();
    if (item.kind === 'table') writer = begin(item.table);
    if (item.kind !== 'done') continue;
    for (const [name, last] of Object.entries(item.sequences))
      if (last !== null) await sql.set_sequence(on, { name, last });
    return { rows: item.rows, tables: item.tables, aggregates: counted };
  }
  throw new Error('a backup that was checked ends with its last line');
}

async function headerOf(items: AsyncIterable<BackupItem>): Promise<BackupHeader> {
  for await (const item of items) if (item.kind === 'header') return item.header;
  throw new Error('a backup that was checked begins with its header');
}

/**
 * To be asked for a file that was read to its end, of this schema.
 * @throws VigieError `not_empty`; then nothing was changed
 */
export async function restoreInto(db: Database, options: RestoreOptions): Promise<Restored> {
  const { items, retention, logger, tell } = options;
  await refuseOccupied(db);
  await migrate(db, { logger });
  await applyPolicies(db, retention);
  const loaded =
    db.kind === 'embedded'
      ? // Its folder is given to nobody before all is in it; in one transaction its log would grow without bound.
        await load(db, items())
      : await db.transaction(async (client) => {
          const tables = await storedTables(client);
          // A server that starts on the database meanwhile waits, and then finds it as it was.
          await client.query(await lockStatement(client, tables, [], 'share row exclusive'));
          await refuseOccupied(client);
          return load(client, items());
        });
  for (const { name, before } of loaded.aggregates) {
    tell(`counting ${name}`);
    await refresh(db, name, before);
  }
  await sql.analyze(db);
  return loaded;
}

/** A server's own job may be at it: what that one does, this one need not, but the rest. */
async function refresh(db: Database, view: string, from: string | null): Promise<void> {
  // Unnamed: it commits inside, which it cannot from a prepared statement of an open portal.
  const { text, values } = sql.refresh.config({ view, from });
  const give_up_at = performance.now() + REFRESH_WAIT_MS_MAX;
  for (;;) {
    try {
      await db.query(text, values);
      return;
    } catch (error) {
      if (!/concurrent/.test(messageOf(error)) || performance.now() > give_up_at) throw error;
      await setTimeout(500);
    }
  }
}
