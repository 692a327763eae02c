/** Which events of a batch are stored already, asked before it is written: when events come again, that costs a fraction of writing them so. */
import Type from 'typebox';
import type { BinaryWriter } from './copy-format.ts';
import type { Database } from './database.ts';
import { identitiesOf } from './event-columns.ts';
import type { FamilyRows } from './event-groups.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many, plannedEachTime } from './sql.ts';

const places = plannedEachTime(many(Type.Object({ at: Type.Integer() })));
const sql = loadSql(import.meta.url, {
  missing_call: places,
  missing_agent: places,
  missing_counter: places,
  missing_web: places,
  missing_mail: places,
  missing_request: places,
});

/** All that is stored of a batch's span is read. */
const SPAN_US_MAX = 3_600_000_000;
/** Below it, writing costs no more than asking. */
const ROWS_MIN = 32;

/** The events that are not known to be stored; those that are left out are. */
export async function unknownOf(
  db: Database,
  writer: BinaryWriter,
  groups: readonly FamilyRows[],
): Promise<readonly FamilyRows[]> {
  const unknown: FamilyRows[] = [];
  for (const group of groups) {
    const { family, rows, at } = group;
    const from_us = rows.reduce((least, { time_us }) => Math.min(least, time_us), Number.POSITIVE_INFINITY);
    const to_us = rows.reduce((most, { time_us }) => Math.max(most, time_us), Number.NEGATIVE_INFINITY);
    if (rows.length < ROWS_MIN || to_us - from_us > SPAN_US_MAX) {
      unknown.push(group);
      continue;
    }
    const span = { from: rfc3339Of(from_us), to: rfc3339Of(to_us) };
    const left = await sql[`missing_${family}`](db, { ...identitiesOf(writer, rows), ...span });
    const kept = left.map((row) => row.at - 1).sort((a, b) => a - b);
    if (kept.length > 0)
      unknown.push({ family, rows: kept.map((place) => rows[place]!), at: kept.map((place) => at[place]!) });
  }
  return unknown;
}
