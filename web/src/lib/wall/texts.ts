/** Sentences of the wall, made from a row. */
import type { QueueState } from '#contract/live.ts';
import type { I18n } from '#lib/i18n/i18n.svelte.ts';
import type { Row } from './board.ts';

/** Why a queue is in trouble: "61 % en 100 s, cible 80 %". Empty when nothing is wrong. */
export function reasonText(row: Row, { t, format }: I18n): string {
  const { queue, assessment } = row;
  const { service_level, abandonment } = queue.recent.metrics;
  switch (assessment.reason) {
    case 'service_level':
      return t.wall.reason.service_level(
        format.share(service_level.value),
        format.threshold(queue.threshold_s),
        format.share(queue.target),
      );
    case 'longest_wait':
      return t.wall.reason.longest_wait(format.wait(assessment.wait_s), format.wait(queue.threshold_s));
    case 'no_agents':
      return t.wall.reason.no_agents(format.count(queue.waiting));
    case 'abandonment':
      return t.wall.reason.abandonment(
        format.share(abandonment.value),
        format.share(queue.abandonment_target),
      );
    case null:
      return '';
  }
}

export const sinceText = (row: Row, { t, format }: I18n): string =>
  (row.since_known ? t.wall.since : t.wall.sinceAtLeast)(format.time(row.since_ms));

/** Age of an event in one unit: 12 s, 4 min, 3 h. */
export function ageText(at: string | null, now_ms: number | null, { t }: I18n): string {
  if (at === null) return t.wall.noEvent;
  if (now_ms === null) return '';
  const age_s = Math.max(0, Math.floor((now_ms - Date.parse(at)) / 1000));
  if (age_s < 60) return `${age_s}\u00a0s`;
  if (age_s < 3600) return `${Math.floor(age_s / 60)}\u00a0min`;
  return `${Math.floor(age_s / 3600)}\u00a0h`;
}

/** Why nothing is expected of the next hour; empty where something is. */
export function outlookReason({ outlook, open }: QueueState, { t }: I18n): string {
  if (outlook !== null) return '';
  return open === false ? t.wall.noOutlookClosed : t.wall.noOutlook;
}
/** Why it is not known how many agents are missing; empty where it is. */
export function missingReason(queue: QueueState, i18n: I18n): string {
  const { outlook, open } = queue;
  if (outlook === null) return outlookReason(queue, i18n);
  if (outlook.agents_missing.value !== null) return '';
  return open === false ? i18n.t.wall.noMissingClosed : i18n.t.wall.noMissing;
}

/** The hour just past against its forecast: "422 entrés de 10 h 45 à 11 h 45, 403 prévus (361–445)"; empty where there was none. Where
 * room is short, without the interval. */
export function hourPastText({ outlook }: QueueState, { t, format }: I18n, short = false): string {
  if (!outlook?.past) return '';
  const { entered, expected, low, high } = outlook.past;
  const from_ms = Date.parse(outlook.from);
  const said = [
    format.time(from_ms - (Date.parse(outlook.to) - from_ms)),
    format.time(from_ms),
    format.count(entered),
    format.count(Math.round(expected)),
  ] as const;
  return short
    ? t.wall.hourPastShort(...said)
    : t.wall.hourPast(...said, format.count(low), format.count(high));
}
