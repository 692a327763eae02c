/** How often somebody may try to sign in: by account and by address, counted before the password is looked at. */
import type { IncomingMessage } from 'node:http';
import type { Clock } from '../lib/clock.ts';
import { VigieError } from '../lib/errors.ts';
import { sha256Hex } from './keys.ts';

const WINDOW_US = 15 * 60_000_000;
/** Of failures in the window. An office behind one address has many people. */
export const FAILURES_MAX = { account: 10, address: 100 } as const;
const KEPT_MAX = 20_000;

interface Tally {
  readonly until_us: number;
  count: number;
}

export class Attempts {
  readonly #clock: Clock;
  readonly #tallies = new Map<string, Tally>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts an attempt, so that many at once are not more than many one after the other.
   * @returns what takes it back when it was the right password
   * @throws VigieError 429
   */
  begin(account: string | null, address: string): () => void {
    // Hashed: what somebody typed (a password in the wrong field, perhaps) is not kept.
    const keys = [`address ${address}`, ...(account === null ? [] : [`account ${sha256Hex(account)}`])];
    const tallies = keys.map((key) => this.#tally(key));
    const [by_address, by_account] = tallies;
    const full =
      (by_address!.count >= FAILURES_MAX.address && by_address) ||
      (by_account && by_account.count >= FAILURES_MAX.account && by_account);
    if (full) {
      const retry_after_s = Math.max(1, (full.until_us - this.#clock.now_us()) / 1e6);
      const message = 'Too many attempts failed; wait some minutes before the next one.';
      throw new VigieError('too_many_attempts', message, { status: 429, retry_after_s });
    }
    for (const tally of tallies) tally.count += 1;
    return () => {
      by_address!.count -= 1;
      if (by_account) by_account.count = 0;
    };
  }

  #tally(key: string): Tally {
    const now_us = this.#clock.now_us();
    const known = this.#tallies.get(key);
    if (known && known.until_us > now_us) return known;
    if (this.#tallies.size >= KEPT_MAX) this.#forget(now_us);
    const made = { until_us: now_us + WINDOW_US, count: 0 };
    this.#tallies.set(key, made);
    return made;
  }

  /** What is over; when that is not enough, what is oldest and tells least. */
  #forget(now_us: number): void {
    for (const [key, tally] of this.#tallies) if (tally.until_us <= now_us) this.#tallies.delete(key);
    for (const [key, tally] of this.#tallies) {
      if (this.#tallies.size < KEPT_MAX) return;
      if (tally.count <= 1) this.#tallies.delete(key);
    }
    for (const key of this.#tallies.keys()) {
      if (this.#tallies.size < KEPT_MAX) return;
      this.#tallies.delete(key);
    }
  }
}

const PRIVATE =
  /^(?:::ffff:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.)|^(?:::1$|f[cd]|fe80:)/i;

/**
 * Where somebody asks from. A proxy of ours, which has an address of the closed network, says it last in `X-Forwarded-For`; what
 * stands before that the asker can have written himself.
 */
export function addressOf(req: IncomingMessage): string {
  const remote = req.socket.remoteAddress ?? '';
  const forwarded = req.headers['x-forwarded-for'];
  if (forwarded === undefined || !PRIVATE.test(remote)) return remote;
  return [forwarded].flat().join(',').split(',').at(-1)?.trim().slice(0, 64) || remote;
}
