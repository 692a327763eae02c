/** How old an open request is and how near its deadline, as the map tells it. */
import { MAP_AGE_DAYS } from '../contract/map.ts';
import { MAP_DUE } from '../contract/map-filter.ts';
import { dayBounds } from '../domain/local-day.ts';

const LIMITS_S = MAP_AGE_DAYS.map((days) => days * 86_400);
const NEW_S = LIMITS_S[0]!;

/** The moment at which classes are told apart, s since 1970: the same for all tiles. */
export interface MapMoment {
  readonly now_s: number;
  /** Where the local day ends, and the third one after it. */
  readonly day_end_s: number;
  readonly soon_end_s: number;
}
export function momentAt(now_us: number, time_zone: string): MapMoment {
  const { end_us, soon_end_us } = dayBounds(now_us, time_zone);
  return { now_s: Math.floor(now_us / 1e6), day_end_s: end_us / 1e6, soon_end_s: soon_end_us / 1e6 };
}

/** Class of a creation (s since 1970; 0: unknown) at a moment: index into `MAP_AGE_DAYS`, or its length; -1 when unknown. */
export function ageClass(created_s: number, now_s: number): number {
  if (created_s === 0) return -1;
  const age_s = now_s - created_s;
  let at = 0;
  while (at < LIMITS_S.length && age_s >= LIMITS_S[at]!) at += 1;
  return at;
}
/** New: created within the last 24 hours. What is overdue already is told as that, and not as new. */
export const isNew = (created_s: number, now_s: number): boolean =>
  created_s !== 0 && now_s - created_s < NEW_S;

const [OVERDUE, TODAY, SOON, LATER, NONE] = MAP_DUE.map((_, at) => at) as [
  number,
  number,
  number,
  number,
  number,
];
/** Index into `MAP_DUE`. What is due at a midnight is due on the day that ends then. */
export function dueClass(due_s: number, overdue: boolean, moment: MapMoment): number {
  if (overdue) return OVERDUE;
  if (due_s === 0) return NONE;
  if (due_s <= moment.day_end_s) return TODAY;
  return due_s <= moment.soon_end_s ? SOON : LATER;
}
