/** How old an open request is, as the map tells it. */
import { MAP_AGE_DAYS } from '../contract/map.ts';

const LIMITS_S = MAP_AGE_DAYS.map((days) => days * 86_400);
const NEW_S = LIMITS_S[0]!;

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
