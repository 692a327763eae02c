/** `GET /api/v1/trends/requests`: the metrics of requests in one scope and period of local days. */
import type { Request, Router } from 'express';
import type { RequestMetrics, RequestMetricsAnswer } from '../contract/request-metrics.ts';
import type { BusinessDays } from '../domain/business-days.ts';
import { addDays, localDate, localDay } from '../domain/office-hours.ts';
import { foldRequest, type RequestEvent } from '../domain/request.ts';
import { type DeadlineRules, deadlinesOf, keptPromises } from '../domain/request-deadlines.ts';
import { isoOf } from '../lib/clock.ts';
import { badParameter, queryDate, refuseOthers } from '../lib/http-query.ts';
import { ownTurn } from '../lib/turns.ts';
import type { StoreScope, StoreSpan } from '../store/backlog.ts';
import type {
  MeasuredTimes,
  ReopeningCounts,
  RepeatCounts,
  StatusCount,
  TransmissionCount,
} from '../store/request-metrics.ts';
import { bordersAt } from './backlog.ts';
import type { BacklogSource } from './backlog-http.ts';
import { requestFigures } from './metrics.ts';
import { type ReaderOptions, readerRouter } from './reader.ts';
import { type Scope, scopeOf } from './scope.ts';
import type { Viewer } from './view.ts';

/** What is asked of the store. */
export interface MetricsSource extends Pick<BacklogSource, 'flow' | 'open' | 'since' | 'settled'> {
  transmissions(span: StoreSpan): Promise<readonly TransmissionCount[]>;
  reopenings(span: StoreSpan, now_us: number): Promise<ReopeningCounts>;
  repeats(span: StoreSpan, snapped: boolean): Promise<RepeatCounts>;
  times(
    span: StoreSpan,
    days: { readonly time_zone: string; readonly holidays: readonly string[] },
  ): Promise<MeasuredTimes>;
  statuses(scope: StoreScope, as_of_us: number): Promise<readonly StatusCount[]>;
  changedSince(
    scope: StoreScope,
    as_of_us: number,
  ): AsyncIterable<readonly { readonly id: string; readonly events: readonly RequestEvent[] }[]>;
}
export interface MetricsOptions extends ReaderOptions {
  readonly metrics: MetricsSource;
  readonly rules: () => DeadlineRules;
  /** The first settlement of a scope, µs; null: none. */
  readonly beginsAt: (scope: StoreScope) => Promise<number | null>;
  readonly days: BusinessDays;
  readonly time_zone: string;
  /** Who may know the places themselves; without it nobody. */
  readonly mayReadPlaces?: (req: Request) => boolean | Promise<boolean>;
}

/** Local days of a period that is not said, the present one included. */
const PERIOD_DAYS = 30;
const PERIOD_DAYS_MAX = 400;
const DAY_US = 86_400_000_000;
/** A settlement is given so long to be reopened. */
const REOPENED_US = 30 * DAY_US;
/** Older requests are measured without the holidays before. */
const HOLIDAYS_FROM_US = Date.UTC(2000, 0, 1) * 1000;

export function metricsRouter(options: MetricsOptions): Router {
  return readerRouter(options, {
    '/api/v1/trends/requests': (req) => metricsAnswer(req, options),
  });
}

async function metricsAnswer(req: Request, options: MetricsOptions): Promise<RequestMetricsAnswer> {
  refuseOthers(req, ['scope', 'from', 'to']);
  const now_us = options.clock.now_us();
  const scope = scopeOf(req);
  const to = queryDate(req, 'to') ?? localDate(now_us, options.time_zone);
  const from = queryDate(req, 'from') ?? addDays(to, 1 - PERIOD_DAYS);
  if (to < from) throw badParameter('to', 'must not be before from');
  if (addDays(from, PERIOD_DAYS_MAX) <= to)
    throw badParameter('from', `must be less than ${PERIOD_DAYS_MAX} days before to`);
  const sees_places = (await options.mayReadPlaces?.(req)) ?? false;
  const [begins_us, metrics] = await Promise.all([
    options.beginsAt(scope),
    metricsOf(options, scope, { from, to }, { now_us, sees_places }),
  ]);
  return { ...metrics, begins_at: begins_us === null ? null : isoOf(begins_us) };
}

/**
 * The metrics of a period of local dates, both included, as they are known now. Also a count of repeats by the true places would tell a
 * dwelling, to one who posts requests around it and looks at what changes.
 */
export async function metricsOf(
  options: Pick<MetricsOptions, 'metrics' | 'rules' | 'days' | 'time_zone'>,
  scope: Scope,
  { from, to }: { readonly from: string; readonly to: string },
  { now_us, sees_places }: Viewer,
): Promise<RequestMetrics> {
  const { metrics, days, time_zone } = options;
  const from_us = localDay(from, time_zone).from_us;
  const { to_us } = localDay(to, time_zone);
  const as_of_us = Math.min(to_us, now_us);
  const store = { borough: scope.borough, unit: scope.unit };
  const span = { scope: store, from_us, to_us };
  const grouped = { ...span, by: null };
  const holidays = days.holidaysBetween(HOLIDAYS_FROM_US, to_us);
  const question = { scope: store, by: null, ...bordersAt(as_of_us, time_zone) };
  const [flow, since, settled, transmissions, reopenings, repeats, times, statuses] = await Promise.all([
    metrics.flow(grouped),
    metrics.since({ ...question, as_of_us }),
    metrics.settled(grouped),
    metrics.transmissions(span),
    metrics.reopenings(span, now_us),
    metrics.repeats(span, !sees_places),
    metrics.times(span, { time_zone, holidays }),
    statusesAt(options, store, as_of_us),
  ]);
  const open = metrics.open(question);
  const standing = [...open, ...since];
  const counts = { flow, open, standing, settled, transmissions, reopenings, repeats, times, statuses };
  return {
    ...requestFigures(counts, scope),
    from,
    to,
    from_at: isoOf(from_us),
    to_at: isoOf(to_us),
    as_of: isoOf(as_of_us),
    places: sees_places ? 'exact' : 'snapped',
    provisional: to_us + REOPENED_US > now_us,
  };
}

/** Records tell of what has not changed since; what has, is folded up to then. */
async function statusesAt(
  { metrics, rules }: Pick<MetricsOptions, 'metrics' | 'rules'>,
  scope: StoreScope,
  as_of_us: number,
): Promise<StatusCount[]> {
  const counts = [...(await metrics.statuses(scope, as_of_us))];
  for await (const page of metrics.changedSince(scope, as_of_us)) {
    // A page takes milliseconds: sockets and events in between.
    await ownTurn();
    for (const { id, events } of page) {
      const known = events.filter(({ time_us }) => time_us < as_of_us);
      const kept = keptPromises(deadlinesOf(foldRequest(id, known), rules()), as_of_us);
      if (!kept.status_promised) continue;
      counts.push({ current: (kept.status_stale_us ?? Number.POSITIVE_INFINITY) > as_of_us, n: 1 });
    }
  }
  return counts;
}
