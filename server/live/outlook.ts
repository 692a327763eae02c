/**
 * Foretells the next hour of every queue, anew in each quarter of an hour, from the aggregates. In the background: nothing waits
 * for it, and each queue is computed in a turn of its own.
 */

import { CITY_KEY } from '../contract/live.ts';
import { type ForecastRule, forecastOf, HISTORY_INTERVALS } from '../domain/forecast.ts';
import { intervalOf, intervalStart_us } from '../domain/interval.ts';
import { cityOutlookOf, type MadeOutlook, outlookOf } from '../domain/outlook.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import type { Logger } from '../lib/logger.ts';
import type { Service } from '../lib/service.ts';
import { ownTurn } from '../lib/turns.ts';
import type { LiveState } from './state.ts';

export interface OutlookOptions {
  readonly state: Pick<LiveState, 'outlooks' | 'setOutlooks'>;
  /** Contacts that entered, by queue and interval, of the intervals from `first` to before `end`. */
  readonly entries: (first: number, end: number) => Promise<ReadonlyMap<string, Counts>>;
  readonly rule: ForecastRule;
  readonly clock: Clock;
  readonly logger: Logger;
}

const POLL_MS = 10_000;
/** An interval is taken as complete so long after its end: events are under way for seconds. */
const COMPLETE_AFTER_US = 20_000_000;
/** While the history fills in, it is made again after this. */
const AGAIN_AFTER_US = 60_000_000;
/** A history that has grown by more than this share since the last time is filling in. */
const GROWTH = 0.01;
const AHEAD = 4;

type Counts = ReadonlyMap<number, number>;
const NONE: Counts = new Map();

/** The entries of several queues added up. */
function sumOf(queues: Iterable<Counts>, factor: number): Counts {
  const sum = new Map<number, number>();
  for (const counts of queues) {
    for (const [interval, n] of counts) sum.set(interval, (sum.get(interval) ?? 0) + n * factor);
  }
  return sum;
}

export class OutlookService implements Service {
  readonly name = 'outlook';
  readonly #options: OutlookOptions;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #made_for = Number.NaN;
  #made_us = Number.NEGATIVE_INFINITY;
  /** Queues and intervals with a contact in the history, when it was read last. */
  #known = 0;
  #filling = true;
  #stopping = false;

  constructor(options: OutlookOptions) {
    this.#options = options;
  }

  /** The history was growing when it was read last, or there was none: the same hour may be foretold better a minute later. */
  get filling(): boolean {
    return this.#filling;
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
    if (now === this.#made_for && (!this.#filling || now_us < this.#made_us + AGAIN_AFTER_US)) return;
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
    const { state, entries, rule, clock } = this.#options;
    const { outlooks } = state;
    const counts = await entries(now - HISTORY_INTERVALS, now);
    const moment = { as_of_us: clock.now_us(), from_us: intervalStart_us(now) };
    const made = new Map<string, MadeOutlook>();
    const phones: string[] = [];
    for (const queue of outlooks.queues) {
      if (this.#stopping) return;
      if (queue.kind === 'phone') phones.push(queue.id);
      await ownTurn();
      const forecast = forecastOf(counts.get(queue.id) ?? NONE, AHEAD, now, rule);
      if (forecast === null) continue;
      const { own, all } = outlooks.handling(queue.id);
      // What callers are like says nothing of visitors.
      const others = queue.kind === 'phone' ? all : own;
      made.set(queue.id, outlookOf(moment, forecast, own, others, queue));
    }
    await ownTurn();
    const calls = sumOf(
      phones.map((id) => counts.get(id) ?? NONE),
      outlooks.calls_per_entry,
    );
    const city = forecastOf(calls, AHEAD, now, rule);
    const of_phones = phones.flatMap((id) => made.get(id) ?? []);
    if (city) made.set(CITY_KEY, cityOutlookOf(moment, city, of_phones));
    this.#noticeGrowth(counts.values());
    state.setOutlooks(made);
  }

  #noticeGrowth(histories: Iterable<Counts>): void {
    const before = this.#known;
    this.#known = 0;
    for (const { size } of histories) this.#known += size;
    this.#filling = this.#known === 0 || this.#known > before * (1 + GROWTH);
  }
}
