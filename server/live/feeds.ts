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
import type { LocalDay } from '../domain/local-day.ts';
import { isoOf } from '../lib/clock.ts';
import type { FeedStanding } from '../store/feeds.ts';

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

/** When events were received, and how long before the newest of them had happened, µs. */
interface Told {
  readonly received_us: number;
  readonly lag_us: number;
}
const NEVER: Told = { received_us: 0, lag_us: 0 };

/** The later one; of what was received at once the newest event tells the lag. So any order ends in the same. */
const later = (a: Told, b: Told): Told =>
  a === NEVER || b.received_us > a.received_us || (b.received_us === a.received_us && b.lag_us < a.lag_us)
    ? b
    : a;

class FeedRecord {
  readonly source: string;
  readonly families = new Set<string>();
  /** Events of the live window by minute of their time. */
  readonly minutes = new Map<number, number>();
  /** Rejected, by the local day (its start, µs) of their receipt. */
  rejected = { day_us: 0, count: 0 };
  last_rejected_us = 0;
  last_event_us = 0;
  last: Told = NEVER;
  /** The last that told the present. */
  present: Told = NEVER;
  status: FeedStatus = 'live';

  constructor(source: string) {
    this.source = source;
  }

  get last_received_us(): number {
    return Math.max(this.last.received_us, this.last_rejected_us);
  }

  get lag_us(): number {
    const { last, present } = this;
    const live = present !== NEVER && last.received_us - present.received_us <= PRESENT_FOR_US;
    return (live ? present : last).lag_us;
  }

  told(told: Told): void {
    this.last = later(this.last, told);
    if (told.lag_us <= PAST_US) this.present = later(this.present, told);
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

  /** An event was received; told twice it changes nothing. */
  hear(event: EventRecord, received_us: number): void {
    const feed = this.#of(event.source);
    feed.families.add(familyOf(event.type));
    feed.last_event_us = Math.max(feed.last_event_us, event.time_us);
    feed.told({ received_us, lag_us: Math.max(0, received_us - event.time_us) });
    this.#changed(event.source);
  }

  /** An event is new, and inside the live window. */
  count({ source, type, time_us }: EventRecord): void {
    const feed = this.#of(source);
    feed.families.add(familyOf(type));
    const minute = Math.floor(time_us / MINUTE_US);
    feed.minutes.set(minute, (feed.minutes.get(minute) ?? 0) + 1);
    this.#changed(source);
  }

  /** Events of a source were refused. */
  reject(source: string, count: number, received_us: number, day: LocalDay): void {
    const feed = this.#of(source);
    feed.last_rejected_us = Math.max(feed.last_rejected_us, received_us);
    // The next day may have begun a moment before the state notices.
    const day_us = received_us >= day.end_us ? day.end_us : day.start_us;
    if (day_us > feed.rejected.day_us) feed.rejected = { day_us, count: 0 };
    if (received_us >= day.start_us && day_us === feed.rejected.day_us) feed.rejected.count += count;
    this.#changed(source);
  }

  /**
   * Puts in what the store's notes say of the sources, at the start. One that they do not name (notes of an earlier version did
   * not) is taken to have told its counted events at once.
   */
  restore(standings: readonly FeedStanding[]): void {
    for (const { source, families, last_event_us, last, present, rejected_us } of standings) {
      const feed = this.#of(source);
      for (const family of families) feed.families.add(family);
      feed.last_event_us = Math.max(feed.last_event_us, last_event_us);
      feed.told(last);
      if (present) feed.told(present);
      feed.last_rejected_us = Math.max(feed.last_rejected_us, rejected_us ?? 0);
      this.#changed(source);
    }
    for (const feed of this.#feeds.values()) {
      if (feed.last !== NEVER || feed.minutes.size === 0) continue;
      feed.last_event_us = Math.max(...feed.minutes.keys()) * MINUTE_US;
      feed.told({ received_us: feed.last_event_us, lag_us: 0 });
    }
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

  /** The local day changed: all become dirty, and a source of which nothing was ever accepted is gone. */
  newDay(day: LocalDay): void {
    for (const [source, feed] of this.#feeds) {
      if (feed.last === NEVER && feed.minutes.size === 0 && feed.rejected.day_us < day.start_us)
        this.#feeds.delete(source);
      this.#changed(source);
    }
  }

  /** In the same order whenever they were heard first. */
  keys(): Iterable<string> {
    return [...this.#feeds.keys()].sort();
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
        Math.round(Math.min(feed.lag_us, Math.max(0, feed.last.received_us - feed.last_event_us)) / 1000) /
        1000,
      events_today,
      rejected_today: feed.rejected.day_us === day_us ? feed.rejected.count : 0,
      silent_after_s: feed.silentAfter_s(),
      status: feed.status,
      backfill: feed.backfill,
    };
  }
}
