/** The 15-minute grid in UTC on which contacts and agents' time are counted. Every zone's midnight lies on it. */
export const INTERVAL_US = 900_000_000;
export const MINUTE_US = 60_000_000;

/** Number of the interval an instant lies in, counted from 1970. */
export const intervalOf = (time_us: number): number => Math.floor(time_us / INTERVAL_US);
export const intervalStart_us = (interval: number): number => interval * INTERVAL_US;

/** Calls `visit` with each interval that [from_us, to_us) touches and the µs of it that lie there. */
export function splitAtIntervals(
  from_us: number,
  to_us: number,
  visit: (interval: number, part_us: number) => void,
): void {
  let at_us = from_us;
  while (at_us < to_us) {
    const interval = intervalOf(at_us);
    const until_us = Math.min(to_us, intervalStart_us(interval + 1));
    visit(interval, until_us - at_us);
    at_us = until_us;
  }
}
