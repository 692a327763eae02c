/** The intervals of the past, counted by the database from the stored events (sql/repeatable/queue_intervals.sql). */
import Type from 'typebox';
import type { ContactCounts, IntervalRow } from '../contract/live.ts';
import { AGENT_LIMITS, type AgentLimits } from '../domain/agent.ts';
import { CLOSING_LIMITS } from '../domain/contact.ts';
import { BIN_BORDERS_MS } from '../domain/histogram.ts';
import { INTERVAL_US } from '../domain/interval.ts';
import { metricsOf } from '../domain/metrics.ts';
import { COUNT_NAMES } from '../domain/tally.ts';
import { isoOf } from '../lib/clock.ts';
import type { Database } from './database.ts';
import { rfc3339Of } from './instants.ts';
import { loadSql, many } from './sql.ts';

const Row = Type.Object(
  {
    starts_s: Type.Number(),
    bins: Type.Array(Type.Integer()),
    handling_us: Type.Number(),
    available_us: Type.Number(),
    ...Object.fromEntries(COUNT_NAMES.map((name) => [name, Type.Number()])),
  },
  { additionalProperties: true },
);
const sql = loadSql(import.meta.url, { intervals: many(Row) });

export interface IntervalsQuery {
  /** Queue id, or `city`: each call once. */
  readonly queue: string;
  readonly from_us: number;
  readonly to_us: number;
  /** When contacts without an end are judged: still waiting, or closed by rule. */
  readonly as_of_us: number;
  /** How long a contact may stay without an event before the rule closes it, s; four hours when left out. */
  readonly limit_s?: number;
  /** How long agents' states hold; the rule's own limits when left out. */
  readonly agent_limits?: AgentLimits;
  /** T, s; null: each queue's own. */
  readonly threshold_s: number | null;
}

/** The 15-minute rows of contacts that entered in [from_us, to_us), oldest first, rows without any contact left out. */
export async function intervalsFromStore(db: Database, query: IntervalsQuery): Promise<IntervalRow[]> {
  const { said_us, seen_us } = query.agent_limits ?? AGENT_LIMITS;
  const rows = await sql.intervals(db, {
    queue: query.queue,
    from: rfc3339Of(query.from_us),
    to: rfc3339Of(query.to_us),
    as_of: rfc3339Of(query.as_of_us),
    limit_s: query.limit_s ?? CLOSING_LIMITS.waiting_us / 1_000_000,
    said_s: said_us / 1_000_000,
    seen_s: seen_us / 1_000_000,
    threshold_s: query.threshold_s,
    borders_ms: BIN_BORDERS_MS,
  });
  return rows.map((row) => {
    const from_us = Math.round(row.starts_s * 1_000_000);
    const fields = row as typeof row & ContactCounts;
    const counts = Object.fromEntries(
      COUNT_NAMES.map((name) => [name, fields[name]]),
    ) as unknown as ContactCounts;
    return {
      ...counts,
      queue: query.queue,
      from: isoOf(from_us),
      to: isoOf(from_us + INTERVAL_US),
      provisional: counts.waiting > 0,
      metrics: metricsOf(counts, row.bins, {
        handling_s: row.handling_us / 1_000_000,
        available_s: row.available_us / 1_000_000,
      }),
    };
  });
}
