/** Whether a request comes again after one that is said to be done (RULES: `repeat` v1). */
import { distance_m, type Place } from './place.ts';

export const REPEAT_M = 50;
export const REPEAT_US = 30 * 86_400_000_000;

export interface RepeatCandidate {
  readonly service: string | null;
  readonly place: Place | null;
  readonly created_us: number | null;
  readonly settled_us: number | null;
  readonly resolution: string | null;
}

/** Whether `later` repeats `earlier`: the same service, within 50 m, made at the settlement as done or in the 30 days after it. */
export function repeats(later: RepeatCandidate, earlier: RepeatCandidate): boolean {
  const { settled_us } = earlier;
  if (later.created_us === null || settled_us === null || earlier.resolution !== 'done') return false;
  if (later.service === null || later.service !== earlier.service) return false;
  const passed_us = later.created_us - settled_us;
  if (passed_us < 0 || passed_us > REPEAT_US) return false;
  return later.place !== null && earlier.place !== null && distance_m(later.place, earlier.place) <= REPEAT_M;
}
