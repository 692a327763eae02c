/**
 * Time in business days: a business day is a local weekday that is no holiday, from midnight to midnight. An item received on
 * Monday at ten and answered on Tuesday at ten took one; a weekend between adds nothing.
 */
import { CountedTime } from './counted-time.ts';
import type { HolidayCalendar } from './holidays.ts';
import { DAY_US, dateOf, weekdayOf, type ZoneDays, zoneDays } from './zone-days.ts';

/** A business day of 24 hours, µs. Where clocks change on a weekday, that day counts an hour more or less. */
export const BUSINESS_DAY_US = DAY_US;

export class BusinessDays {
  readonly #zone: ZoneDays;
  readonly #holidays: HolidayCalendar;
  readonly #time: CountedTime;

  constructor(time_zone: string, holidays: HolidayCalendar) {
    const zone = zoneDays(time_zone);
    this.#zone = zone;
    this.#holidays = holidays;
    this.#time = new CountedTime(zone, (day, date) =>
      weekdayOf(day) < 6
        ? [{ from_us: zone.start_us(day), to_us: zone.start_us(day + 1), holiday: holidays.nameOf(date) }]
        : [],
    );
  }

  /** Business time between two instants, exact, µs; 0 when the second is not after the first. */
  between_us(from_us: number, to_us: number): number {
    return this.#time.counted_us(from_us, to_us);
  }

  /** The dates from one instant to another (both days included) on a weekday, that are holidays. */
  holidaysBetween(from_us: number, to_us: number): string[] {
    const dates: string[] = [];
    const last = this.#zone.at(to_us);
    for (let day = this.#zone.at(from_us); day <= last; day += 1)
      if (weekdayOf(day) < 6 && this.#holidays.nameOf(dateOf(day))) dates.push(dateOf(day));
    return dates;
  }
}
