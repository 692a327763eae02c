/** Web, mail and request events of the live window: counts by interval, and the sessions that are active. */
import type { EventRecord } from '../contract/event-types.ts';
import { intervalOf } from '../domain/interval.ts';
import {
  CHANNEL_COUNT,
  type ChannelCounts,
  emptyChannelCounts,
  SESSION_ACTIVE_US,
} from '../domain/web-session.ts';

export class ChannelBook {
  /** Ids by interval: these events make no contact in which a repeated one would be noticed. */
  readonly #seen = new Map<number, Set<string>>();
  readonly #counts = new Map<number, ChannelCounts>();
  /** Time of the newest event of each session, µs. */
  readonly #sessions = new Map<string, number>();

  /** Takes an event in; false when it is there already. */
  apply(event: EventRecord): boolean {
    const interval = intervalOf(event.time_us);
    let ids = this.#seen.get(interval);
    if (!ids) {
      ids = new Set();
      this.#seen.set(interval, ids);
    }
    const before = ids.size;
    // The same id with another time is another event.
    ids.add(`${event.event_id}${event.time_us}`);
    if (ids.size === before) return false;
    const name = CHANNEL_COUNT[event.type];
    if (name === undefined) return true;
    let counts = this.#counts.get(interval);
    if (!counts) {
      counts = emptyChannelCounts();
      this.#counts.set(interval, counts);
    }
    counts[name] += 1;
    if (event.type.startsWith('web.')) {
      this.#sessions.set(event.subject, Math.max(event.time_us, this.#sessions.get(event.subject) ?? 0));
    }
    return true;
  }

  /** Counts of the intervals from `first` on. */
  since(first: number): ChannelCounts {
    const sum = emptyChannelCounts();
    for (const [interval, counts] of this.#counts) {
      if (interval < first) continue;
      for (const name of Object.keys(sum) as (keyof ChannelCounts)[]) sum[name] += counts[name];
    }
    return sum;
  }

  activeSessions(now_us: number): number {
    let active = 0;
    for (const last_us of this.#sessions.values()) if (last_us > now_us - SESSION_ACTIVE_US) active += 1;
    return active;
  }

  forget(before_us: number): void {
    const before = intervalOf(before_us);
    for (const interval of this.#seen.keys()) if (interval < before) this.#seen.delete(interval);
    for (const interval of this.#counts.keys()) if (interval < before) this.#counts.delete(interval);
    for (const [session, last_us] of this.#sessions) if (last_us < before_us) this.#sessions.delete(session);
  }
}
