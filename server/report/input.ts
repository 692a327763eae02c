/** Everything a report is made from, put side by side. */
import type { Family } from '../contract/event-types.ts';
import type { BilingualName, QueueConfig } from '../contract/reference.ts';
import { REPORT_PERIODS, type ReportPeriod } from '../contract/report.ts';
import { addSums, type CallDays, type CallFacts, type ContactSums } from './call-facts.ts';
import type { ChannelFacts, DataFacts, ReportFacts, RequestFacts } from './facts.ts';
import { inBoth, monthsText } from './format.ts';
import { type MonthSpan, monthsIn, periodOf, spanOf } from './months.ts';

export interface PeriodFacts {
  readonly label: BilingualName;
  readonly span: MonthSpan;
  readonly calls: CallFacts;
  readonly channels: ChannelFacts;
  readonly requests: RequestFacts;
  /** Where the records of a family do not reach: `none` of the period, or a part. */
  readonly data: Readonly<Partial<Record<Family, 'none' | 'partial'>>>;
}
/** What ids are called. */
export interface ReportNames {
  readonly queues: readonly QueueConfig[];
  borough(code: string): BilingualName;
  service(id: string): BilingualName;
  unit(id: string): BilingualName;
}
export interface ReportScope {
  /** `city` or a borough's code. */
  readonly id: string;
  readonly borough: string | null;
  readonly name: BilingualName;
}
export interface ReportInput {
  readonly month: string;
  readonly scope: ReportScope;
  readonly time_zone: string;
  readonly now_us: number;
  /** What is known least far of all facts. */
  readonly as_of_us: number;
  readonly simulated: boolean;
  readonly names: ReportNames;
  readonly periods: Readonly<Record<ReportPeriod, PeriodFacts>>;
  readonly days: CallDays;
  readonly data: DataFacts;
}

function addRecords(all: readonly Readonly<Record<string, ContactSums>>[]): Record<string, ContactSums> {
  const keys = new Set(all.flatMap((record) => Object.keys(record)));
  return Object.fromEntries(Array.from(keys, (key) => [key, addSums(all.map((record) => record[key]))]));
}
/** Months together. */
function addCalls(months: readonly CallFacts[]): CallFacts {
  return {
    city: addSums(months.map(({ city }) => city)),
    queues: addRecords(months.map(({ queues }) => queues)),
    elsewhere: addRecords(months.map(({ elsewhere }) => elsewhere)),
    lines: addRecords(months.map(({ lines }) => lines)),
  };
}

export interface InputOptions {
  readonly facts: ReportFacts;
  readonly names: ReportNames;
  readonly time_zone: string;
  readonly simulated: boolean;
}

/** Reads, or makes, the facts of a report. */
export async function reportInput(
  { facts, names, time_zone, simulated }: InputOptions,
  { month, scope, now_us }: { readonly month: string; readonly scope: ReportScope; readonly now_us: number },
): Promise<ReportInput> {
  const begins = await facts.beginnings();
  const months = REPORT_PERIODS.map((which) => periodOf(month, which));
  const known = await facts.answer({
    calls: [...new Set(months.flatMap((each) => [...monthsIn(each)]))],
    days: [month],
    data: [month],
    borough: scope.borough,
    channels: months,
    requests: months,
  });
  const periods = REPORT_PERIODS.map((which, index): [ReportPeriod, PeriodFacts] => {
    const span = spanOf(months[index]!, time_zone);
    return [
      which,
      {
        label: inBoth((language) => monthsText(months[index]!, language)),
        span,
        calls: addCalls(Array.from(monthsIn(months[index]!), (each) => known.calls.get(each)!)),
        channels: known.channels[index]!,
        requests: known.requests[index]!,
        data: dataOf(begins, span),
      },
    ];
  });
  return {
    month,
    scope,
    time_zone,
    now_us,
    simulated,
    names,
    periods: Object.fromEntries(periods) as Record<ReportPeriod, PeriodFacts>,
    days: known.days.get(month)!,
    data: known.data.get(month)!,
    as_of_us: Math.min(now_us, known.as_of_us),
  };
}

/** Records that begin on the first days of a span begin with it: the first letter of a month may come on its first business day. */
const FIRST_DAYS_US = 3 * 86_400_000_000;
function dataOf(begins: Partial<Record<Family, number>>, span: MonthSpan): PeriodFacts['data'] {
  const data: Partial<Record<Family, 'none' | 'partial'>> = {};
  for (const family of ['call', 'counter', 'web', 'mail', 'request'] as const) {
    const from_us = begins[family] ?? Number.POSITIVE_INFINITY;
    if (from_us >= span.to_us) data[family] = 'none';
    else if (from_us > span.from_us + FIRST_DAYS_US) data[family] = 'partial';
  }
  return data;
}
