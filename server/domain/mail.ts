/**
 * Mail items: received, one day answered. An item goes in rounds: a receipt opens one when none is open, an answer closes it,
 * a receipt after that (the citizen writes again) opens the next. An answer without an open round changes nothing.
 */

import type { MailCounts, MailMetricId, MailMetrics, MailSpan } from '../contract/channels.ts';
import { definitionRef } from '../contract/definitions.ts';
import type { EventRecord } from '../contract/event-types.ts';
import type { Figure } from '../contract/live.ts';
import type { MailConfig } from '../contract/reference.ts';
import { BUSINESS_DAY_US, type BusinessDays } from './business-days.ts';
import { type Ordered, TYPE_RANK } from './subject.ts';

export interface MailEvent extends Ordered {
  readonly answers: boolean;
}

export interface MailRound {
  readonly received_us: number;
  answered_us: number | null;
}

/** What decides whether mail is answered in time. Times in µs: T in business time, the limit by the clock. */
export interface MailRule {
  readonly config: MailConfig;
  readonly days: BusinessDays;
}
export const mailLimit_us = ({ closing_days }: MailConfig): number => closing_days * 86_400_000_000;
export const mailThreshold_us = ({ threshold_days }: MailConfig): number =>
  Math.round(threshold_days * BUSINESS_DAY_US);

/** A `mail.*` event as the fold takes it; null for one that neither receives nor answers. */
export function mailEvent({ event_id, time_us, sequence, type }: EventRecord): MailEvent | null {
  if (type !== 'mail.received' && type !== 'mail.answered') return null;
  const answers = type === 'mail.answered';
  return { event_id, time_us, sequence: sequence ?? '', rank: TYPE_RANK[type], answers };
}

/** The rounds that events, sorted by `compareEvents`, make. What has no answer within the limit is closed: it gets none later. */
export function foldMail(events: Iterable<MailEvent>, limit_us: number): MailRound[] {
  const rounds: MailRound[] = [];
  let open: MailRound | null = null;
  for (const { time_us, answers } of events) {
    if (open && time_us > open.received_us + limit_us) open = null;
    if (answers) {
      if (open) open.answered_us = time_us;
      open = null;
    } else if (!open) {
      open = { received_us: time_us, answered_us: null };
      rounds.push(open);
    }
  }
  return rounds;
}

/** Neither answered nor closed by rule. */
export const isOpen = (round: MailRound, now_us: number, limit_us: number): boolean =>
  round.answered_us === null && now_us <= round.received_us + limit_us;

const daysOf = (time_us: number): number => time_us / BUSINESS_DAY_US;

/** The waits that shares of the answered did not exceed, business time in µs; null when there are none. */
export type MailQuantiles = Readonly<Record<'p50' | 'p90' | 'p99', number | null>>;

/** What rounds add up to, before it is put into business days. */
export interface MailSum {
  readonly counts: Omit<MailCounts, 'wait_sum_days'>;
  readonly wait_sum_us: number;
  readonly quantiles: MailQuantiles;
}

/** Sums up rounds as they are at an instant. */
export function sumMail(rounds: Iterable<MailRound>, now_us: number, { config, days }: MailRule): MailSum {
  const limit_us = mailLimit_us(config);
  const threshold_us = mailThreshold_us(config);
  const counts = { received: 0, answered: 0, open: 0, closed_by_rule: 0, answered_within: 0, overdue: 0 };
  const waits_us: number[] = [];
  let wait_sum_us = 0;
  for (const round of rounds) {
    counts.received += 1;
    const wait_us = days.between_us(round.received_us, round.answered_us ?? now_us);
    if (round.answered_us !== null) {
      counts.answered += 1;
      if (wait_us <= threshold_us) counts.answered_within += 1;
      wait_sum_us += wait_us;
      waits_us.push(wait_us);
      continue;
    }
    if (isOpen(round, now_us, limit_us)) counts.open += 1;
    else counts.closed_by_rule += 1;
    if (wait_us > threshold_us) counts.overdue += 1;
  }
  waits_us.sort((a, b) => a - b);
  // Nearest rank, as percentile_disc has it.
  const quantile = (q: number) => waits_us[Math.max(1, Math.ceil(q * waits_us.length)) - 1] ?? null;
  return {
    counts,
    wait_sum_us,
    quantiles: { p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99) },
  };
}

/** Counts and metrics of a sum. */
export function mailSpan({ counts, wait_sum_us, quantiles }: MailSum): MailSpan {
  const { answered, answered_within, overdue } = counts;
  const wait_sum_days = daysOf(wait_sum_us);
  const figure = (id: MailMetricId, value: number | null, made_from: Record<string, number>): Figure => ({
    value,
    definition: definitionRef(id),
    counts: made_from,
  });
  const quantile = (name: keyof MailQuantiles): Figure => {
    const value_us = quantiles[name];
    return figure(`mail_answer_${name}`, value_us === null ? null : daysOf(value_us), { answered });
  };
  const due = answered + overdue;
  const metrics: MailMetrics = {
    mail_service_level: figure('mail_service_level', due > 0 ? answered_within / due : null, {
      answered_within,
      answered,
      overdue,
    }),
    mail_answer_time: figure('mail_answer_time', answered > 0 ? wait_sum_days / answered : null, {
      wait_sum_days,
      answered,
    }),
    mail_answer_p50: quantile('p50'),
    mail_answer_p90: quantile('p90'),
    mail_answer_p99: quantile('p99'),
  };
  return { counts: { ...counts, wait_sum_days }, metrics };
}
