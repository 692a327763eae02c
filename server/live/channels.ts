/** Web, mail and request events of the live window: counts by interval, the sessions that are active, the mail that is open. */
import type { ChannelsState, WebCounts } from '../contract/channels.ts';
import type { EventRecord } from '../contract/event-types.ts';
import { intervalOf } from '../domain/interval.ts';
import type { MailRule } from '../domain/mail.ts';
import { emptyWebCounts, SESSION_ACTIVE_US, WEB_COUNT } from '../domain/web-session.ts';
import { MailBook } from './mail.ts';

export class ChannelBook {
  /** Ids by interval: these events make no contact in which a repeated one would be noticed. */
  readonly #seen = new Map<number, Set<string>>();
  readonly #counts = new Map<number, WebCounts>();
  /** Time of the newest event of each session, µs. */
  readonly #sessions = new Map<string, number>();
  readonly mail: MailBook;

  constructor(rule: MailRule, window_start_us: number) {
    this.mail = new MailBook(rule, window_start_us);
  }

  /** Takes an event of the window in; false when it is there already. */
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
    this.mail.apply(event);
    const name = WEB_COUNT[event.type];
    if (name === undefined) return true;
    let counts = this.#counts.get(interval);
    if (!counts) {
      counts = emptyWebCounts();
      this.#counts.set(interval, counts);
    }
    counts[name] += 1;
    this.#sessions.set(event.subject, Math.max(event.time_us, this.#sessions.get(event.subject) ?? 0));
    return true;
  }

  /** Counts of the intervals from `first` on. */
  #since(first: number): WebCounts {
    const sum = emptyWebCounts();
    for (const [interval, counts] of this.#counts) {
      if (interval < first) continue;
      for (const name of Object.keys(sum) as (keyof WebCounts)[]) sum[name] += counts[name];
    }
    return sum;
  }

  #activeSessions(now_us: number): number {
    let active = 0;
    for (const last_us of this.#sessions.values()) if (last_us > now_us - SESSION_ACTIVE_US) active += 1;
    return active;
  }

  state(now_us: number, day_start_us: number): ChannelsState {
    return {
      web: {
        active_sessions: this.#activeSessions(now_us),
        today: this.#since(intervalOf(day_start_us)),
      },
      mail: this.mail.state(now_us, day_start_us),
    };
  }

  forget(before_us: number, now_us: number): void {
    const before = intervalOf(before_us);
    for (const interval of this.#seen.keys()) if (interval < before) this.#seen.delete(interval);
    for (const interval of this.#counts.keys()) if (interval < before) this.#counts.delete(interval);
    for (const [session, last_us] of this.#sessions) if (last_us < before_us) this.#sessions.delete(session);
    this.mail.forget(before_us, now_us);
  }
}
