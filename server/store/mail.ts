/**
 * Mail in the store: what of it is open, all that is known of some items, and its 15-minute rows, counted by the database
 * (sql/repeatable/mail_record.sql).
 */
import Type from 'typebox';
import type { MailIntervalRow } from '../contract/channels.ts';
import type { EventRecord } from '../contract/event-types.ts';
import { INTERVAL_US } from '../domain/interval.ts';
import { type MailRule, mailLimit_us, mailSpan, mailThreshold_us } from '../domain/mail.ts';
import { isoOf } from '../lib/clock.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many } from './sql.ts';

const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Event = Type.Object({
  time_us: Type.Integer(),
  event_id: Type.String(),
  source: Type.String(),
  subject: Type.String(),
  sequence: orNull(Type.String()),
  type: Type.Enum(['mail.received', 'mail.answered']),
});
const Row = Type.Object(
  {
    starts_s: Type.Number(),
    received: Type.Integer(),
    answered: Type.Integer(),
    open: Type.Integer(),
    closed_by_rule: Type.Integer(),
    answered_within: Type.Integer(),
    overdue: Type.Integer(),
    wait_sum_us: Type.Number(),
    p50_us: orNull(Type.Number()),
    p90_us: orNull(Type.Number()),
    p99_us: orNull(Type.Number()),
  },
  { additionalProperties: true },
);
const sql = loadSql(import.meta.url, {
  open_mail: many(Event),
  mail_of: many(Event),
  mail_intervals: many(Row),
});

const recordsOf = (rows: readonly Type.Static<typeof Event>[]): EventRecord[] =>
  rows.map((row) => ({ ...row, data: {}, extra: null }));

/** Receipts and answers in [from_us, to_us) of the items that were not answered then. */
export async function openMail(db: Database, from_us: number, to_us: number): Promise<EventRecord[]> {
  return recordsOf(await sql.open_mail(db, { from: rfc3339Of(from_us), to: rfc3339Of(to_us) }));
}

/** All receipts and answers of these items from an instant on. */
export async function mailOf(
  db: Database,
  subjects: readonly string[],
  from_us: number,
): Promise<EventRecord[]> {
  return recordsOf(await sql.mail_of(db, { subjects, from: rfc3339Of(from_us) }));
}

export interface MailQuery {
  readonly from_us: number;
  readonly to_us: number;
  /** When items without an answer are judged. */
  readonly as_of_us: number;
  readonly rule: MailRule;
  readonly time_zone: string;
}

/** The rows of the items received in [from_us, to_us), oldest first, those without any left out. */
export async function mailFromStore(db: Database, query: MailQuery): Promise<MailIntervalRow[]> {
  const { from_us, to_us, as_of_us, rule } = query;
  const limit_us = mailLimit_us(rule.config);
  const rows = await sql.mail_intervals(db, {
    from: rfc3339Of(from_us),
    to: rfc3339Of(to_us),
    as_of: rfc3339Of(as_of_us),
    limit_s: limit_us / 1_000_000,
    threshold_us: mailThreshold_us(rule.config),
    time_zone: query.time_zone,
    holidays: rule.days.holidaysBetween(from_us, Math.max(as_of_us, to_us + limit_us)),
  });
  return rows.map(({ starts_s, wait_sum_us, p50_us, p90_us, p99_us, ...row }) => {
    const { received, answered, open, closed_by_rule, answered_within, overdue } = row;
    const { counts, metrics } = mailSpan({
      counts: { received, answered, open, closed_by_rule, answered_within, overdue },
      wait_sum_us,
      quantiles: { p50: p50_us, p90: p90_us, p99: p99_us },
    });
    const starts_us = Math.round(starts_s * 1_000_000);
    return {
      ...counts,
      from: isoOf(starts_us),
      to: isoOf(starts_us + INTERVAL_US),
      provisional: open > 0,
      metrics,
    };
  });
}
