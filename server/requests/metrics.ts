/** The metrics of requests in one scope and period, put together from what the database counted. Pure: counts in, figures out. */
import { type DefinitionId, definitionRef } from '../contract/definitions.ts';
import type { Figure } from '../contract/live.ts';
import { type RateFigure, type RequestMetrics, SMALL_NUMBER } from '../contract/request-metrics.ts';
import { BUSINESS_DAY_US } from '../domain/business-days.ts';
import { wilson } from '../domain/rates.ts';
import type {
  MeasuredTimes,
  ReopeningCounts,
  RepeatCounts,
  StatusCount,
  TransmissionCount,
} from '../store/request-metrics.ts';
import { type BacklogCounts, backlogFigures } from './backlog.ts';
import type { Scope } from './scope.ts';

export interface MetricCounts extends Omit<BacklogCounts, 'times'> {
  readonly transmissions: readonly TransmissionCount[];
  readonly statuses: readonly StatusCount[];
  readonly reopenings: ReopeningCounts;
  readonly repeats: RepeatCounts;
  readonly times: MeasuredTimes;
}

export function rate(
  id: DefinitionId,
  part: number,
  whole: number,
  counts: Readonly<Record<string, number>>,
): RateFigure {
  return {
    value: whole > 0 ? part / whole : null,
    definition: definitionRef(id),
    counts,
    of: whole,
    interval: wilson(part, whole),
    small: whole < SMALL_NUMBER,
  };
}

const sumOf = <T extends { readonly n: number }>(rows: readonly T[], fits: (row: T) => boolean): number =>
  rows.reduce((sum, row) => (fits(row) ? sum + row.n : sum), 0);

const BUSINESS_DAY_S = BUSINESS_DAY_US / 1_000_000;

/** Everything of the answer but its dates. */
export function requestFigures(
  counts: MetricCounts,
  scope: Scope,
): Omit<RequestMetrics, 'from' | 'to' | 'from_at' | 'to_at' | 'as_of' | 'places' | 'provisional'> {
  const { times, reopenings, repeats, transmissions, statuses } = counts;
  const backlog = backlogFigures(
    { ...counts, times: { n: times.n, p50_s: times.clock_p50_s, p90_s: times.clock_p90_s } },
    scope,
    null,
  );
  const { scope: name, flow, by_resolution, settlement_p50, settlement_p90 } = backlog;
  const business = (percent: 50 | 90, seconds: number | null): Figure => ({
    value: seconds === null ? null : seconds / BUSINESS_DAY_S,
    definition: definitionRef(`settlement_business_p${percent}`),
    counts: { settled: times.n },
  });
  const settled = backlog.on_time.counts;
  const { settled_on_time = 0, settled_late = 0, open_overdue = 0 } = settled;
  const kept = sumOf(transmissions, (row) => row.kept === true);
  const broken = sumOf(transmissions, (row) => row.kept === false);
  const current = sumOf(statuses, (row) => row.current);
  const stale = sumOf(statuses, (row) => !row.current);
  return {
    scope: name,
    flow,
    by_resolution,
    on_time: rate('on_time', settled_on_time, settled_on_time + settled_late + open_overdue, settled),
    on_time_settled: rate(
      'on_time_settled',
      settled_on_time,
      settled_on_time + settled_late,
      backlog.on_time_settled.counts,
    ),
    transmission_on_time: rate('transmission_on_time', kept, kept + broken, {
      transmitted_on_time: kept,
      limit_passed: broken,
      without_limit: sumOf(transmissions, (row) => row.kept === null),
    }),
    status_current: rate('status_current', current, current + stale, { current, stale }),
    reopened: rate('reopened', reopenings.reopened, reopenings.settled, reopenings),
    repeat: rate('repeat', repeats.repeats, repeats.placed, repeats),
    settlement_p50,
    settlement_p90,
    settlement_business_p50: business(50, times.business_p50_s),
    settlement_business_p90: business(90, times.business_p90_s),
  };
}
