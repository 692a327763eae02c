/**
 * Local dates of a time zone and the instants they begin at. A local day has 23, 24 or 25 hours, by the rules of the zone and never
 * by a fixed offset; the zone of the process or of a browser has no say.
 *
 * Inside, a date is its number of days since 1970-01-01; outside, `YYYY-MM-DD`.
 */
import { Temporal } from 'temporal-polyfill';

const DAY_MS = 86_400_000;
export const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
/** Days remembered, of each zone and by their dates: a century. */
const REMEMBERED_MAX = 36_600;

const CLOCK = /^([01]\d|2[0-4]):([0-5]\d)$/;

/** Minutes since midnight of `HH:MM`, 0–1440. Throws on anything else, so that a bad setting is found when it is read. */
export function minutesOf(clock: string): number {
  const match = CLOCK.exec(clock);
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN;
  if (!(minutes <= 1440)) throw new Error(`"${clock}" is not a time of day from 00:00 to 24:00`);
  return minutes;
}

export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY_MS;
const dates = new Map<number, string>();
export function dateOf(day: number): string {
  let date = dates.get(day);
  if (date === undefined) {
    if (dates.size >= REMEMBERED_MAX) dates.clear();
    date = new Date(day * DAY_MS).toISOString().slice(0, 10);
    dates.set(day, date);
  }
  return date;
}
/** Number of the first day of a year. */
export const newYear = (year: number): number => Date.UTC(year, 0, 1) / DAY_MS;

/** The local date before or after another. */
export const addDays = (date: string, days: number): string => dateOf(dayOf(date) + days);

export type IsoWeekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;
/** ISO weekday of a day's number, 1 = Monday … 7 = Sunday. */
export const weekdayOf = (day: number): IsoWeekday => ((((day % 7) + 10) % 7) + 1) as IsoWeekday;
/** ISO weekday of a date. */
export const isoWeekday = (date: string): IsoWeekday => weekdayOf(dayOf(date));

/** The days of one zone. The zone's rules are asked once for each day, and once for each time on a day whose clocks change. */
export class ZoneDays {
  readonly #time_zone: string;
  readonly #starts = new Map<number, number>();

  constructor(time_zone: string) {
    this.#time_zone = time_zone;
    // A zone that is unknown is found now, and not with the first request.
    this.start_us(0);
  }

  /** First instant of a local day, µs. */
  start_us(day: number): number {
    let start_us = this.#starts.get(day);
    if (start_us === undefined) {
      if (this.#starts.size >= REMEMBERED_MAX) this.#starts.clear();
      const start = Temporal.PlainDate.from(dateOf(day)).toZonedDateTime(this.#time_zone);
      start_us = start.epochMilliseconds * 1000;
      this.#starts.set(day, start_us);
    }
    return start_us;
  }

  /** The local day an instant lies in. */
  at(at_us: number): number {
    let day = Math.floor(at_us / DAY_US);
    while (at_us < this.start_us(day)) day -= 1;
    while (at_us >= this.start_us(day + 1)) day += 1;
    return day;
  }

  /** What the zone's clocks show at an instant, as the µs of the same date and time in UTC: for what has no zone, such as a spreadsheet. */
  wallClock_us(at_us: number): number {
    const day = this.at(at_us);
    const start_us = this.start_us(day);
    if (this.start_us(day + 1) - start_us === DAY_US) return day * DAY_US + at_us - start_us;
    const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(at_us / 1000)).toZonedDateTimeISO(
      this.#time_zone,
    );
    return at_us + zoned.offsetNanoseconds / 1000;
  }

  /**
   * The instant of a wall-clock time, given in minutes since midnight; 1440 is the next day's midnight. A time that spring skips is
   * the same span after the gap; of a time that autumn repeats it is the first (RFC 5545, Temporal's `compatible`).
   */
  instant_us(day: number, minutes: number): number {
    const start_us = this.start_us(day);
    const end_us = this.start_us(day + 1);
    if (minutes === 0) return start_us;
    if (minutes === 1440) return end_us;
    if (end_us - start_us === DAY_US) return start_us + minutes * MINUTE_US;
    const plainTime = { hour: Math.floor(minutes / 60), minute: minutes % 60 };
    const zoned = Temporal.PlainDate.from(dateOf(day)).toZonedDateTime({
      timeZone: this.#time_zone,
      plainTime,
    });
    return zoned.epochMilliseconds * 1000;
  }
}

const zones = new Map<string, ZoneDays>();
/** The days of a zone, shared by all who count in it. */
export function zoneDays(time_zone: string): ZoneDays {
  let days = zones.get(time_zone);
  if (!days) {
    days = new ZoneDays(time_zone);
    zones.set(time_zone, days);
  }
  return days;
}
