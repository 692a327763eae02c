/**
 * What comes by the web site and by mail, which have no queue: `GET /api/v1/channels`. Mail is counted as a queue is (received
 * enters, answered answers), but in business days: a weekday that is no holiday, from midnight to midnight.
 */
import type { Figure } from './live.ts';

/** Events of the web site. */
export interface WebCounts {
  page_views: number;
  searches: number;
  forms_started: number;
  forms_submitted: number;
  forms_abandoned: number;
  errors: number;
}

export interface WebState {
  /** Sessions with an event in the last 30 minutes. */
  readonly active_sessions: number;
  /** Since local midnight. */
  readonly today: WebCounts;
}

/** Counts of mail items over a span; every ratio is made from these when read. Times are in business days. */
export interface MailCounts {
  received: number;
  answered: number;
  /** Not answered yet. More than 0 makes an interval provisional. */
  open: number;
  /** Not answered within the stated limit: no longer open. */
  closed_by_rule: number;
  answered_within: number;
  /** Not answered, open or closed by rule, for longer than the threshold. */
  overdue: number;
  /** From receipt to answer, summed over `answered`. */
  wait_sum_days: number;
}

export const MAIL_METRIC_IDS = [
  'mail_service_level',
  'mail_answer_time',
  'mail_answer_p50',
  'mail_answer_p90',
  'mail_answer_p99',
] as const;
export type MailMetricId = (typeof MAIL_METRIC_IDS)[number];
export type MailMetrics = Record<MailMetricId, Figure>;

export interface MailSpan {
  readonly counts: MailCounts;
  readonly metrics: MailMetrics;
}

export interface MailState {
  /** T, business days. */
  readonly threshold_days: number;
  readonly target: number;
  /** Calendar days after which an item without an answer is closed by rule. */
  readonly closing_days: number;
  /** Received and not answered, whenever that was. */
  readonly open: number;
  /** Of these, received more than T ago. */
  readonly open_overdue: number;
  readonly oldest_open_at: string | null;
  /** Age of the oldest open item, business days. */
  readonly oldest_open_days: number;
  /** Items received since local midnight. */
  readonly today: MailSpan;
  /** Items answered since local midnight, whenever they were received. */
  readonly answered_today: MailSpan;
}

export interface ChannelsState {
  readonly web: WebState;
  readonly mail: MailState;
}

/** A row of `GET /api/v1/channels/mail/intervals`: the items received in 15 minutes. */
export interface MailIntervalRow extends MailCounts {
  readonly from: string;
  readonly to: string;
  /** Items of this interval are not answered yet: its figures will change. */
  readonly provisional: boolean;
  readonly metrics: MailMetrics;
}
