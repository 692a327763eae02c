/** What monthly reports are made from, counted by the database, and what was kept of it. */
import Type from 'typebox';
import { FAMILIES, type Family } from '../contract/event-types.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many, none, one, plannedEachTime } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const TextOrNull = orNull(Type.String());
const Created = Type.Object({
  nature: TextOrNull,
  channel: TextOrNull,
  service: TextOrNull,
  n: Type.Integer(),
});
const TimesRow = Type.Object({
  key: TextOrNull,
  n: Type.Integer(),
  p50_s: orNull(Type.Number()),
  p90_s: orNull(Type.Number()),
});
const Complaints = Type.Object({
  received: Type.Integer(),
  settled: Type.Integer(),
  on_time: Type.Integer(),
  late: Type.Integer(),
});
const FlowDay = Type.Object({
  day: Type.Integer(),
  received: Type.Integer(),
  ended: Type.Integer(),
  moved: Type.Integer(),
});
const ChannelEvents = Type.Object({
  family: Type.String(),
  type: Type.String(),
  n: Type.Integer(),
  without_results: Type.Integer(),
});
const FamilyDay = Type.Object({ family: Type.Enum([...FAMILIES]), day: Type.Integer(), n: Type.Integer() });
const Refused = Type.Object({ code: Type.String(), n: Type.Integer() });
const Beginning = Type.Object({ family: Type.Enum([...FAMILIES]), from_us: Type.Integer() });
const Kept = Type.Object({
  key: Type.String(),
  facts: Type.Unknown(),
  made_us: Type.Integer(),
  checked_us: Type.Integer(),
});
const sql = loadSql(import.meta.url, {
  created: plannedEachTime(many(Created)),
  settlement_times_by: plannedEachTime(many(TimesRow)),
  complaints: plannedEachTime(one(Complaints)),
  flow_days: plannedEachTime(many(FlowDay)),
  channel_events: plannedEachTime(many(ChannelEvents)),
  days_of: plannedEachTime(many(FamilyDay)),
  refused: plannedEachTime(many(Refused)),
  beginnings: many(Beginning),
  earliest_since: plannedEachTime(many(Beginning)),
  read_facts: many(Kept),
  save_facts: none,
  checked_facts: none,
});

/** The city (null) or a borough, over `[from_us, to_us)`. */
export interface ReportSpan {
  readonly borough: string | null;
  readonly from_us: number;
  readonly to_us: number;
}
export type CreatedCount = Type.Static<typeof Created>;
export type TimesBy = Type.Static<typeof TimesRow>;
export type ComplaintCounts = Type.Static<typeof Complaints>;
/** `day` counts from the first of the days asked for. */
export type FlowDayCount = Type.Static<typeof FlowDay>;
export type ChannelEventCount = Type.Static<typeof ChannelEvents>;
export type FamilyDayCount = Type.Static<typeof FamilyDay>;
export type RefusedCount = Type.Static<typeof Refused>;

const spanOf = ({ from_us, to_us }: Pick<ReportSpan, 'from_us' | 'to_us'>) => ({
  from: rfc3339Of(from_us),
  to: rfc3339Of(to_us),
});
const scopedSpanOf = (span: ReportSpan) => ({ ...spanOf(span), borough: span.borough });

export const createdIn = (db: Database, span: ReportSpan): Promise<CreatedCount[]> =>
  sql.created(db, scopedSpanOf(span));
export const settlementTimesBy = (
  db: Database,
  span: ReportSpan,
  by: 'service' | 'borough',
): Promise<TimesBy[]> => sql.settlement_times_by(db, { ...scopedSpanOf(span), by });
export const complaintsIn = (db: Database, span: ReportSpan): Promise<ComplaintCounts> =>
  sql.complaints(db, scopedSpanOf(span));
/** @param days_us first instants of the local days of the span, ascending */
export const flowDays = (
  db: Database,
  span: ReportSpan,
  days_us: readonly number[],
): Promise<FlowDayCount[]> => sql.flow_days(db, { ...scopedSpanOf(span), days: days_us.map(rfc3339Of) });
export const channelEventsIn = (db: Database, span: ReportSpan): Promise<ChannelEventCount[]> =>
  sql.channel_events(db, scopedSpanOf(span));
export const familyDays = (
  db: Database,
  span: Pick<ReportSpan, 'from_us' | 'to_us'>,
  days_us: readonly number[],
): Promise<FamilyDayCount[]> => sql.days_of(db, { ...spanOf(span), days: days_us.map(rfc3339Of) });
export const refusedIn = (
  db: Database,
  span: Pick<ReportSpan, 'from_us' | 'to_us'>,
): Promise<RefusedCount[]> => sql.refused(db, spanOf(span));

/** First instant, µs, that is known of each family that has any. */
export async function beginnings(db: Database): Promise<Partial<Record<Family, number>>> {
  const rows = await sql.beginnings(db);
  return Object.fromEntries(rows.map(({ family, from_us }) => [family, from_us]));
}
/** The earliest instant, µs, that the batches received since tell of, by family. */
export async function earliestSince(
  db: Database,
  since_us: number,
): Promise<Partial<Record<Family, number>>> {
  const rows = await sql.earliest_since(db, { since: rfc3339Of(since_us), families: [...FAMILIES] });
  return Object.fromEntries(rows.map(({ family, from_us }) => [family, from_us]));
}

export interface KeptFacts {
  readonly key: string;
  readonly facts: unknown;
  readonly made_us: number;
  /** Until when nothing came that lies in them. */
  readonly checked_us: number;
}
export const readFacts = (db: Database, keys: readonly string[]): Promise<KeptFacts[]> =>
  sql.read_facts(db, { keys });
export async function saveFacts(db: Database, key: string, facts: unknown, made_us: number): Promise<void> {
  await sql.save_facts(db, { key, facts: JSON.stringify(facts), made_at: rfc3339Of(made_us) });
}
export async function factsChecked(db: Database, keys: readonly string[], at_us: number): Promise<void> {
  await sql.checked_facts(db, { keys, checked_at: rfc3339Of(at_us) });
}
