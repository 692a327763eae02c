/**
 * Brings the schema to what this code knows. `sql/migrations` are applied once, in the order of their names;
 * `sql/repeatable` (functions, views) and `sql/aggregates` again whenever their text changes, so those files must start by
 * removing or replacing what an earlier version of them made.
 *
 * Each file is one transaction with its own record of having been applied, unless its first line says
 * `-- NO TRANSACTION: <reason>`: then its statements run one by one and must bear being run again.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import Type from 'typebox';
import { messageOf, VigieError } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, one, splitStatements } from './sql.ts';

const sql = loadSql(import.meta.url, {
  lock: one(Type.Object({ locked: Type.String() })),
  unlock: one(Type.Object({ unlocked: Type.Boolean() })),
  create_extension: none,
  create_migration_table: none,
  select_applied: many(Type.Object({ kind: Type.String(), name: Type.String(), hash: Type.String() })),
  record_applied: none,
});

const KINDS = [
  { kind: 'migration', folder: 'migrations' },
  { kind: 'repeatable', folder: 'repeatable' },
  { kind: 'aggregate', folder: 'aggregates' },
] as const;
type Kind = (typeof KINDS)[number]['kind'];

export interface SqlFile {
  readonly kind: Kind;
  /** File name without `.sql`. */
  readonly name: string;
  readonly text: string;
  readonly hash: string;
  /** Why the file cannot run in a transaction, or null when it can. */
  readonly no_transaction: string | null;
}

export const SQL_FOLDER = fileURLToPath(new URL('../../sql', import.meta.url));
/** `20261123200000_call_event__create.sql`: fourteen digits, the table, perhaps the column, the operation. */
export const MIGRATION_NAME = /^\d{14}_[a-z0-9_]+?__(?:[a-z0-9_]+?__)?[a-z0-9_]+$/;

async function readFolder(root: string, folder: string, kind: Kind): Promise<SqlFile[]> {
  const entries = await readdir(join(root, folder)).catch(() => [] as string[]);
  const files = entries.filter((entry) => entry.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (entry) => {
      const text = (await readFile(join(root, folder, entry), 'utf8')).replaceAll('\r\n', '\n');
      return {
        kind,
        name: entry.slice(0, -'.sql'.length),
        text,
        hash: createHash('sha256').update(text).digest('hex'),
        no_transaction: /^--\s*NO TRANSACTION:\s*(\S.*)/.exec(text)?.[1] ?? null,
      };
    }),
  );
}

/** Every file of the `sql` folder, in the order in which they are applied. */
export async function readSqlFiles(folder: string = SQL_FOLDER): Promise<SqlFile[]> {
  return (await Promise.all(KINDS.map((k) => readFolder(folder, k.folder, k.kind)))).flat();
}

type Applied = ReadonlyMap<string, string>;
const keyOf = (file: { kind: string; name: string }): string => `${file.kind}/${file.name}`;

/** A database that a newer version has migrated is left alone: this version would misread it. */
function refuseUnknown(applied: Applied, files: readonly SqlFile[]): void {
  const known = new Set(files.map(keyOf));
  const unknown = [...applied.keys()].filter((key) => key.startsWith('migration/') && !known.has(key));
  if (unknown.length === 0) return;
  throw new VigieError(
    'schema_newer',
    `The database has migrations that this version of Vigie 311 does not know (${unknown.join(', ')}). ` +
      'It was used by a newer version: start that version, or restore a backup made before the upgrade.',
  );
}

function refuseEdited(applied: Applied, files: readonly SqlFile[]): void {
  for (const file of files) {
    const hash = applied.get(keyOf(file));
    if (file.kind !== 'migration' || hash === undefined || hash === file.hash) continue;
    throw new VigieError(
      'migration_edited',
      `Migration ${file.name} was changed after it was applied. Migrations are never edited: ` +
        'put the file back as it was and make the change in a new one.',
    );
  }
}

async function applyFile(client: pg.PoolClient, file: SqlFile): Promise<void> {
  const { kind, name, hash } = file;
  if (file.no_transaction !== null) {
    for (const statement of splitStatements(file.text)) await client.query(statement);
    await sql.record_applied(client, { kind, name, hash });
    return;
  }
  await client.query('BEGIN');
  try {
    await client.query(file.text);
    await sql.record_applied(client, { kind, name, hash });
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

export interface MigrateOptions {
  readonly logger: Logger;
  /** Folder with `migrations`, `repeatable` and `aggregates`; the project's own when left out. */
  readonly folder?: string;
}

/** Applies what is missing. Two servers starting at once wait for one another; the second then finds nothing to do. */
export async function migrate(db: Database, { logger, folder = SQL_FOLDER }: MigrateOptions): Promise<void> {
  const files = await readSqlFiles(folder);
  const client = await db.pool.connect();
  let broken: Error | undefined;
  try {
    await sql.lock(client);
    await sql.create_extension(client);
    await sql.create_migration_table(client);
    const applied: Applied = new Map((await sql.select_applied(client)).map((row) => [keyOf(row), row.hash]));
    refuseUnknown(applied, files);
    refuseEdited(applied, files);
    for (const file of files) {
      if (applied.get(keyOf(file)) === file.hash) continue;
      await applyFile(client, file).catch((error: unknown) => {
        throw new VigieError('migration_failed', `${keyOf(file)}.sql: ${messageOf(error)}`, { cause: error });
      });
      logger.info({ file: keyOf(file) }, 'schema file applied');
    }
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // The lock belongs to the connection: closing a broken one releases it.
    if (broken === undefined) await sql.unlock(client);
    client.release(broken);
  }
}
