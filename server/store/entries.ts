/** How many contacts entered each queue, by interval: what a forecast is made from. Read from the aggregates. */
import Type from 'typebox';
import { INTERVAL_US, intervalStart_us } from '../domain/interval.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many } from './sql.ts';

const Row = Type.Object({
  queue: Type.String(),
  intervals: Type.Array(Type.Integer()),
  counts: Type.Array(Type.Integer()),
});
const sql = loadSql(import.meta.url, { entries: many(Row) });

/** Intervals of one question: the embedded database answers one at a time, and others wait. */
const AT_ONCE = Math.round((7 * 86_400_000_000) / INTERVAL_US);

/** Counts by queue and interval, of the intervals `first` ≤ i < `end`; counters are `counter:<id>`. */
export async function entriesByQueue(
  db: Database,
  first: number,
  end: number,
): Promise<Map<string, Map<number, number>>> {
  const queues = new Map<string, Map<number, number>>();
  for (let from = first; from < end; from += AT_ONCE) {
    const rows = await sql.entries(db, {
      from: rfc3339Of(intervalStart_us(from)),
      to: rfc3339Of(intervalStart_us(Math.min(end, from + AT_ONCE))),
    });
    for (const { queue, intervals, counts } of rows) {
      const known = queues.get(queue) ?? new Map<number, number>();
      for (const [index, interval] of intervals.entries()) known.set(interval, counts[index] ?? 0);
      queues.set(queue, known);
    }
  }
  return queues;
}
