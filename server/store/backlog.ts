/** The backlog and its breaches, counted by the database from the steps and the records that the projection keeps. */
import Type from 'typebox';
import type { BacklogGroup } from '../contract/backlog.ts';
import type { DeadlineKind } from '../contract/catalogue.ts';
import { BACKLOG_CAUSES } from '../contract/requests.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { TOLD_COLUMNS } from './request-reader.ts';
import { loadSql, many, one, plannedEachTime } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const TextOrNull = orNull(Type.String());
const FlowRow = Type.Object({
  key: TextOrNull,
  cause: Type.Enum([...BACKLOG_CAUSES]),
  across: Type.Boolean(),
  inside: Type.Integer(),
  after: Type.Integer(),
});
const StandingRow = Type.Object({
  key: TextOrNull,
  age: orNull(Type.Integer()),
  due: orNull(Type.Integer()),
  n: Type.Integer(),
});
const SettledRow = Type.Object({
  key: TextOrNull,
  resolution: TextOrNull,
  on_time: orNull(Type.Boolean()),
  n: Type.Integer(),
});
const Times = Type.Object({
  n: Type.Integer(),
  p50_s: orNull(Type.Number()),
  p90_s: orNull(Type.Number()),
});
const TellingRow = Type.Object({ ...TOLD_COLUMNS, withdrawn_us: orNull(Type.Integer()) });
const sql = loadSql(import.meta.url, {
  flow: plannedEachTime(many(FlowRow)),
  moved_since: plannedEachTime(many(StandingRow)),
  settled: plannedEachTime(many(SettledRow)),
  settlement_times: plannedEachTime(one(Times)),
  breaches: plannedEachTime(many(TellingRow)),
});

/** The city (neither), a borough or a unit. */
export interface StoreScope {
  readonly borough: string | null;
  readonly unit: string | null;
}
export interface StoreSpan {
  readonly scope: StoreScope;
  readonly from_us: number;
  /** Exclusive. */
  readonly to_us: number;
}
export interface BacklogSpan extends StoreSpan {
  /** By what the rows are grouped; null: all together, under a null key. */
  readonly by: BacklogGroup | null;
}

/** Steps inside the span and after it, by cause. */
export type FlowCount = Type.Static<typeof FlowRow>;
/** `age` and `due`: how many of the borders lie at or before the moment; null where there is none. */
export type StandingCount = Type.Static<typeof StandingRow>;
/** `on_time` null: nothing was promised. */
export type SettledCount = Type.Static<typeof SettledRow>;
export type SettlementTimes = Type.Static<typeof Times>;
export type TellingRow = Type.Static<typeof TellingRow>;

export const spanParameters = ({ scope, from_us, to_us }: StoreSpan) => ({
  borough: scope.borough,
  unit: scope.unit,
  from: rfc3339Of(from_us),
  to: rfc3339Of(to_us),
});

export function backlogFlow(db: Database, span: BacklogSpan): Promise<FlowCount[]> {
  return sql.flow(db, { ...spanParameters(span), by: span.by });
}

/** What has moved since an instant, taken back: with what is open now it is what was open then. @param borders µs, ascending */
export function backlogSince(
  db: Database,
  question: {
    readonly scope: StoreScope;
    readonly by: BacklogGroup | null;
    readonly as_of_us: number;
    readonly age_borders_us: readonly number[];
    readonly due_borders_us: readonly number[];
  },
): Promise<StandingCount[]> {
  const { scope, by, as_of_us, age_borders_us, due_borders_us } = question;
  return sql.moved_since(db, {
    ...scope,
    by,
    as_of: rfc3339Of(as_of_us),
    age_borders: age_borders_us.map(rfc3339Of),
    due_borders: due_borders_us.map(rfc3339Of),
  });
}

/** What was settled in the span and has not been reopened since. */
export function settledIn(db: Database, span: BacklogSpan): Promise<SettledCount[]> {
  return sql.settled(db, { ...spanParameters(span), by: span.by });
}
/** From creation to settlement, clock time (nearest rank, exact). */
export function settlementTimes(db: Database, span: StoreSpan): Promise<SettlementTimes> {
  return sql.settlement_times(db, spanParameters(span));
}

/** Where a row of `deadline_event` stands in their order. */
export type TellingPlace = Pick<TellingRow, 'at_us' | 'number' | 'kind' | 'what' | 'turn'>;

/** Breaches, warnings and withdrawals since an instant, the newest first, behind one of them. */
export function tellingsSince(
  db: Database,
  question: {
    readonly scope: StoreScope;
    readonly since_us: number;
    readonly kind: DeadlineKind | null;
    readonly whats: readonly TellingRow['what'][] | null;
    readonly before: TellingPlace | null;
    readonly rows_max: number;
  },
): Promise<TellingRow[]> {
  const { scope, since_us, kind, whats, before, rows_max } = question;
  return sql.breaches(db, {
    ...scope,
    since: rfc3339Of(since_us),
    kind,
    whats,
    before: before ? rfc3339Of(before.at_us) : 'infinity',
    before_request: before?.number ?? 0,
    before_kind: before?.kind ?? '',
    before_what: before?.what ?? '',
    before_turn: before?.turn ?? 0,
    rows_max,
  });
}
