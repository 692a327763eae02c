/**
 * Time in business days: a business day is a local weekday that is no holiday, from midnight to midnight. An item received on
 * Monday at ten and answered on Tuesday at ten took one; a weekend between adds nothing.
 */
import type { HolidayCalendar } from './holidays.ts';
import { addDays, isoWeekday, localDate, localDay } from './office-hours.ts';

/** A business day of 24 hours, µs. Where clocks change on a weekday, that day counts an hour more or less. */
export const BUSINESS_DAY_US = 86_400_000_000;

export const isBusinessDay = (date: string, holidays: HolidayCalendar): boolean =>
  isoWeekday(date) < 6 && holidays.nameOf(date) === null;

/** The local days of a year: where each begins, and how much business time the year had before. */
interface Year {
  /** One more than the year has days: the last is where the next year begins, µs. */
  readonly starts: Float64Array;
  readonly before: Float64Array;
}

export class BusinessDays {
  readonly #time_zone: string;
  readonly #holidays: HolidayCalendar;
  readonly #years = new Map<number, Year>();

  constructor(time_zone: string, holidays: HolidayCalendar) {
    this.#time_zone = time_zone;
    this.#holidays = holidays;
  }

  /** Business time between two instants, exact, µs; 0 when the second is not after the first. */
  between_us(from_us: number, to_us: number): number {
    if (to_us <= from_us) return 0;
    const last = this.#yearOf(to_us);
    let sum_us = this.#inYear(last, to_us);
    const first = this.#yearOf(from_us);
    for (let year = first; year < last; year += 1) sum_us += this.#year(year).before.at(-1)!;
    return sum_us - this.#inYear(first, from_us);
  }

  #yearOf(at_us: number): number {
    const guess = new Date(at_us / 1000).getUTCFullYear();
    const { starts } = this.#year(guess);
    if (at_us < starts[0]!) return guess - 1;
    return at_us < starts.at(-1)! ? guess : guess + 1;
  }

  /** Business time from the beginning of the year to an instant in it, µs. */
  #inYear(year: number, at_us: number): number {
    const { starts, before } = this.#year(year);
    let low = 0;
    let high = starts.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= at_us) low = middle;
      else high = middle;
    }
    // A day that is no business day adds nothing.
    return before[low + 1] === before[low] ? before[low]! : before[low]! + (at_us - starts[low]!);
  }

  #year(number: number): Year {
    const known = this.#years.get(number);
    if (known) return known;
    const starts: number[] = [];
    const before = [0];
    for (let date = `${number}-01-01`; date.startsWith(`${number}-`); date = addDays(date, 1)) {
      const { from_us, to_us } = localDay(date, this.#time_zone);
      starts.push(from_us);
      before.push(before.at(-1)! + (isBusinessDay(date, this.#holidays) ? to_us - from_us : 0));
    }
    starts.push(localDay(`${number + 1}-01-01`, this.#time_zone).from_us);
    const year = { starts: Float64Array.from(starts), before: Float64Array.from(before) };
    this.#years.set(number, year);
    return year;
  }

  /** The dates from one instant to another (both days included) on a weekday, that are holidays. */
  holidaysBetween(from_us: number, to_us: number): string[] {
    const dates: string[] = [];
    const last = localDate(to_us, this.#time_zone);
    for (let date = localDate(from_us, this.#time_zone); date <= last; date = addDays(date, 1))
      if (isoWeekday(date) < 6 && this.#holidays.nameOf(date)) dates.push(date);
    return dates;
  }
}
