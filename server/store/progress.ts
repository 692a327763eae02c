/** How far long work has come (an import, the simulated city), so that it goes on where it was after a restart. */
import Type from 'typebox';
import type { Database } from './database.ts';
import { loadSql, none, zeroOrOne } from './sql.ts';

const sql = loadSql(import.meta.url, {
  read_progress: zeroOrOne(Type.Object({ value: Type.Unknown() })),
  save_progress: none,
});

/** What was saved last under the name, as JSON gives it back; null when nothing was. The reader checks its shape. */
export async function readProgress(db: Database, name: string): Promise<unknown> {
  return (await sql.read_progress(db, { name }))?.value ?? null;
}
export async function saveProgress(db: Database, name: string, value: unknown): Promise<void> {
  await sql.save_progress(db, { name, value: JSON.stringify(value) });
}
