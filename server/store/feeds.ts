/**
 * What the notes of the batches say of each source of events: the state at start takes it from here, so that a restart changes
 * nothing of what is shown. sql/repeatable/feeds.sql sums them up.
 */
import Type from 'typebox';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many, one } from './sql.ts';

const NumberOrNull = Type.Union([Type.Integer(), Type.Null()]);
const Rejected = Type.Object({
  batch: Type.Integer(),
  received_us: Type.Integer(),
  rejected: Type.Record(Type.String(), Type.Integer()),
});
const sql = loadSql(import.meta.url, {
  fold_feeds: one(Type.Object({ done: Type.String() })),
  feed_standings: many(
    Type.Object({
      source: Type.String(),
      families: Type.Array(Type.String()),
      last_event_us: Type.Integer(),
      received_us: Type.Integer(),
      lag_us: Type.Integer(),
      present_us: NumberOrNull,
      present_lag_us: NumberOrNull,
      rejected_us: NumberOrNull,
    }),
  ),
  rejected_since: many(Rejected),
});

/** When events were received, and how long before the newest of them had happened, µs. */
interface Told {
  readonly received_us: number;
  readonly lag_us: number;
}
export interface FeedStanding {
  readonly source: string;
  readonly families: readonly string[];
  readonly last_event_us: number;
  readonly last: Told;
  /** The last that told the present. */
  readonly present: Told | null;
  readonly rejected_us: number | null;
}
/** Rejected events of a committed batch by source. */
export type RejectedNote = Type.Static<typeof Rejected>;

/** Of every source of which an event was ever accepted. */
export async function feedStandings(db: Database): Promise<FeedStanding[]> {
  await sql.fold_feeds(db);
  const rows = await sql.feed_standings(db);
  return rows.map(({ received_us, lag_us, present_us, present_lag_us, ...row }) => ({
    ...row,
    last: { received_us, lag_us },
    present: present_us === null ? null : { received_us: present_us, lag_us: present_lag_us ?? 0 },
  }));
}

/** What was refused since an instant, by batch. */
export function rejectedNotes(db: Database, since_us: number): Promise<RejectedNote[]> {
  return sql.rejected_since(db, { since: rfc3339Of(since_us) });
}
