/** `GET /api/v1/trends/{metric}`: a metric over days or months, beside the same a year before. */
import type { BilingualName } from './reference.ts';
import type { ReportCell, ReportUnit } from './report.ts';

/** Metrics of calls, by day or by month. */
export const CALL_TRENDS = [
  'calls',
  'abandoned',
  'service_level',
  'service_level_offered',
  'service_level_asterisk',
  'service_level_asterisk2',
  'service_level_connect',
  'abandonment',
  'asa',
  'wait_p50',
  'wait_p90',
  'wait_p99',
  'aht',
  'misdirected',
] as const;
/** Metrics of requests, by day or by month. */
export const REQUEST_STEP_TRENDS = ['received', 'ended', 'backlog'] as const;
/** Metrics of requests, by month alone: they say what became of a month. */
export const REQUEST_MONTH_TRENDS = [
  'on_time',
  'on_time_settled',
  'transmission_on_time',
  'status_current',
  'reopened',
  'repeat',
  'settlement_p50',
  'settlement_p90',
  'settlement_business_p50',
  'settlement_business_p90',
  'complaints',
] as const;
export type TrendMetric =
  | (typeof CALL_TRENDS)[number]
  | (typeof REQUEST_STEP_TRENDS)[number]
  | (typeof REQUEST_MONTH_TRENDS)[number];
export const TREND_METRICS: readonly TrendMetric[] = [
  ...CALL_TRENDS,
  ...REQUEST_STEP_TRENDS,
  ...REQUEST_MONTH_TRENDS,
];

export const TREND_INTERVALS = ['day', 'month'] as const;
export type TrendInterval = (typeof TREND_INTERVALS)[number];

export interface TrendPoint extends ReportCell {
  /** Local date of a day, or `yyyy-mm`. */
  readonly at: string;
  /** It has not ended. */
  readonly provisional?: true;
}
export interface TrendAnswer {
  readonly metric: TrendMetric;
  readonly name: BilingualName;
  readonly unit: ReportUnit;
  /** Such as `service_level@1`; null: a plain count. */
  readonly definition: string | null;
  /** `city` or a borough's code. */
  readonly scope: string;
  readonly interval: TrendInterval;
  /** Local dates or months, both in it. */
  readonly from: string;
  readonly to: string;
  readonly items: readonly TrendPoint[];
  /** The same months a year before; of days, 364 days before, which are the same weekdays. */
  readonly last_year: readonly TrendPoint[];
  /** What it should be at least, or of abandonment at most. */
  readonly target: number | null;
  readonly next: null;
  readonly as_of: string;
}
