/** The history of settings, written with each change and read in pages, newest first. */
import Type from 'typebox';
import type { AuditEntry, AuditNote, AuditSubject, By } from '../contract/audit.ts';
import type { Database } from './database.ts';
import { loadSql, many, none, type Queryable } from './sql.ts';
import { utc } from './utc.ts';

const Value = Type.Union([Type.Object({}), Type.Null()]);
const Row = Type.Object({
  number: Type.Integer(),
  at: Type.String(),
  actor: Type.Object({}),
  subject: Type.String(),
  id: Type.String(),
  action: Type.String(),
  before: Value,
  after: Value,
  why: Type.Union([Type.String(), Type.Null()]),
});
const sql = loadSql(import.meta.url, { write_entries: none, list_entries: many(Row) });

/** To be called inside the transaction of the change. */
export async function writeAudit(
  client: Queryable,
  { actor, why }: By,
  notes: readonly AuditNote[],
): Promise<void> {
  if (notes.length === 0) return;
  await sql.write_entries(client, { actor: JSON.stringify(actor), why, notes: JSON.stringify(notes) });
}

export interface AuditQuestion {
  readonly subjects: readonly AuditSubject[];
  /** Of one thing only; of a policy all its versions. */
  readonly id: string | null;
  /** The page begins after the entry of this number; null: with the newest. */
  readonly before: number | null;
  readonly rows_max: number;
}
export async function listAudit(db: Database, question: AuditQuestion): Promise<readonly AuditEntry[]> {
  const { id } = question;
  const rows = await sql.list_entries(db, {
    ...question,
    id_versions: id === null ? null : `${escaped(id)}@%`,
  });
  // What was written is of the contract's types: nothing else writes here.
  return rows.map((row) => ({ ...row, at: utc(row.at) })) as unknown as AuditEntry[];
}
const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`);
