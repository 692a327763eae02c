/** Reference data that more than one part reads: queues, boroughs, office hours. */
import type { QueueKind } from './live.ts';

export interface BilingualName {
  readonly fr: string;
  readonly en: string;
}
/** Local wall-clock range `HH:MM`–`HH:MM`; the end may be `24:00`, or earlier than the start: then it passes midnight. */
export interface OpeningRange {
  readonly from: string;
  readonly to: string;
}
/** Ranges by ISO weekday (1 = Monday … 7 = Sunday); a weekday that is missing is closed. */
export type WeeklyHours = Readonly<Partial<Record<1 | 2 | 3 | 4 | 5 | 6 | 7, readonly OpeningRange[]>>>;
export interface OfficeHours {
  /** First and last local date (`MM-DD`, inclusive) of the season, or null for all the year. A season may pass the new year. */
  readonly season: { readonly from: string; readonly to: string } | null;
  readonly weekly: WeeklyHours;
}
export interface QueueConfig {
  readonly id: string;
  readonly kind: QueueKind;
  readonly name: BilingualName;
  /** Two-letter borough code; null for the city's own centre and for queues nobody described. */
  readonly borough: string | null;
  /** T of the service level, s. */
  readonly threshold_s: number;
  /** Share to be answered within T, 0–1. */
  readonly target: number;
  readonly abandonment_target: number;
  /** null: open always (24/7 is no ranges at all). */
  readonly hours: readonly OfficeHours[] | null;
  /** Id of the queue that answers when this one is closed, or always when `handed_over`. */
  readonly centre: string | null;
  readonly handed_over: boolean;
}
/** What a queue is taken to be when the reference data does not name it. Target: Montréal's published one. */
export const unknownQueue = (id: string, kind: QueueKind): QueueConfig => ({
  id,
  kind,
  name: { fr: id.replace(/^counter:/, ''), en: id.replace(/^counter:/, '') },
  borough: null,
  threshold_s: kind === 'counter' ? 900 : 100,
  target: 0.8,
  abandonment_target: 0.1,
  hours: null,
  centre: null,
  handed_over: false,
});
/** When mail is answered in time. */
export interface MailConfig {
  /** T of the service level, business days. */
  readonly threshold_days: number;
  /** Share to be answered within T, 0–1. */
  readonly target: number;
  /** An item without an answer for so many calendar days is closed by rule. */
  readonly closing_days: number;
}
/** What holds where the reference data does not say: no target for mail is published. */
export const DEFAULT_MAIL: MailConfig = { threshold_days: 5, target: 0.8, closing_days: 180 };
