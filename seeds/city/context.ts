/** What the parts of a day share: which city, which day, and where their events and requests go. */
import type { EventData, EventType } from '../../server/contract/event-types.ts';
import type { Router } from '../../server/domain/routing.ts';
import type { Service } from '../reference/index.ts';
import type { CityCalendar, LocalDay } from './calendar.ts';
import type { CityEvent } from './events.ts';
import { Random } from './random.ts';
import type { Weather } from './weather.ts';

export type Channel = NonNullable<EventData['channel']>;

/** A request that is about to be made; its life is drawn later. */
export interface RequestSeed {
  readonly id: string;
  readonly created_us: number;
  readonly channel: Channel;
  readonly service: Service;
  readonly borough: string;
}

export class DayContext {
  readonly seed: string;
  /** 1 is Montréal's. */
  readonly size: number;
  readonly calendar: CityCalendar;
  readonly router: Router;
  readonly day: LocalDay;
  readonly weather: Weather;
  readonly events: CityEvent[] = [];
  readonly requests: RequestSeed[] = [];
  /** The date without its hyphens, which begins or is part of every id made on this day. */
  readonly stamp: string;

  readonly #numbers = new Map<string, number>();

  constructor(options: Pick<DayContext, 'seed' | 'size' | 'calendar' | 'router' | 'day' | 'weather'>) {
    this.seed = options.seed;
    this.size = options.size;
    this.calendar = options.calendar;
    this.router = options.router;
    this.day = options.day;
    this.weather = options.weather;
    this.stamp = options.day.date.replaceAll('-', '');
  }

  /** The stream of chance of one thing on this day. */
  random(...names: readonly string[]): Random {
    return new Random(this.seed, this.day.date, ...names);
  }

  /** @param step ends the event's id; an event of one subject has a step of its own. @param delay_us until it is sent */
  emit(
    time_us: number,
    type: EventType,
    source: string,
    subject: string,
    step: string,
    data: EventData,
    delay_us = 0,
  ): void {
    const sent_us = time_us + delay_us;
    this.events.push({ time_us, sent_us, type, source, id: `${subject}/${step}`, subject, data });
  }

  /** Notes a request and gives its id. @param letter of the channel, so that channels number theirs independently. */
  request(letter: string, created_us: number, channel: Channel, service: Service, borough: string): string {
    const number = this.#numbers.get(letter) ?? 0;
    this.#numbers.set(letter, number + 1);
    const id = `R${this.stamp}-${letter}${number.toString(36)}`;
    this.requests.push({ id, created_us, channel, service, borough });
    return id;
  }
}
