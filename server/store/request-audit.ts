/** What `vigie doctor` asks the store: do the steps of the backlog add up, and are the records what their events say. */
import Type from 'typebox';
import type { Database } from './database.ts';
import { decodeHistory, type StoredRequestEvent } from './request-history.ts';
import { REQUEST_COLUMNS, type RequestListRow } from './request-query.ts';
import { loadSql, many, one } from './sql.ts';

const TextOrNull = Type.Union([Type.String(), Type.Null()]);
const Record = Type.Object({ ...REQUEST_COLUMNS, history: Type.String() });
const Group = Type.Object({
  borough: TextOrNull,
  unit: TextOrNull,
  moves: Type.Integer(),
  open: Type.Integer(),
});
const sql = loadSql(import.meta.url, {
  backlog_groups: many(Group),
  records_size: one(Type.Object({ n: Type.Integer(), last: Type.Integer() })),
  records_after: many(Record),
  records_at: many(Record),
});

/** The sum of the steps and the open records of a borough and unit: the same number. */
export type BacklogCheck = Type.Static<typeof Group>;

/** A record with the events it carries. */
export interface AuditedRecord {
  readonly row: RequestListRow;
  readonly events: readonly StoredRequestEvent[];
}

export function backlogChecks(db: Database): Promise<BacklogCheck[]> {
  return sql.backlog_groups(db);
}
/** How many records there are, and the number of the last. */
export function recordsSize(db: Database): Promise<{ readonly n: number; readonly last: number }> {
  return sql.records_size(db);
}

const auditedOf = ({ history, ...row }: Type.Static<typeof Record>): AuditedRecord => ({
  row,
  events: decodeHistory(history),
});

const PAGE_ROWS = 500;
/** Every record by number, a page at a time. */
export async function* allRecords(db: Database): AsyncGenerator<AuditedRecord[]> {
  for (let after = 0; ; ) {
    const rows = await sql.records_after(db, { after, rows_max: PAGE_ROWS });
    if (rows.length > 0) yield rows.map(auditedOf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = last.number;
  }
}
/** Of each of some numbers the record that has it, or the next one. */
export async function recordsAt(db: Database, numbers: readonly number[]): Promise<AuditedRecord[]> {
  return (await sql.records_at(db, { numbers })).map(auditedOf);
}
