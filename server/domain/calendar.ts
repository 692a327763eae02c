/**
 * Calendars that deadlines are counted on: ranges of wall-clock time by weekday, less holidays and one-off closed dates (RULES:
 * deadlines). A range belongs to the local date on which it begins, also for its part after midnight.
 */
import type { CalendarDefinition } from '../contract/catalogue.ts';
import type { BilingualName } from '../contract/reference.ts';
import { CountedTime, type Stretch, spanOf } from './counted-time.ts';
import type { HolidayCalendar } from './holidays.ts';
import { addDays, minutesOf, weekdayOf, zoneDays } from './zone-days.ts';

/** A calendar ready to count on. Immutable; it remembers the years it has laid out: compile once and keep. */
export interface CountingCalendar {
  readonly id: string;
  /** Counted time between two instants, µs; 0 when `to_us` is not after `from_us`. */
  counted_us(from_us: number, to_us: number): number;
  /**
   * The earliest instant at which `amount_us` (> 0) have been counted from `from_us`; `from_us` itself for 0. null when the calendar
   * does not open that long before the end of the tenth year after.
   */
  after_us(from_us: number, amount_us: number): number | null;
  /**
   * The stretches between two instants, in order, adjoining, covering exactly [from_us, to_us). `holiday`: time that would have counted
   * but for the holiday or one-off closed date, which `note` names. Neighbours of the same kind and note are one.
   */
  stretches(from_us: number, to_us: number): readonly Stretch[];
}

export interface CalendarOptions {
  readonly time_zone: string;
  /** The city's holidays; a calendar whose definition does not keep holidays never asks. */
  readonly holidays: HolidayCalendar;
  /**
   * `hours`: inside opening ranges. `days`: whole local days, midnight to midnight (so of 23 or 25 hours where clocks change), on
   * which the calendar opens at all.
   */
  readonly measure: 'hours' | 'days';
}

/** 24/7: no ranges at all, so no minute is lost at midnight. */
const always = (id: string): CountingCalendar => ({
  id,
  counted_us: (from_us, to_us) => Math.max(0, to_us - from_us),
  after_us: (from_us, amount_us) => from_us + Math.max(0, amount_us),
  stretches: (from_us, to_us) => (to_us > from_us ? [{ kind: 'counted', from_us, to_us, note: null }] : []),
});

export const ALWAYS: CountingCalendar = always('always');

/** Makes a calendar ready to count on. Throws on a definition that cannot be meant, with what to change. */
export function compileCalendar(
  definition: CalendarDefinition,
  { time_zone, holidays, measure }: CalendarOptions,
): CountingCalendar {
  check(definition);
  const { id, weekly, closed } = definition;
  if (weekly === null) return always(id);
  const zone = zoneDays(time_zone);
  const open = new Set(definition.open);
  const nameOf = (date: string): BilingualName | null => {
    if (open.has(date)) return null;
    return closed[date] ?? (definition.holidays ? holidays.nameOf(date) : null);
  };
  const time = new CountedTime(zone, (day, date) => {
    const ranges = weekly[weekdayOf(day)] ?? [];
    if (ranges.length === 0) return [];
    const holiday = nameOf(date);
    if (measure === 'days') return [{ from_us: zone.start_us(day), to_us: zone.start_us(day + 1), holiday }];
    return ranges.map((range) => spanOf(zone, day, range, holiday));
  });
  return {
    id,
    counted_us: (from_us, to_us) => time.counted_us(from_us, to_us),
    after_us: (from_us, amount_us) => time.after_us(from_us, amount_us),
    stretches: (from_us, to_us) => time.stretches(from_us, to_us),
  };
}

const WEEKDAYS = new Set(['1', '2', '3', '4', '5', '6', '7']);

function check({ id, weekly, closed, open }: CalendarDefinition): void {
  const refuse = (fault: string): never => {
    throw new Error(`calendar "${id}": ${fault}`);
  };
  if (weekly === null && Object.keys(closed).length > 0)
    refuse('without ranges it counts always and has no closed dates; give it 00:00–24:00 on each weekday');
  for (const [weekday, ranges] of Object.entries(weekly ?? {})) {
    if (!WEEKDAYS.has(weekday)) refuse(`weekday "${weekday}" is not 1 (Monday) to 7 (Sunday)`);
    for (const clock of ranges.flatMap(({ from, to }) => [from, to])) {
      try {
        minutesOf(clock);
      } catch (error) {
        refuse((error as Error).message);
      }
    }
  }
  for (const date of [...Object.keys(closed), ...open])
    if (!isDate(date)) refuse(`"${date}" is no date, such as 2026-12-24`);
  const both = open.find((date) => date in closed);
  if (both !== undefined) refuse(`${both} is both closed and open; keep one`);
}

const isDate = (date: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(date) &&
  !Number.isNaN(Date.parse(`${date}T00:00:00Z`)) &&
  addDays(date, 0) === date;
