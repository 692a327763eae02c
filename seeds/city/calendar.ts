/** The local days of the city, numbered; each with its bounds and its quarter hours by the clock on the wall. */
import { Temporal } from 'temporal-polyfill';
import type { HolidayCalendar } from '../../server/domain/holidays.ts';
import { isoWeekday, localDay } from '../../server/domain/office-hours.ts';
import { DAY_US, MINUTE_US } from './events.ts';

export interface LocalDay {
  readonly date: string;
  /** Days since 1970-01-01 of the date. */
  readonly number: number;
  readonly from_us: number;
  readonly to_us: number;
  /** 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  readonly month: number;
  /** Day of the year over its length, 0–1. */
  readonly season: number;
  readonly holiday: boolean;
  /** Wall-clock minute of each quarter hour's begin: 92, 96 or 100 of them. */
  readonly quarters: readonly number[];
}

const QUARTER_MIN = 15;
const dateOf = (number: number): string => new Date(number * 86_400_000).toISOString().slice(0, 10);
export const dayNumber = (date: string): number => Math.round(Date.parse(`${date}T00:00:00Z`) / 86_400_000);

function quartersOf(from_us: number, to_us: number, time_zone: string): number[] {
  const count = Math.round((to_us - from_us) / (QUARTER_MIN * MINUTE_US));
  const plain = count === 96;
  return Array.from({ length: count }, (_, index) => {
    if (plain) return index * QUARTER_MIN;
    const at_ms = (from_us + index * QUARTER_MIN * MINUTE_US) / 1000;
    const local = Temporal.Instant.fromEpochMilliseconds(at_ms).toZonedDateTimeISO(time_zone);
    return local.hour * 60 + local.minute;
  });
}

export class CityCalendar {
  readonly time_zone: string;
  readonly holidays: HolidayCalendar;
  readonly #days = new Map<number, LocalDay>();

  constructor(time_zone: string, holidays: HolidayCalendar) {
    this.time_zone = time_zone;
    this.holidays = holidays;
  }

  day(number: number): LocalDay {
    const known = this.#days.get(number);
    if (known) return known;
    const date = dateOf(number);
    const { from_us, to_us } = localDay(date, this.time_zone);
    const day: LocalDay = {
      date,
      number,
      from_us,
      to_us,
      weekday: isoWeekday(date),
      month: Number(date.slice(5, 7)),
      season: (number - dayNumber(`${date.slice(0, 4)}-01-01`)) / 365.25,
      holiday: this.holidays.nameOf(date) !== null,
      quarters: quartersOf(from_us, to_us, this.time_zone),
    };
    this.#days.set(number, day);
    return day;
  }

  /** Number of the local day an instant is in. */
  numberAt(at_us: number): number {
    let number = Math.floor(at_us / DAY_US);
    while (at_us < this.day(number).from_us) number -= 1;
    while (at_us >= this.day(number).to_us) number += 1;
    return number;
  }

  isWorkday(number: number): boolean {
    const day = this.day(number);
    return day.weekday <= 5 && !day.holiday;
  }

  /** The next working day, from this one on. */
  workdayFrom(number: number): LocalDay {
    let next = number;
    while (!this.isWorkday(next)) next += 1;
    return this.day(next);
  }
}
