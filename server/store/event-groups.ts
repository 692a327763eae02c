/** A batch by family, and what a statement says of the rows it put in. */
import Type from 'typebox';
import { type EventRecord, FAMILIES, type Family, familyOf } from '../contract/event-types.ts';
import type { Outcome } from './events.types.ts';

/** What the block `insert_<family>` answers. */
export const Inserted = Type.Object({
  n: Type.Integer(),
  fresh: Type.Union([Type.Array(Type.String()), Type.Null()]),
});
export type Inserted = Type.Static<typeof Inserted>;

/** The events of one family in a batch and their places in it. */
export interface FamilyRows {
  readonly family: Family;
  readonly rows: EventRecord[];
  readonly at: number[];
}

/**
 * In the order of FAMILIES, whatever the order of arrival: a chunk that has to be made is locked until the commit, and two
 * transactions that make chunks of two tables in different orders would wait for each other.
 */
export function groupsOf(
  events: readonly EventRecord[],
  keep?: (event: EventRecord) => boolean,
): FamilyRows[] {
  const groups = new Map<Family, FamilyRows>();
  for (const [index, event] of events.entries()) {
    if (keep && !keep(event)) continue;
    const family = familyOf(event.type);
    let group = groups.get(family);
    if (group === undefined) {
      group = { family, rows: [], at: [] };
      groups.set(family, group);
    }
    group.rows.push(event);
    group.at.push(index);
  }
  return FAMILIES.flatMap((family) => groups.get(family) ?? []);
}

/** Of events with one identity the first went in. */
export function markFresh({ rows, at }: FamilyRows, { n, fresh: keys }: Inserted, fresh: Outcome[]): void {
  if (n === rows.length) {
    for (const index of at) fresh[index] = true;
    return;
  }
  const inserted = new Set(keys?.map((key) => key.replaceAll('-', '')));
  for (const [i, event] of rows.entries())
    fresh[at[i] as number] = inserted.delete(`${event.event_id} ${event.time_us}`);
}
