/** The table of queues: what the city says about each of them. */
import Type from 'typebox';
import type { QueueConfig } from '../contract/reference.ts';
import type { Database } from './database.ts';
import { loadSql, many, none } from './sql.ts';

const Row = Type.Object({ id: Type.String(), kind: Type.Enum(['phone', 'counter']), name: Type.Object({}) });
const sql = loadSql(import.meta.url, { list_queues: many(Row), save_queues: none });

/** All queues by id. */
export async function listQueues(db: Database): Promise<QueueConfig[]> {
  // The columns and their types are those of QueueConfig: the table has no others.
  return (await sql.list_queues(db)) as unknown as QueueConfig[];
}

/** Adds queues and replaces what was said of those that are there; the others stay. One statement: all or none. */
export async function saveQueues(db: Database, queues: readonly QueueConfig[]): Promise<void> {
  await sql.save_queues(db, { queues: JSON.stringify(queues) });
}
