/**
 * Office hours: whether an office is open at an instant, when it next opens or closes.
 *
 * Ranges are wall-clock times of a time zone. A range belongs to the local date on which it begins: its weekday, its
 * season and its holiday decide, also for the part after midnight. At the spring change a time that does not exist is
 * taken as the same span after the gap; at the autumn change the first of the two (RFC 5545, Temporal's `compatible`).
 */
import { Temporal } from 'temporal-polyfill';
import type { OfficeHours, OpeningRange } from '../contract/reference.ts';
import type { HolidayCalendar } from './holidays.ts';

/** Half-open span of instants `[from_us, to_us)`. */
export interface Opening {
  readonly from_us: number;
  readonly to_us: number;
}

/** How far ahead an opening is looked for: a week of holidays in a season that is closed for months is still found. */
const SEARCH_DAYS = 400;
/** Days remembered for each set of hours; more are only asked for by reports, which go through them once. */
const CACHED_DAYS = 64;

const CLOCK = /^([01]\d|2[0-4]):([0-5]\d)$/;

/** Minutes since midnight of `HH:MM`, 0–1440. Throws on anything else, so that a bad setting is found when it is read. */
export function minutesOf(clock: string): number {
  const match = CLOCK.exec(clock);
  const minutes = match ? Number(match[1]) * 60 + Number(match[2]) : Number.NaN;
  if (!(minutes <= 1440)) throw new Error(`"${clock}" is not a time of day from 00:00 to 24:00`);
  return minutes;
}

/** Whether a local date is in a season, both ends included; a season may pass the new year. */
function inSeason(date: string, season: OfficeHours['season']): boolean {
  if (!season) return true;
  const day = date.slice(5);
  return season.from <= season.to
    ? day >= season.from && day <= season.to
    : day >= season.from || day <= season.to;
}

/** The instant of a wall-clock time, µs. 1440 minutes is the next day's midnight. */
function instantOf(date: Temporal.PlainDate, minutes: number, time_zone: string): number {
  const day = minutes === 1440 ? date.add({ days: 1 }) : date;
  const time = Temporal.PlainTime.from({ hour: Math.floor(minutes / 60) % 24, minute: minutes % 60 });
  return day.toZonedDateTime({ timeZone: time_zone, plainTime: time }).epochMilliseconds * 1000;
}

/** First and last instant of a local day, which has 23, 24 or 25 hours. */
export function localDay(date: string, time_zone: string): Opening {
  const day = Temporal.PlainDate.from(date);
  return { from_us: instantOf(day, 0, time_zone), to_us: instantOf(day, 1440, time_zone) };
}

/** The local date before or after another. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** ISO weekday of a date, 1 = Monday … 7 = Sunday. */
export const isoWeekday = (date: string): 1 | 2 | 3 | 4 | 5 | 6 | 7 =>
  (((new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7) + 1) as 1 | 2 | 3 | 4 | 5 | 6 | 7;

interface KnownDay {
  readonly date: string;
  readonly previous: string;
  readonly day: Opening;
}
/** The last local day asked for in each zone: consecutive questions are nearly always about the same one. */
const lastDay = new Map<string, KnownDay>();

function knownDay(at_us: number, time_zone: string): KnownDay {
  const last = lastDay.get(time_zone);
  if (last && at_us >= last.day.from_us && at_us < last.day.to_us) return last;
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.floor(at_us / 1000));
  const date = instant.toZonedDateTimeISO(time_zone).toPlainDate().toString();
  const known = { date, previous: addDays(date, -1), day: localDay(date, time_zone) };
  lastDay.set(time_zone, known);
  return known;
}

/** Local date of an instant, `YYYY-MM-DD`. */
export const localDate = (at_us: number, time_zone: string): string => knownDay(at_us, time_zone).date;

function openingOf(date: Temporal.PlainDate, range: OpeningRange, time_zone: string): Opening {
  const from = minutesOf(range.from);
  const to = minutesOf(range.to);
  const from_us = instantOf(date, from, time_zone);
  const to_us = to > from ? instantOf(date, to, time_zone) : instantOf(date.add({ days: 1 }), to, time_zone);
  return { from_us, to_us };
}

function computeOpenings(
  hours: readonly OfficeHours[],
  date: string,
  time_zone: string,
  holidays: HolidayCalendar,
): Opening[] {
  if (holidays.nameOf(date)) return [];
  const weekday = isoWeekday(date);
  const day = Temporal.PlainDate.from(date);
  const openings: Opening[] = [];
  for (const { season, weekly } of hours) {
    if (!inSeason(date, season)) continue;
    for (const range of weekly[weekday] ?? []) {
      const opening = openingOf(day, range, time_zone);
      // A range that lies wholly in the hour that spring skips has no length.
      if (opening.to_us > opening.from_us) openings.push(opening);
    }
  }
  return openings.sort((a, b) => a.from_us - b.from_us);
}

type DayCache = Map<string, readonly Opening[]>;
interface HoursCache {
  readonly time_zone: string;
  readonly holidays: HolidayCalendar;
  readonly days: DayCache;
}
/** By the identity of the hours: they are read once and never changed. One zone and calendar are in use at a time. */
const cache = new WeakMap<readonly OfficeHours[], HoursCache>();

/** Openings that begin on a local date, in order. Remembered, since instants are asked about one after the other. */
export function openingsOf(
  hours: readonly OfficeHours[],
  date: string,
  time_zone: string,
  holidays: HolidayCalendar,
): readonly Opening[] {
  let known = cache.get(hours);
  if (!known || known.time_zone !== time_zone || known.holidays !== holidays) {
    known = { time_zone, holidays, days: new Map() };
    cache.set(hours, known);
  }
  let openings = known.days.get(date);
  if (!openings) {
    if (known.days.size >= CACHED_DAYS) known.days.clear();
    openings = computeOpenings(hours, date, time_zone, holidays);
    known.days.set(date, openings);
  }
  return openings;
}

/** Openings that touch a local date: its own, and those of the day before that pass midnight. */
function around(
  hours: readonly OfficeHours[],
  date: string,
  time_zone: string,
  holidays: HolidayCalendar,
): Opening[] {
  return [
    ...openingsOf(hours, addDays(date, -1), time_zone, holidays),
    ...openingsOf(hours, date, time_zone, holidays),
  ];
}

/**
 * Whether an office is open. `hours` null is open always; an empty list is closed always.
 * An opening includes its first instant and not its last.
 */
export function isOpen(
  hours: readonly OfficeHours[] | null,
  at_us: number,
  time_zone: string,
  holidays: HolidayCalendar,
): boolean {
  if (hours === null) return true;
  const { date, previous } = knownDay(at_us, time_zone);
  const holds = (opening: Opening) => at_us >= opening.from_us && at_us < opening.to_us;
  return (
    openingsOf(hours, date, time_zone, holidays).some(holds) ||
    openingsOf(hours, previous, time_zone, holidays).some(holds)
  );
}

/** The next instant, after `at_us`, at which a closed office opens; null when it is always open or never opens. */
export function nextOpening(
  hours: readonly OfficeHours[] | null,
  at_us: number,
  time_zone: string,
  holidays: HolidayCalendar,
): number | null {
  if (hours === null) return null;
  let date = localDate(at_us, time_zone);
  for (let days = 0; days < SEARCH_DAYS; days++, date = addDays(date, 1)) {
    for (const { from_us } of openingsOf(hours, date, time_zone, holidays)) {
      // An opening that begins while another still runs, or exactly where it ends, is no opening of a door.
      if (from_us > at_us && !isOpen(hours, from_us - 1, time_zone, holidays)) return from_us;
    }
  }
  return null;
}

/** The instant at which an office that is open closes; null when it is closed, or open always. Adjoining ranges count as one. */
export function nextClosing(
  hours: readonly OfficeHours[] | null,
  at_us: number,
  time_zone: string,
  holidays: HolidayCalendar,
): number | null {
  if (hours === null) return null;
  let end_us = at_us;
  for (let steps = 0; steps < SEARCH_DAYS; steps++) {
    const openings = around(hours, localDate(end_us, time_zone), time_zone, holidays);
    const running = openings.filter(({ from_us, to_us }) => end_us >= from_us && end_us < to_us);
    if (running.length === 0) break;
    end_us = Math.max(...running.map(({ to_us }) => to_us));
  }
  return end_us === at_us ? null : end_us;
}
