/** Versions of topics: integers that grow, and that another server or an earlier start would not have given out. */
import { randomInt } from 'node:crypto';
import type { Clock } from '../lib/clock.ts';

/**
 * Versions start at the time of the start in microseconds and take a step of 2¹⁴ a change, all with one remainder drawn
 * by lot. Up to 61 changes a second a later start's versions are greater than all of an earlier one (7 topics
 * at 4 a second make 28); and two servers whose ranges overlap are told apart by their remainders.
 */
const STEP = 2 ** 14;

export class Versions {
  readonly #first: number;
  #last: number;

  constructor(clock: Clock) {
    this.#first = Math.floor(clock.now_us() / STEP) * STEP + randomInt(STEP);
    this.#last = this.#first;
  }

  get last(): number {
    return this.#last;
  }

  next(): number {
    this.#last += STEP;
    return this.#last;
  }

  /** Whether this start of this server gave the version out. */
  gave(version: number): boolean {
    return version >= this.#first && version <= this.#last && (version - this.#first) % STEP === 0;
  }
}
