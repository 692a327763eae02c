/**
 * The simulated city. A day's contacts and requests are drawn from the seed and the date alone; what follows from them
 * later (a request's work, mail answered, calls that pass midnight) belongs to the day on which it is told. So any day can be made
 * alone, in any order, and is the same as in a run.
 */
import { quebecHolidays } from '../../server/domain/holidays.ts';
import { Router } from '../../server/domain/routing.ts';
import { QUEUES } from '../reference/index.ts';
import { CityCalendar, dayNumber } from './calendar.ts';
import { DayContext } from './context.ts';
import { counterDay } from './counters.ts';
import { type CityEvent, inSendingOrder } from './events.ts';
import { directDay, mailDay, webDay } from './online.ts';
import { HORIZON_DAYS, requestDay } from './requests.ts';
import { telephoneDay } from './telephone.ts';
import { type Weather, weatherOf } from './weather.ts';

export interface CityOptions {
  readonly seed: string;
  /** 1 is Montréal's size: 1.1 M calls and 0.7 M requests a year. */
  readonly size: number;
  readonly time_zone: string;
  /** First local date of the city's history: nothing that began before it is told. */
  readonly since: string;
}

/** What began on a day: its own events, and those of later days by their number. */
interface Begun {
  readonly own: readonly CityEvent[];
  readonly later: Map<number, readonly CityEvent[]>;
}

/** What a day began, as far as it is still known: only what happens before `until` (a day's number). */
interface Kept {
  readonly later: Map<number, readonly CityEvent[]>;
  until: number;
}

export class City {
  readonly calendar: CityCalendar;
  readonly #options: CityOptions;
  readonly #router: Router;
  readonly #first: number;
  /** What later days need of earlier ones; days are mostly asked for one after the other, in either direction. */
  readonly #later = new Map<number, Kept>();
  #last_number = Number.POSITIVE_INFINITY;
  #last_own: { readonly number: number; readonly own: readonly CityEvent[] } | undefined;

  constructor(options: CityOptions) {
    const holidays = quebecHolidays();
    this.#options = options;
    this.calendar = new CityCalendar(options.time_zone, holidays);
    this.#router = new Router({ queues: QUEUES, time_zone: options.time_zone, holidays });
    this.#first = dayNumber(options.since);
  }

  weather(number: number): Weather {
    return weatherOf(this.#options.seed, this.calendar.day(number), (other) => this.calendar.day(other));
  }

  /** All events that are sent on a local day, in that order. */
  generateDay(date: string): readonly CityEvent[] {
    return this.day(dayNumber(date));
  }

  /** The same, by the day's number; a day before `since` is empty. */
  day(number: number): readonly CityEvent[] {
    if (number < this.#first) return [];
    const events = [...this.#own(number)];
    for (let begun = number - 1; begun >= Math.max(this.#first, number - HORIZON_DAYS); begun--) {
      for (const event of this.#laterOf(begun, number)) events.push(event);
    }
    this.#forget(number);
    return inSendingOrder(events);
  }

  /**
   * Those of a day's events that need no other day: its own contacts, in the order of their sending. They are objects that `day` of the
   * same number gives again, if it is asked next.
   */
  begunOn(number: number): readonly CityEvent[] {
    return number < this.#first ? [] : inSendingOrder([...this.#own(number)]);
  }

  /**
   * All that began on a day, whenever it happens: contacts in the order of their sending, then requests one after the other, each with
   * its whole life. Of all days together these are the same events as those of `day`.
   */
  begunWhole(number: number): readonly CityEvent[] {
    if (number < this.#first) return [];
    const { own, later } = this.#begin(number);
    const contacts: CityEvent[] = [];
    const lives = new Map<string, CityEvent[]>();
    for (const event of [own, ...later.values()].flat()) {
      if (!event.type.startsWith('request.')) contacts.push(event);
      else if (lives.has(event.subject)) lives.get(event.subject)!.push(event);
      else lives.set(event.subject, [event]);
    }
    return [...inSendingOrder(contacts), ...[...lives.values()].flatMap(inSendingOrder)];
  }

  /** Makes ready what a day needs of the days before it, one of them a step: so that a caller can do other things between. */
  *prepare(number: number): Generator<void> {
    for (let begun = number - 1; begun >= Math.max(this.#first, number - HORIZON_DAYS); begun--) {
      this.#laterOf(begun, number);
      yield;
    }
  }

  /** Lets go of what was kept for neighbouring days. */
  release(): void {
    this.#later.clear();
    this.#last_own = undefined;
  }

  #own(number: number): readonly CityEvent[] {
    if (this.#last_own?.number === number) return this.#last_own.own;
    const { own, later } = this.#begin(number);
    this.#later.set(number, { later, until: Number.POSITIVE_INFINITY });
    this.#last_own = { number, own };
    return own;
  }

  #laterOf(begun: number, number: number): readonly CityEvent[] {
    let kept = this.#later.get(begun);
    if (!kept || number >= kept.until) {
      kept = { later: this.#begin(begun).later, until: Number.POSITIVE_INFINITY };
      this.#later.set(begun, kept);
    }
    return kept.later.get(number) ?? [];
  }

  /**
   * Keeps what the days around this one need. Where the days are asked for backwards, what happens after the next one is let
   * go too: that halves the memory of thirteen months.
   */
  #forget(number: number): void {
    const backwards = number < this.#last_number;
    this.#last_number = number;
    for (const [begun, kept] of this.#later) {
      if (begun > number + 1 || begun < number - HORIZON_DAYS - 1) {
        this.#later.delete(begun);
      } else if (backwards) {
        for (const then of kept.later.keys()) if (then > number + 1) kept.later.delete(then);
        kept.until = Math.min(kept.until, number + 2);
      }
    }
  }

  #begin(number: number): Begun {
    const { seed, size } = this.#options;
    const { calendar } = this;
    const day = calendar.day(number);
    const weather = this.weather(number);
    const context = new DayContext({ seed, size, calendar, router: this.#router, day, weather });
    telephoneDay(context);
    counterDay(context);
    webDay(context);
    mailDay(context);
    directDay(context);
    requestDay(context);
    const own: CityEvent[] = [];
    const later = new Map<number, CityEvent[]>();
    for (const event of context.events) {
      if (event.sent_us < day.to_us) {
        own.push(event);
        continue;
      }
      const then = calendar.numberAt(event.sent_us);
      if (then > number + HORIZON_DAYS) continue;
      const events = later.get(then);
      if (events) events.push(event);
      else later.set(then, [event]);
    }
    return { own, later };
  }
}
