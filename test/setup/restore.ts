/** An empty place for a backup to be restored into. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { testDatabaseUrl } from './database.ts';

export interface EmptyPlace {
  /** What `vigie restore`, and then a server, have in their environment. */
  readonly env: Readonly<Record<string, string>>;
  remove(): Promise<void>;
}

export async function emptyPlace(): Promise<EmptyPlace> {
  if (testDatabaseUrl === null) {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-restore-'));
    return {
      env: { VIGIE_DATA: folder, DATABASE_URL: '' },
      remove: () => rm(folder, { recursive: true, force: true }),
    };
  }
  const name = `vigie_restore_${randomBytes(6).toString('hex')}`;
  const onServer = async (statement: string): Promise<void> => {
    const url = new URL(testDatabaseUrl as string);
    url.pathname = '/postgres';
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(testDatabaseUrl);
  url.pathname = `/${name}`;
  return {
    env: { DATABASE_URL: url.href },
    remove: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
