/** What a page of trends shows: kept in its address, so that it can be sent and come back to. */
import {
  CALL_TRENDS,
  REQUEST_STEP_TRENDS,
  TREND_METRICS,
  type TrendInterval,
  type TrendMetric,
} from '#contract/trends.ts';

export interface TrendQuestion {
  readonly metric: TrendMetric;
  readonly scope: string;
  readonly interval: TrendInterval;
  /** Places of the axis, the present one included. */
  readonly span: number;
}
/** Spans that are offered, the usual one first. */
export const SPANS: Readonly<Record<TrendInterval, readonly number[]>> = {
  day: [31, 7, 92, 365],
  month: [13, 25, 37, 61],
};

const BY_DAY: readonly string[] = [...CALL_TRENDS, ...REQUEST_STEP_TRENDS];
export const hasDays = (metric: TrendMetric): boolean => BY_DAY.includes(metric);

interface Address {
  readonly searchParams: Pick<URLSearchParams, 'get'>;
}
export function questionOf({ searchParams }: Address): TrendQuestion {
  const metric = TREND_METRICS.find((each) => each === searchParams.get('metric')) ?? 'service_level';
  const interval = searchParams.get('interval') === 'day' && hasDays(metric) ? 'day' : 'month';
  const scope = (searchParams.get('scope') ?? 'city').toUpperCase();
  const span =
    SPANS[interval].find((each) => String(each) === searchParams.get('span')) ?? SPANS[interval][0]!;
  return { metric, interval, scope: scope === 'CITY' ? 'city' : scope, span };
}

/** What follows the address of the page; nothing of what is usual. */
export function addressOf({ metric, scope, interval, span }: TrendQuestion): string {
  const query = new URLSearchParams();
  if (metric !== 'service_level') query.set('metric', metric);
  if (scope !== 'city') query.set('scope', scope);
  if (interval !== 'month') query.set('interval', interval);
  if (span !== SPANS[interval][0]) query.set('span', String(span));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

/** What is asked of the server. @param today local date */
export function requestOf({ metric, scope, interval, span }: TrendQuestion, today: string): string {
  const [year, month, day] = today.split('-').map(Number) as [number, number, number];
  const from =
    interval === 'day'
      ? new Date(Date.UTC(year, month - 1, day - span + 1)).toISOString().slice(0, 10)
      : new Date(Date.UTC(year, month - span, 1)).toISOString().slice(0, 7);
  const to = interval === 'day' ? today : today.slice(0, 7);
  return `/api/v1/trends/${metric}?${new URLSearchParams({ scope, interval, from, to })}`;
}
