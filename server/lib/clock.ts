/** The time, passed in everywhere so that tests and the simulated city can have their own. */
export interface Clock {
  /** Microseconds since 1970, UTC; an integer. */
  now_us(): number;
}
/** Read once: it never changes, and asking for it costs more than the time itself. */
const ORIGIN_MS = performance.timeOrigin;
export const systemClock: Clock = {
  now_us: () => Math.round((ORIGIN_MS + performance.now()) * 1000),
};

/** A clock that stands still until it is moved. */
export class ManualClock implements Clock {
  #now_us: number;
  constructor(start: string | number) {
    this.#now_us = typeof start === 'number' ? start : Date.parse(start) * 1000;
  }
  now_us(): number {
    return this.#now_us;
  }
  advance_s(seconds: number): void {
    this.#now_us += Math.round(seconds * 1_000_000);
  }
  set_us(time_us: number): void {
    this.#now_us = time_us;
  }
}
export const isoOf = (time_us: number): string => new Date(time_us / 1000).toISOString();
