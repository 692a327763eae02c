/**
 * Office hours: whether an office is open at an instant, when it next opens or closes.
 *
 * Ranges are wall-clock times of a time zone. A range belongs to the local date on which it begins: its weekday, its
 * season and its holiday decide, also for the part after midnight.
 */
import type { OfficeHours } from '../contract/reference.ts';
import { CountedTime, type Span, spanOf } from './counted-time.ts';
import type { HolidayCalendar } from './holidays.ts';
import { dateOf, dayOf, weekdayOf, type ZoneDays, zoneDays } from './zone-days.ts';

export { addDays, isoWeekday, minutesOf } from './zone-days.ts';

/** Half-open span of instants `[from_us, to_us)`. */
export interface Opening {
  readonly from_us: number;
  readonly to_us: number;
}

/** Local date of an instant, `YYYY-MM-DD`. */
export const localDate = (at_us: number, time_zone: string): string => dateOf(zoneDays(time_zone).at(at_us));

/** First and last instant of a local date, which has 23, 24 or 25 hours. */
export function localDay(date: string, time_zone: string): Opening {
  const zone = zoneDays(time_zone);
  return { from_us: zone.start_us(dayOf(date)), to_us: zone.start_us(dayOf(date) + 1) };
}

/** Whether a local date is in a season, both ends included; a season may pass the new year. */
function inSeason(date: string, season: OfficeHours['season']): boolean {
  if (!season) return true;
  const day = date.slice(5);
  return season.from <= season.to
    ? day >= season.from && day <= season.to
    : day >= season.from || day <= season.to;
}

function spansOn(
  hours: readonly OfficeHours[],
  zone: ZoneDays,
  holidays: HolidayCalendar,
): (day: number, date: string) => Span[] {
  return (day, date) => {
    const holiday = holidays.nameOf(date);
    return hours
      .filter(({ season }) => inSeason(date, season))
      .flatMap(({ weekly }) => weekly[weekdayOf(day)] ?? [])
      .map((range) => spanOf(zone, day, range, holiday));
  };
}

/** Openings that begin on a local date, in order. */
export function openingsOf(
  hours: readonly OfficeHours[],
  date: string,
  time_zone: string,
  holidays: HolidayCalendar,
): readonly Opening[] {
  return (
    spansOn(
      hours,
      zoneDays(time_zone),
      holidays,
    )(dayOf(date), date)
      // A range that lies wholly in the hour that spring skips has no length.
      .filter(({ from_us, to_us, holiday }) => holiday === null && to_us > from_us)
      .sort((a, b) => a.from_us - b.from_us)
  );
}

interface KnownHours {
  readonly time_zone: string;
  readonly holidays: HolidayCalendar;
  readonly time: CountedTime;
}
/** By the identity of the hours: they are read once and never changed. One zone and calendar are in use at a time. */
const known = new WeakMap<readonly OfficeHours[], KnownHours>();

function timeOf(hours: readonly OfficeHours[], time_zone: string, holidays: HolidayCalendar): CountedTime {
  let entry = known.get(hours);
  if (!entry || entry.time_zone !== time_zone || entry.holidays !== holidays) {
    const zone = zoneDays(time_zone);
    entry = { time_zone, holidays, time: new CountedTime(zone, spansOn(hours, zone, holidays)) };
    known.set(hours, entry);
  }
  return entry.time;
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
  return hours === null || timeOf(hours, time_zone, holidays).countsAt(at_us);
}

/** The next instant, after `at_us`, at which a closed office opens; null when it is always open or never opens. */
export function nextOpening(
  hours: readonly OfficeHours[] | null,
  at_us: number,
  time_zone: string,
  holidays: HolidayCalendar,
): number | null {
  if (hours === null) return null;
  const time = timeOf(hours, time_zone, holidays);
  const closed_us = time.countsAt(at_us) ? time.until_us(at_us) : at_us;
  return closed_us === null ? null : time.next_us(closed_us);
}

/** The instant at which an office that is open closes; null when it is closed, or open always. Adjoining ranges count as one. */
export function nextClosing(
  hours: readonly OfficeHours[] | null,
  at_us: number,
  time_zone: string,
  holidays: HolidayCalendar,
): number | null {
  if (hours === null) return null;
  const time = timeOf(hours, time_zone, holidays);
  return time.countsAt(at_us) ? time.until_us(at_us) : null;
}

/**
 * Every instant at which an office closes on a local date, in order; midnight belongs to the date that ends. None when it is always open,
 * or never.
 */
export function closingsOn(
  hours: readonly OfficeHours[] | null,
  date: string,
  time_zone: string,
  holidays: HolidayCalendar,
): readonly number[] {
  const { from_us, to_us } = localDay(date, time_zone);
  const closings: number[] = [];
  let at_us: number | null = from_us;
  while (at_us !== null && at_us < to_us) {
    const closing_us: number | null = nextClosing(hours, at_us, time_zone, holidays);
    if (closing_us !== null) {
      if (closing_us > to_us) break;
      closings.push(closing_us);
    }
    at_us = nextOpening(hours, closing_us ?? at_us, time_zone, holidays);
  }
  return closings;
}
