/** Events that were refused, with the reasons: for `vigie doctor` and the data-health screen. The store writes them. */
import Type from 'typebox';
import type { Database } from './database.ts';
import type { RejectedEvent } from './events.types.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many } from './sql.ts';

const Text = Type.Union([Type.String(), Type.Null()]);
const Rejected = Type.Object({
  received_us: Type.Integer(),
  source: Text,
  id: Text,
  type: Text,
  code: Type.String(),
  message: Type.String(),
  payload: Type.String(),
});
const Count = Type.Object({ source: Text, code: Type.String(), n: Type.Integer(), last_us: Type.Integer() });
const sql = loadSql(import.meta.url, { recent_rejected: many(Rejected), count_rejected: many(Count) });

/** How often a source's events were refused for one reason, and when last (µs since 1970). */
export type RejectedCount = Type.Static<typeof Count>;

/** Those since an instant, newest first, at most `rows_max`. */
export function recentRejected(db: Database, since_us: number, rows_max: number): Promise<RejectedEvent[]> {
  return sql.recent_rejected(db, { since: rfc3339Of(since_us), rows_max });
}
/** Counts since an instant by source and reason, the most first. */
export function countRejected(db: Database, since_us: number): Promise<RejectedCount[]> {
  return sql.count_rejected(db, { since: rfc3339Of(since_us) });
}
