/**
 * The sources of events: when each was last heard, how late it tells, and when its silence means something.
 *
 * Its usual rhythm is the mean gap between its events in the hour that ends with its newest one; ten such gaps of silence, but
 * at least a minute and at most an hour, and it is called silent. The hour makes the night's rhythm the night's.
 */
import type { EventRecord } from '../contract/event-types.ts';
import { familyOf } from '../contract/event-types.ts';
import type { FeedState, FeedStatus } from '../contract/live.ts';
import { MINUTE_US } from '../domain/interval.ts';
import { isoOf } from '../lib/clock.ts';

const SILENT_AFTER_GAPS = 10;
const SILENT_AFTER_S_MIN = 60;
const SILENT_AFTER_S_MAX = 3_600;
/** Told later than this after it happened, an event is late … */
const LATE_US = 60_000_000;
/** … and later than this it tells the past, not the present … */
const PAST_US = 3_600_000_000;
/** … unless the source has told the present this recently: a live one may fill in its past at the same time. */
const PRESENT_FOR_US = 60_000_000;
const RHYTHM_MINUTES = 60;

class FeedRecord {
  readonly source: string;
  readonly families = new Set<string>();
  /** Events of the live window by minute of their time. */
  readonly minutes = new Map<number, number>();
  /** Rejected, by the local day (its start, µs) of their receipt. */
  rejected = { day_us: 0, count: 0 };
  last_event_us = 0;
  last_received_us = 0;
  last_present_us = 0;
  /** Of the events received last: how long after it happened the newest of them was told, µs. */
  lag_us = 0;
  status: FeedStatus = 'live';

  constructor(source: string) {
    this.source = source;
  }

  get backfill(): boolean {
    return this.lag_us > PAST_US;
  }

  silentAfter_s(): number {
    const last = Math.floor(this.last_event_us / MINUTE_US);
    let events = 0;
    let first = last;
    for (const [minute, count] of this.minutes) {
      if (minute <= last - RHYTHM_MINUTES || minute > last) continue;
      events += count;
      first = Math.min(first, minute);
    }
    if (events < 2) return SILENT_AFTER_S_MAX;
    const gap_s = ((last - first + 1) * 60) / events;
    return Math.round(Math.min(SILENT_AFTER_S_MAX, Math.max(SILENT_AFTER_S_MIN, SILENT_AFTER_GAPS * gap_s)));
  }

  statusAt(now_us: number): FeedStatus {
    if (this.backfill) return 'live';
    if (now_us - this.last_received_us > this.silentAfter_s() * 1_000_000) return 'silent';
    return this.lag_us > LATE_US ? 'late' : 'live';
  }
}

export class FeedBook {
  readonly #feeds = new Map<string, FeedRecord>();
  readonly #changed: (source: string) => void;

  constructor(changed: (source: string) => void) {
    this.#changed = changed;
  }

  #of(source: string): FeedRecord {
    let feed = this.#feeds.get(source);
    if (!feed) {
      feed = new FeedRecord(source);
      this.#feeds.set(source, feed);
    }
    return feed;
  }

  /** An event came. `counted`: it is new, and inside the live window. */
  apply(event: EventRecord, received_us: number, counted: boolean): void {
    const feed = this.#of(event.source);
    feed.families.add(familyOf(event.type));
    if (event.time_us > feed.last_event_us) feed.last_event_us = event.time_us;
    const lag_us = Math.max(0, received_us - event.time_us);
    if (lag_us <= PAST_US) feed.last_present_us = Math.max(feed.last_present_us, received_us);
    // Of what came at once, the newest tells the lag.
    if (received_us === feed.last_received_us) feed.lag_us = Math.min(feed.lag_us, lag_us);
    if (received_us > feed.last_received_us) {
      feed.last_received_us = received_us;
      if (lag_us <= PAST_US || received_us - feed.last_present_us > PRESENT_FOR_US) feed.lag_us = lag_us;
    }
    if (counted) {
      const minute = Math.floor(event.time_us / MINUTE_US);
      feed.minutes.set(minute, (feed.minutes.get(minute) ?? 0) + 1);
    }
    this.#changed(event.source);
  }

  /** Events of a source were refused on the local day that began at `day_us`. */
  reject(source: string, count: number, received_us: number, day_us: number): void {
    const feed = this.#of(source);
    if (feed.rejected.day_us !== day_us) feed.rejected = { day_us, count: 0 };
    feed.rejected.count += count;
    feed.last_received_us = Math.max(feed.last_received_us, received_us);
    this.#changed(source);
  }

  /** Notices who fell silent. */
  tick(now_us: number): void {
    for (const feed of this.#feeds.values()) {
      const status = feed.statusAt(now_us);
      if (status === feed.status) continue;
      feed.status = status;
      this.#changed(feed.source);
    }
  }

  forget(before_us: number): void {
    const before = Math.floor(before_us / MINUTE_US);
    for (const feed of this.#feeds.values()) {
      for (const minute of feed.minutes.keys()) if (minute < before) feed.minutes.delete(minute);
    }
  }

  /** All become dirty: the local day changed. */
  touchAll(): void {
    for (const source of this.#feeds.keys()) this.#changed(source);
  }

  keys(): Iterable<string> {
    return this.#feeds.keys();
  }

  item(source: string, now_us: number, day_us: number): FeedState | undefined {
    const feed = this.#feeds.get(source);
    if (!feed) return undefined;
    let events_today = 0;
    for (const [minute, count] of feed.minutes) if (minute * MINUTE_US >= day_us) events_today += count;
    feed.status = feed.statusAt(now_us);
    return {
      source,
      families: [...feed.families].sort(),
      last_event_at: feed.last_event_us > 0 ? isoOf(feed.last_event_us) : null,
      last_received_at: isoOf(feed.last_received_us),
      // Months that are filled in behind the newest event say nothing of how late the present is.
      lag_s:
        Math.round(Math.min(feed.lag_us, Math.max(0, feed.last_received_us - feed.last_event_us)) / 1000) /
        1000,
      events_today,
      rejected_today: feed.rejected.day_us === day_us ? feed.rejected.count : 0,
      silent_after_s: feed.silentAfter_s(),
      status: feed.status,
      backfill: feed.backfill,
    };
  }
}
