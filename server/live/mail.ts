/**
 * The mail items that are open, and those that had an event in the live window. An item that is answered is let go when the
 * window has passed its last event.
 *
 * Mail takes weeks, so an event may be about an item that was let go, or that began before anything is known here: such an
 * item is `unknown` until the store has told all of its events.
 */
import type { MailIntervalRow, MailState } from '../contract/channels.ts';
import type { EventRecord } from '../contract/event-types.ts';
import { BUSINESS_DAY_US } from '../domain/business-days.ts';
import { intervalOf, intervalStart_us } from '../domain/interval.ts';
import {
  foldMail,
  isOpen,
  type MailEvent,
  type MailRound,
  type MailRule,
  mailEvent,
  mailLimit_us,
  mailSpan,
  mailThreshold_us,
  sumMail,
} from '../domain/mail.ts';
import { insertEvent } from '../domain/subject.ts';
import { isoOf } from '../lib/clock.ts';

interface MailItem {
  readonly events: MailEvent[];
  rounds: MailRound[];
}

export class MailBook {
  readonly #items = new Map<string, MailItem>();
  readonly #unknown = new Set<string>();
  readonly rule: MailRule;
  readonly #limit_us: number;
  #window_start_us: number;

  constructor(rule: MailRule, window_start_us: number) {
    this.rule = rule;
    this.#limit_us = mailLimit_us(rule.config);
    this.#window_start_us = window_start_us;
  }

  /** Items received from here on may still be open, µs. */
  get from_us(): number {
    return this.#window_start_us - this.#limit_us;
  }
  /** Items of which the store may know more. */
  get unknown(): readonly string[] {
    return [...this.#unknown];
  }

  apply(event: EventRecord): void {
    const mail = mailEvent(event);
    if (!mail || mail.time_us <= this.from_us) return;
    const begins = !mail.answers && mail.time_us >= this.#window_start_us;
    if (!this.#items.has(event.subject) && !begins) this.#unknown.add(event.subject);
    this.#put(event.subject, mail);
  }

  /** Takes in all that the store knows of the items, and lets go of those that are not of the present. */
  restore(subjects: readonly string[], events: readonly EventRecord[], now_us: number): void {
    for (const event of events) {
      const mail = mailEvent(event);
      if (mail && mail.time_us > this.from_us) this.#put(event.subject, mail);
    }
    for (const subject of subjects) {
      this.#unknown.delete(subject);
      this.#letGo(subject, now_us);
    }
  }

  #put(subject: string, event: MailEvent): void {
    let item = this.#items.get(subject);
    if (!item) {
      item = { events: [], rounds: [] };
      this.#items.set(subject, item);
    }
    if (insertEvent(item.events, event) >= 0) item.rounds = foldMail(item.events, this.#limit_us);
  }

  #letGo(subject: string, now_us: number): void {
    const item = this.#items.get(subject);
    // What is longer ago than mail may stay open is not known after a restart either.
    const old = item?.events.findIndex(({ time_us }) => time_us > this.from_us) ?? 0;
    if (item && old > 0) {
      item.events.splice(0, old);
      item.rounds = foldMail(item.events, this.#limit_us);
    }
    const last = item?.events.at(-1);
    if (!item || !last || last.time_us >= this.#window_start_us || this.#unknown.has(subject)) return;
    if (!item.rounds.some((round) => isOpen(round, now_us, this.#limit_us))) this.#items.delete(subject);
  }

  forget(window_start_us: number, now_us: number): void {
    this.#window_start_us = window_start_us;
    for (const subject of this.#items.keys()) this.#letGo(subject, now_us);
  }

  *#rounds(): Iterable<MailRound> {
    for (const { rounds } of this.#items.values()) yield* rounds;
  }

  state(now_us: number, day_start_us: number): MailState {
    const { config, days } = this.rule;
    const threshold_us = mailThreshold_us(config);
    const received: MailRound[] = [];
    const answered: MailRound[] = [];
    let open = 0;
    let open_overdue = 0;
    let oldest_us = Number.POSITIVE_INFINITY;
    for (const round of this.#rounds()) {
      if (round.received_us >= day_start_us) received.push(round);
      if (round.answered_us !== null && round.answered_us >= day_start_us) answered.push(round);
      if (!isOpen(round, now_us, this.#limit_us)) continue;
      open += 1;
      if (days.between_us(round.received_us, now_us) > threshold_us) open_overdue += 1;
      oldest_us = Math.min(oldest_us, round.received_us);
    }
    return {
      ...config,
      open,
      open_overdue,
      oldest_open_at: open > 0 ? isoOf(oldest_us) : null,
      oldest_open_days: open > 0 ? days.between_us(oldest_us, now_us) / BUSINESS_DAY_US : 0,
      today: mailSpan(sumMail(received, now_us, this.rule)),
      answered_today: mailSpan(sumMail(answered, now_us, this.rule)),
    };
  }

  /** The rows of the items received in [from_us, to_us), as far as the window holds them, oldest first. */
  intervals(from_us: number, to_us: number, now_us: number): MailIntervalRow[] {
    const first_us = Math.max(from_us, this.#window_start_us);
    const by_interval = new Map<number, MailRound[]>();
    for (const round of this.#rounds()) {
      if (round.received_us < first_us || round.received_us >= to_us) continue;
      const interval = intervalOf(round.received_us);
      const rounds = by_interval.get(interval);
      if (rounds) rounds.push(round);
      else by_interval.set(interval, [round]);
    }
    return [...by_interval]
      .sort(([a], [b]) => a - b)
      .map(([interval, rounds]) => {
        const { counts, metrics } = mailSpan(sumMail(rounds, now_us, this.rule));
        return {
          ...counts,
          from: isoOf(intervalStart_us(interval)),
          to: isoOf(intervalStart_us(interval + 1)),
          provisional: counts.open > 0,
          metrics,
        };
      });
  }
}
