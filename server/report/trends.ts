/** Metrics over days or months, from the same facts as the reports: so a trend and a report never differ. */
import { DEFINITIONS, type DefinitionId, definitionRef } from '../contract/definitions.ts';
import type { MetricId } from '../contract/live.ts';
import type { BilingualName, QueueConfig } from '../contract/reference.ts';
import type { ReportCell, ReportUnit } from '../contract/report.ts';
import {
  CALL_TRENDS,
  REQUEST_MONTH_TRENDS,
  REQUEST_STEP_TRENDS,
  type TrendAnswer,
  type TrendInterval,
  type TrendMetric,
  type TrendPoint,
} from '../contract/trends.ts';
import { addDays, localDay } from '../domain/office-hours.ts';
import { isoOf } from '../lib/clock.ts';
import { addSums, type ContactSums } from './call-facts.ts';
import { count, measure, rate } from './cells.ts';
import { metricCell, metrics } from './contacts.ts';
import type { FactsAnswer, ReportFacts, RequestFacts, StepFacts } from './facts.ts';
import { addMonths, daysOf, type Month, monthsIn, spanOf } from './months.ts';
import { TEXT } from './text.ts';

export interface TrendQuestion {
  readonly metric: TrendMetric;
  /** `city` or a borough's code. */
  readonly scope: string;
  readonly interval: TrendInterval;
  /** Local dates or months, as the interval says; both in it. */
  readonly from: string;
  readonly to: string;
}
export interface TrendOptions {
  readonly facts: ReportFacts;
  readonly queues: readonly QueueConfig[];
  readonly time_zone: string;
}

type CallTrend = (typeof CALL_TRENDS)[number];
type StepTrend = (typeof REQUEST_STEP_TRENDS)[number];
type MonthTrend = (typeof REQUEST_MONTH_TRENDS)[number];
const isOneOf = <T extends string>(values: readonly T[], metric: string): metric is T =>
  values.some((value) => value === metric);
export const isCallTrend = (metric: TrendMetric): metric is CallTrend => isOneOf(CALL_TRENDS, metric);
const isStepTrend = (metric: TrendMetric): metric is StepTrend => isOneOf(REQUEST_STEP_TRENDS, metric);
export const isMonthTrend = (metric: TrendMetric): metric is MonthTrend =>
  isOneOf(REQUEST_MONTH_TRENDS, metric);

const COUNTS: Readonly<Partial<Record<TrendMetric, BilingualName>>> = {
  calls: TEXT.contacts.calls,
  abandoned: TEXT.counts.abandoned,
  received: TEXT.requests.steps.received,
  ended: TEXT.requests.ended,
  complaints: TEXT.complaints.rows.received,
};

/** Days that a year before have the same weekday. */
const YEAR_DAYS = 364;

export async function trend(
  options: TrendOptions,
  question: TrendQuestion,
  now_us: number,
): Promise<TrendAnswer> {
  const { metric, scope, interval, from, to } = question;
  const before =
    interval === 'month'
      ? { from: addMonths(from, -12), to: addMonths(to, -12) }
      : { from: addDays(from, -YEAR_DAYS), to: addDays(to, -YEAR_DAYS) };
  const begins = await options.facts.beginnings();
  const begins_us = begins[isCallTrend(metric) ? 'call' : 'request'] ?? Number.POSITIVE_INFINITY;
  const series = (span: { readonly from: string; readonly to: string }) =>
    points(options, { ...question, ...span }, { now_us, begins_us });
  const now = await series({ from, to });
  const then = await series(before);
  const named = COUNTS[metric];
  const definition = named ? null : DEFINITIONS[metric as DefinitionId];
  return {
    metric,
    name: named ?? definition!.name,
    unit: unitOf(metric),
    definition: definition && definitionRef(definition.id),
    scope,
    interval,
    from,
    to,
    items: now.items,
    last_year: then.items,
    target: targetOf(metric, scope, options.queues),
    next: null,
    as_of: isoOf(Math.min(now_us, now.as_of_us)),
  };
}

const unitOf = (metric: TrendMetric): ReportUnit =>
  COUNTS[metric] ? 'count' : DEFINITIONS[metric as DefinitionId].unit;

function targetOf(metric: TrendMetric, scope: string, queues: readonly QueueConfig[]): number | null {
  const queue =
    queues.find(({ kind, borough }) => kind === 'phone' && borough === scope) ??
    queues.find(({ kind }) => kind === 'phone');
  if (metric === 'service_level') return queue?.target ?? null;
  return metric === 'abandonment' ? (queue?.abandonment_target ?? null) : null;
}

interface When {
  readonly now_us: number;
  /** The first that is known. */
  readonly begins_us: number;
}
interface Series {
  readonly items: TrendPoint[];
  readonly as_of_us: number;
}
const monthOf = (at: string): Month => at.slice(0, 7);

async function points(options: TrendOptions, question: TrendQuestion, when: When): Promise<Series> {
  const { metric, scope, interval, from, to } = question;
  const { facts, time_zone } = options;
  // What lies wholly outside of what is known is not counted for.
  const months = Array.from(monthsIn({ from: monthOf(from), to: monthOf(to) })).filter((month) => {
    const { from_us, to_us } = spanOf({ from: month, to: month }, time_zone);
    return to_us > when.begins_us && from_us <= when.now_us;
  });
  const borough = scope === 'city' ? null : scope;
  const spans = months.map((month) => ({ from: month, to: month }));
  const known = await facts.answer({
    borough,
    ...(isCallTrend(metric) && { [interval === 'day' ? 'days' : 'calls']: months }),
    ...(isStepTrend(metric) && { steps: spans }),
    ...(isMonthTrend(metric) && { requests: spans }),
  });
  const cellAt = (at: string): ReportCell => {
    if (isCallTrend(metric)) return callCell(metric, callSums(options, known, { scope, interval, at }));
    const index = months.indexOf(monthOf(at));
    if (isMonthTrend(metric)) return requestCell(metric, known.requests[index]!);
    return stepCell(metric, known.steps[index]!, interval === 'day' ? at : null, time_zone);
  };
  const places = interval === 'month' ? Array.from(monthsIn({ from, to })) : datesIn(from, to);
  const items = places.map((at): TrendPoint => {
    const span = interval === 'month' ? spanOf({ from: at, to: at }, time_zone) : localDay(at, time_zone);
    if (span.to_us <= when.begins_us || span.from_us > when.now_us) return { at, value: null, data: 'none' };
    return {
      at,
      ...cellAt(at),
      ...(span.from_us < when.begins_us && { data: 'partial' as const }),
      ...(span.to_us > when.now_us && { provisional: true as const }),
    };
  });
  return { items, as_of_us: known.as_of_us };
}

function datesIn(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) dates.push(date);
  return dates;
}

function callSums(
  { queues }: TrendOptions,
  known: FactsAnswer,
  { scope, interval, at }: Pick<TrendQuestion, 'scope' | 'interval'> & { readonly at: string },
): ContactSums {
  if (interval === 'day')
    return addSums([known.days.get(monthOf(at))?.find(({ date }) => date === at)?.scopes[scope]]);
  const calls = known.calls.get(at)!;
  if (scope === 'city') return calls.city;
  const own = queues.filter(({ kind, borough }) => kind === 'phone' && borough === scope);
  return addSums([...own.map(({ id }) => calls.queues[id]), calls.elsewhere[scope]]);
}
function callCell(metric: CallTrend, sums: ContactSums): ReportCell {
  if (metric === 'calls') return count(sums.counts.offered);
  if (metric === 'abandoned' || metric === 'misdirected') return count(sums.counts[metric]);
  return metricCell(metric as MetricId, metrics(sums)[metric]);
}

function requestCell(metric: MonthTrend, { metrics: figures, complaints }: RequestFacts): ReportCell {
  if (metric === 'complaints') return count(complaints.received);
  const figure = figures[metric];
  return 'of' in figure ? rate(figure) : measure(figure.value, figure.counts.settled ?? 0);
}
/** @param date null: of the whole month */
function stepCell(
  metric: StepTrend,
  { flow, days }: StepFacts,
  date: string | null,
  time_zone: string,
): ReportCell {
  if (date === null) {
    if (metric === 'received') return count(flow.received);
    return count(metric === 'ended' ? flow.closed + flow.cancelled + flow.merged : flow.closing);
  }
  const month = monthOf(date);
  const index = daysOf({ from: month, to: month }, time_zone).findIndex((day) => day.date === date);
  if (metric !== 'backlog') return count(days.find(({ day }) => day === index)?.[metric] ?? 0);
  const moved = days.reduce((sum, { day, moved: n }) => (day <= index ? sum + n : sum), 0);
  return count(flow.opening + moved);
}
