/**
 * The deadline clock: what time alone brings about is told the second it happens, and what happened while no server ran is told at the
 * start, with its true time. It looks only at what is due next, so a million open requests cost it nothing until they are.
 */
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import type { CommittedBatch } from '../store/events.types.ts';

/** What the clock needs of the store. */
export interface DueSource {
  tellDue(now_us: number): Promise<{ readonly batch: CommittedBatch; readonly more: boolean }>;
  nextDue(): Promise<number | null>;
}

export interface DeadlineClockOptions {
  readonly source: DueSource;
  /** Called after each commit that changed something. */
  readonly onTold: (batch: CommittedBatch) => unknown;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Longest wait between two looks, ms: a deadline that another server made shorter is seen within it. */
  readonly poll_ms?: number;
}

const POLL_MS = 1_000;
/** A timer may fire a little early. */
const EARLY_MS = 5;

export class DeadlineClock implements Service {
  readonly name = 'deadlines';
  readonly #options: DeadlineClockOptions;
  #running: Promise<void> | null = null;
  #stopping = false;
  #wake: (() => void) | null = null;
  #failed = false;

  constructor(options: DeadlineClockOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#stopping = false;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { poll_ms = POLL_MS, logger } = this.#options;
    while (!this.#stopping) {
      let wait_ms = poll_ms;
      try {
        const next_us = await this.look();
        if (next_us !== null)
          wait_ms = Math.min(poll_ms, (next_us - this.#options.clock.now_us()) / 1000 + EARLY_MS);
        this.#failed = false;
      } catch (error) {
        if (!this.#failed) logger.warn({ error: messageOf(error) }, 'deadlines cannot be looked at');
        this.#failed = true;
      }
      await this.#sleep(Math.max(EARLY_MS, wait_ms));
    }
  }

  /** Tells all that is due now. @returns when something is due next, µs */
  async look(): Promise<number | null> {
    const { source, onTold, clock } = this.#options;
    for (let more = true; more && !this.#stopping; ) {
      const now_us = clock.now_us();
      const next_us = await source.nextDue();
      if (next_us === null || next_us > now_us) return next_us;
      const done = await source.tellDue(now_us);
      more = done.more;
      const { projected } = done.batch;
      if (projected && projected.requests.length > 0) await onTold(done.batch);
    }
    // What is still due is another server's, which has it locked.
    const next_us = await source.nextDue();
    return next_us !== null && next_us > clock.now_us() ? next_us : null;
  }

  #sleep(wait_ms: number): Promise<void> {
    if (this.#stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait_ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
