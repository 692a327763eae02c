/** What the metrics of requests are made from, counted by the database for one scope and period. */
import Type from 'typebox';
import type { RequestEvent } from '../domain/request.ts';
import { type StoreScope, type StoreSpan, spanParameters } from './backlog.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { decodeHistory } from './request-history.ts';
import { loadSql, many, one, plannedEachTime, zeroOrOne } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Times = Type.Object({
  n: Type.Integer(),
  clock_p50_s: orNull(Type.Number()),
  clock_p90_s: orNull(Type.Number()),
  business_p50_s: orNull(Type.Number()),
  business_p90_s: orNull(Type.Number()),
});
const Transmission = Type.Object({ kept: orNull(Type.Boolean()), n: Type.Integer() });
const Reopenings = Type.Object({
  settled: Type.Integer(),
  reopened: Type.Integer(),
  undecided: Type.Integer(),
});
const Repeats = Type.Object({ placed: Type.Integer(), repeats: Type.Integer() });
const Status = Type.Object({ current: Type.Boolean(), n: Type.Integer() });
const History = Type.Object({
  id: Type.String(),
  history: Type.String(),
});
const sql = loadSql(import.meta.url, {
  begins: plannedEachTime(zeroOrOne(Type.Object({ begins_us: Type.Integer() }))),
  transmissions: plannedEachTime(many(Transmission)),
  reopenings: plannedEachTime(one(Reopenings)),
  repeats: plannedEachTime(one(Repeats)),
  times: plannedEachTime(one(Times)),
  statuses: plannedEachTime(many(Status)),
  changed_since: plannedEachTime(many(Type.Object({ number: Type.Integer() }))),
  histories: many(History),
});

/** Of the requests created in the span; `kept` null: nothing was promised, or it is not decided. */
export type TransmissionCount = Type.Static<typeof Transmission>;
/** `undecided`: settled less than 30 days ago and not reopened. */
export type ReopeningCounts = Type.Static<typeof Reopenings>;
export type RepeatCounts = Type.Static<typeof Repeats>;
/** Nearest rank, exact. */
export type MeasuredTimes = Type.Static<typeof Times>;
/** Open with a promised status at an instant. */
export type StatusCount = Type.Static<typeof Status>;

/** The first settlement that is known; null: none. */
export async function beginsAt(db: Database, { borough, unit }: StoreScope): Promise<number | null> {
  return (await sql.begins(db, { borough, unit }))?.begins_us ?? null;
}
export function transmissionsIn(db: Database, span: StoreSpan): Promise<TransmissionCount[]> {
  return sql.transmissions(db, spanParameters(span));
}
export function reopeningsIn(db: Database, span: StoreSpan, now_us: number): Promise<ReopeningCounts> {
  return sql.reopenings(db, { ...spanParameters(span), now: rfc3339Of(now_us) });
}
/** @param snapped by the snapped places, not by those themselves */
export function repeatsIn(db: Database, span: StoreSpan, snapped: boolean): Promise<RepeatCounts> {
  return sql.repeats(db, { ...spanParameters(span), snapped });
}
/** @param holidays local dates */
export function timesIn(
  db: Database,
  span: StoreSpan,
  days: { readonly time_zone: string; readonly holidays: readonly string[] },
): Promise<MeasuredTimes> {
  return sql.times(db, { ...spanParameters(span), ...days });
}

/** Of the requests that have not changed since. */
export function statusesAt(db: Database, scope: StoreScope, as_of_us: number): Promise<StatusCount[]> {
  return sql.statuses(db, { ...scope, as_of: rfc3339Of(as_of_us) });
}

const PAGE_ROWS = 500;
/** Requests that were open at an instant, may have had a promised status then, and have changed since; a page at a time. */
export async function* changedSince(
  db: Database,
  scope: StoreScope,
  as_of_us: number,
): AsyncGenerator<{ readonly id: string; readonly events: readonly RequestEvent[] }[]> {
  const numbers = await sql.changed_since(db, { ...scope, as_of: rfc3339Of(as_of_us) });
  for (let at = 0; at < numbers.length; at += PAGE_ROWS) {
    const page = numbers.slice(at, at + PAGE_ROWS).map(({ number }) => number);
    const rows = await sql.histories(db, { numbers: page });
    yield rows.map(({ id, history }) => ({ id, events: decodeHistory(history) }));
  }
}
