/**
 * Foretells the next hour of every queue, anew in each quarter of an hour, from the aggregates. In the background: nothing waits
 * for it, and each queue is computed in a turn of its own.
 */

import type { Outlook } from '../contract/live.ts';
import { type ForecastRule, forecastOf, HISTORY_INTERVALS } from '../domain/forecast.ts';
import { intervalOf, intervalStart_us } from '../domain/interval.ts';
import { outlookOf } from '../domain/outlook.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { ownTurn } from '../lib/turns.ts';
import type { LiveState } from './state.ts';

export interface OutlookOptions {
  readonly state: Pick<LiveState, 'handling' | 'outlookQueues' | 'setOutlooks'>;
  /** Contacts that entered, by queue and interval, of the intervals from `first` to before `end`. */
  readonly entries: (first: number, end: number) => Promise<ReadonlyMap<string, ReadonlyMap<number, number>>>;
  readonly rule: ForecastRule;
  readonly clock: Clock;
  readonly logger: Logger;
}

const POLL_MS = 10_000;
/** An interval is taken as complete so long after its end: events are under way for seconds. */
const COMPLETE_AFTER_US = 20_000_000;
/** While some queue has too little history, which may be filling in, it is tried again after this. */
const AGAIN_AFTER_US = 60_000_000;
const AHEAD = 4;

export class OutlookService implements Service {
  readonly name = 'outlook';
  readonly #options: OutlookOptions;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #made_for = Number.NaN;
  #made_us = Number.NEGATIVE_INFINITY;
  #whole = false;
  #stopping = false;

  constructor(options: OutlookOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#stopping = false;
    this.#timer = setInterval(() => {
      this.#running ??= this.#poll().finally(() => {
        this.#running = null;
      });
    }, POLL_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#timer) clearInterval(this.#timer);
    await this.#running;
  }

  async #poll(): Promise<void> {
    const now_us = this.#options.clock.now_us();
    const now = intervalOf(now_us - COMPLETE_AFTER_US);
    if (now === this.#made_for && (this.#whole || now_us < this.#made_us + AGAIN_AFTER_US)) return;
    this.#made_us = now_us;
    try {
      await this.make(now);
      this.#made_for = now;
    } catch (error) {
      this.#options.logger.warn({ error: messageOf(error) }, 'the next hour could not be foretold');
    }
  }

  /** Foretells the hour that begins with interval `now`, before which all are complete. */
  async make(now: number): Promise<void> {
    const { state, entries, rule } = this.#options;
    const counts = await entries(now - HISTORY_INTERVALS, now);
    const ahead = Array.from({ length: AHEAD }, (_, index) => now + index);
    const outlooks = new Map<string, Outlook>();
    this.#whole = true;
    for (const queue of state.outlookQueues()) {
      if (this.#stopping) return;
      await ownTurn();
      const forecast = forecastOf(counts.get(queue.id) ?? new Map(), ahead, now, rule);
      if (forecast === null) {
        this.#whole = false;
        continue;
      }
      const { own, all } = state.handling(queue.id);
      // What callers are like says nothing of visitors.
      const others = queue.kind === 'phone' ? all : own;
      outlooks.set(queue.id, outlookOf(intervalStart_us(now), forecast, own, others, queue));
    }
    state.setOutlooks(outlooks);
  }
}
