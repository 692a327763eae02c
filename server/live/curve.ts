/** How many waited at the end of each of the last minutes, from the contacts themselves: late events correct it. */
import { MINUTE_US } from '../domain/interval.ts';

export const CURVE_MINUTES = 60;

/** First end of a minute at or after the instant, as a count of minutes from 1970. */
const minuteEnd = (time_us: number): number => Math.ceil(time_us / MINUTE_US);

export class WaitingCurve {
  /** By how many the number of waiting changes at each end of a minute. */
  readonly #steps = new Map<number, number>();

  /** Adds a stay in the queue, or takes it back with `sign` −1. `left_us` is null while it lasts. */
  add(entered_us: number, left_us: number | null, sign: 1 | -1): void {
    const from = minuteEnd(entered_us);
    const to = left_us === null ? null : minuteEnd(left_us);
    if (from === to) return;
    this.#change(from, sign);
    if (to !== null) this.#change(to, -sign);
  }

  #change(minute: number, by: number): void {
    const step = (this.#steps.get(minute) ?? 0) + by;
    if (step === 0) this.#steps.delete(minute);
    else this.#steps.set(minute, step);
  }

  /** Whether the curve is not flat, so that a minute's passing changes it. */
  get isFlat(): boolean {
    return this.#steps.size === 0;
  }

  /**
   * Oldest first, the last one at the newest full minute. Read backwards from the number waiting now; null before
   * `known_from_us`, the first moment anything is known of.
   */
  read(now_us: number, waiting: number, known_from_us: number): (number | null)[] {
    const newest = Math.floor(now_us / MINUTE_US);
    let count = waiting;
    for (const [minute, step] of this.#steps) if (minute > newest) count -= step;
    const values: (number | null)[] = [];
    for (let minute = newest; minute > newest - CURVE_MINUTES; minute -= 1) {
      values.push(minute * MINUTE_US < known_from_us ? null : count);
      count -= this.#steps.get(minute) ?? 0;
    }
    return values.reverse();
  }

  /** Forgets what no curve will show again. */
  prune(now_us: number): void {
    const oldest = Math.floor(now_us / MINUTE_US) - CURVE_MINUTES;
    for (const minute of this.#steps.keys()) if (minute < oldest) this.#steps.delete(minute);
  }
}
