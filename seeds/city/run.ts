/**
 * Brings the simulated city to a server: first today, so that the walls are alive, then yesterday and the last two weeks,
 * then thirteen months, newest first; and from its start on the present, each event at its time.
 */
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../server/lib/clock.ts';
import { dayNumber } from './calendar.ts';
import { City } from './city.ts';
import type { CityEvent } from './events.ts';
import { toLine } from './events.ts';
import type { ProgressStore, Span } from './progress.ts';
import { Sender, type SendResult } from './sender.ts';

export type Phase = 'today' | 'two_weeks' | 'history' | 'live';
export interface CityProgress {
  readonly type: 'progress';
  readonly phase: Phase;
  /** Local days sent, and all days of the history. */
  readonly done: number;
  readonly total: number;
  /** Events sent since this start. */
  readonly events: number;
  /** Events the server did not accept: there should be none. */
  readonly rejected: number;
}

export interface RunOptions {
  readonly url: string;
  readonly key: string;
  readonly seed: string;
  readonly size: number;
  readonly time_zone: string;
  readonly clock: Clock;
  /**
   * How fast the city's present runs. Other than 1 it needs a `from_us` in the past, since a server takes no events of the future;
   * when it has caught up with the clock it goes on at the clock's pace.
   */
  readonly speed: number;
  /** Where the present begins, µs; null is now. */
  readonly from_us: number | null;
  /** Whether the months behind are sent too, or today only. */
  readonly history: boolean;
  readonly progressStore: ProgressStore;
  readonly onProgress: (progress: CityProgress) => void;
  readonly signal: AbortSignal;
}

const LIVE_TICK_MS = 250;
const LIVE_BATCH_MAX = 1_000;
const HISTORY_BATCH = 4_000;
const POSTS_IN_FLIGHT_MAX = 2;
const SAVE_EVERY_MS = 5_000;
const RECENT_DAYS = 14;

/** First local date of a history of thirteen months that ends on a date. */
export function thirteenMonthsBefore(date: string): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const first = new Date(Date.UTC(year, month - 1 - 13, 1));
  const last_day = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  first.setUTCDate(Math.min(day, last_day));
  return first.toISOString().slice(0, 10);
}

/** Index of the first event that is sent at or after an instant; events are in that order. */
function firstAt(events: readonly CityEvent[], at_us: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (events[middle]!.sent_us < at_us) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The city's own time: the clock's, or one that runs faster from a point in the past. */
function cityTime({ clock, speed, from_us }: RunOptions): () => number {
  const start_us = clock.now_us();
  const base_us = from_us ?? start_us;
  return () => {
    const now_us = clock.now_us();
    return Math.min(now_us, base_us + Math.round((now_us - start_us) * speed));
  };
}

class CityRun {
  readonly #options: RunOptions;
  readonly #city: City;
  readonly #sender: Sender;
  readonly #now_us: () => number;
  readonly #store: ProgressStore;
  #phase: Phase = 'today';
  #events = 0;
  #rejected = 0;
  #days_done = 0;
  #days_total = 1;

  constructor(options: RunOptions, signal: AbortSignal) {
    this.#options = options;
    this.#store = options.progressStore;
    const { seed, size, time_zone } = options;
    this.#city = new City({ seed, size, time_zone, since: this.#store.since });
    this.#sender = new Sender({ url: options.url, key: options.key, signal });
    this.#now_us = cityTime(options);
  }

  /** Runs until the signal: history ends, the present does not. */
  async run(signal: AbortSignal): Promise<void> {
    const start_us = this.#now_us();
    const today = this.#city.calendar.numberAt(start_us);
    const first = this.#options.history ? dayNumber(this.#store.since) : today;
    this.#days_total = Math.max(1, today - first + 1);
    const recent = this.#city.calendar.day(today - RECENT_DAYS + 1);
    const whole_before_us = this.#store.wholeBefore_us(recent.from_us);
    const begun = await this.#begin(today, start_us);
    for (const _ of this.#city.prepare(today)) await turn(undefined, { signal });
    await this.#fill(today, start_us, begun);
    this.#tell(1);
    await Promise.all([
      this.#live(start_us, today, signal),
      this.#past(today, first, start_us, whole_before_us),
    ]);
  }

  save(): Promise<void> {
    return this.#store.save();
  }

  /**
   * Sends today's own contacts, which is all that a wall of queues shows, before what follows from a hundred days is made.
   * Returns what was sent.
   */
  async #begin(today: number, until_us: number): Promise<ReadonlySet<CityEvent>> {
    const { from_us } = this.#city.calendar.day(today);
    const gaps = this.#store.gaps([from_us, until_us]);
    if (gaps.length === 0) return new Set();
    const begun = this.#city.begunOn(today);
    const missing = gaps.flatMap(([gap_from_us, gap_to_us]) =>
      begun.slice(firstAt(begun, gap_from_us), firstAt(begun, gap_to_us)),
    );
    await this.#sendStream(missing);
    return new Set(missing);
  }

  /** What is missing of the days before today, newest first. */
  async #past(today: number, first: number, start_us: number, whole_before_us: number): Promise<void> {
    let waiting: Promise<void> = Promise.resolve();
    for (let number = today - 1; number >= first; number--) {
      this.#phase = number > today - RECENT_DAYS ? 'two_weeks' : 'history';
      const whole = this.#city.calendar.day(number).from_us < whole_before_us;
      // The next day is made while this one travels.
      const filled = whole ? this.#fillWhole(number, whole_before_us) : this.#fill(number, start_us);
      const sent = filled.then(() => this.#tell(today - number + 1));
      // A failure is met where it is awaited; the day before it may fail first.
      sent.catch(() => undefined);
      await waiting;
      waiting = sent;
    }
    await waiting;
    this.#city.release();
    this.#phase = 'live';
    this.#tell(this.#days_total);
  }

  #tell(days_done: number): void {
    this.#days_done = Math.max(this.#days_done, days_done);
    this.#options.onProgress({
      type: 'progress',
      phase: this.#phase,
      done: this.#days_done,
      total: this.#days_total,
      events: this.#events,
      rejected: this.#rejected,
    });
  }

  /** Sends what is missing of a day before `until_us`, and notes it once it is acknowledged. */
  async #fill(number: number, until_us: number, sent?: ReadonlySet<CityEvent>): Promise<void> {
    const { from_us, to_us } = this.#city.calendar.day(number);
    const span: Span = [from_us, Math.min(to_us, until_us)];
    const gaps = this.#store.gaps(span);
    if (gaps.length === 0) return;
    const events = this.#city.day(number);
    for (const [gap_from_us, gap_to_us] of gaps) {
      const missing = events.slice(firstAt(events, gap_from_us), firstAt(events, gap_to_us));
      await this.#sendStream(sent ? missing.filter((event) => !sent.has(event)) : missing);
    }
    this.#store.cover(span);
    await this.#store.save();
  }

  /**
   * The same for a day of which nothing was sent, with what followed from it until `until_us`: so a request travels with its whole life,
   * and its record is written once, not once for each day on which something happened.
   */
  async #fillWhole(number: number, until_us: number): Promise<void> {
    const { from_us, to_us } = this.#city.calendar.day(number);
    if (this.#store.gaps([from_us, to_us]).length === 0) return;
    await this.#sendStream(this.#city.begunWhole(number).filter(({ sent_us }) => sent_us < until_us));
    this.#store.cover([from_us, to_us]);
    await this.#store.save();
  }

  async #sendStream(events: readonly CityEvent[]): Promise<void> {
    const in_flight = new Set<Promise<void>>();
    for (let at = 0; at < events.length; at += HISTORY_BATCH) {
      if (in_flight.size >= POSTS_IN_FLIGHT_MAX) await Promise.race(in_flight);
      const lines = events.slice(at, at + HISTORY_BATCH).map(toLine);
      const sent: Promise<void> = this.#sender
        .send(lines, 'stream')
        .then((result) => this.#count(result))
        .finally(() => in_flight.delete(sent));
      in_flight.add(sent);
      // A failure is met at the next await below, never unhandled.
      sent.catch(() => undefined);
    }
    await Promise.all(in_flight);
  }

  #count({ accepted, duplicates, rejected }: SendResult): void {
    this.#events += accepted + duplicates;
    this.#rejected += rejected;
  }

  /** Each event at its time. When the server was away, what was due meanwhile goes as soon as it is back. */
  async #live(from_us: number, today: number, signal: AbortSignal): Promise<void> {
    let sent_us = from_us;
    let saved_ms = performance.now();
    let day = this.#city.day(today);
    let day_end_us = this.#city.calendar.day(today).to_us;
    for (;;) {
      const now_us = this.#now_us();
      const until_us = Math.min(now_us, day_end_us);
      const due = day.slice(firstAt(day, sent_us), firstAt(day, until_us));
      for (let at = 0; at < due.length; at += LIVE_BATCH_MAX) {
        const lines = due.slice(at, at + LIVE_BATCH_MAX).map(toLine);
        this.#count(await this.#sender.send(lines, 'batch'));
      }
      this.#store.cover([sent_us, until_us]);
      sent_us = until_us;
      if (performance.now() - saved_ms > SAVE_EVERY_MS) {
        saved_ms = performance.now();
        await this.#store.save();
      }
      if (until_us === day_end_us) {
        const next = this.#city.calendar.numberAt(day_end_us);
        for (const _ of this.#city.prepare(next)) await turn(undefined, { signal });
        day = this.#city.day(next);
        day_end_us = this.#city.calendar.day(next).to_us;
      } else {
        await sleep(LIVE_TICK_MS, undefined, { signal });
      }
    }
  }
}

/**
 * Runs the city until `signal` is aborted, and resolves then, with the progress saved.
 * @throws VigieError when the server refuses the city's events for good, such as for a wrong key.
 */
export async function runCity(options: RunOptions): Promise<void> {
  const own = new AbortController();
  const signal = AbortSignal.any([options.signal, own.signal]);
  const run = new CityRun(options, signal);
  try {
    await run.run(signal);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  } finally {
    // The other half of the run must not go on sending alone.
    own.abort();
    await run.save();
  }
}
