/** Calendars of tests, written short, and a deadline as a process in any zone answers it. */
import type { CalendarDefinition } from '../../server/contract/catalogue.ts';
import type { OpeningRange, WeeklyHours } from '../../server/contract/reference.ts';
import { type CountingCalendar, compileCalendar } from '../../server/domain/calendar.ts';
import { dueAt, ledger } from '../../server/domain/deadline.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';

export const ZONE = 'America/Toronto';
export const holidays = quebecHolidays();
export const HOUR_US = 3_600_000_000;

/** An instant of Montréal's wall clock in winter (`-05:00`) or summer (`-04:00`), or of UTC, µs. */
export const at = (instant: string): number => Date.parse(instant) * 1000;
export const iso = (at_us: number | null): string | null =>
  at_us === null ? null : new Date(at_us / 1000).toISOString();

/** `week('1-5', '08:30-12:00 13:00-16:30')`: the same ranges on some weekdays. */
export function week(days: string, ranges: string): WeeklyHours {
  const [first, last = first] = days.split('-').map(Number) as [number, number?];
  const each: OpeningRange[] = ranges.split(' ').map((range) => {
    const [from, to] = range.split('-') as [string, string];
    return { from, to };
  });
  const weekdays = Array.from({ length: last! - first + 1 }, (_, index) => first + index);
  return Object.fromEntries(weekdays.map((weekday) => [weekday, each])) as WeeklyHours;
}

export const define = (
  weekly: WeeklyHours | null,
  more: Partial<CalendarDefinition> = {},
): CalendarDefinition => ({
  id: 'test',
  name: { fr: 'Essai', en: 'Test' },
  weekly,
  holidays: true,
  closed: {},
  open: [],
  ...more,
});

export const compile = (
  weekly: WeeklyHours | null,
  more: Partial<CalendarDefinition> = {},
  measure: 'hours' | 'days' = 'hours',
): CountingCalendar => compileCalendar(define(weekly, more), { time_zone: ZONE, holidays, measure });

/** Monday to Friday, 08:30 to 16:30. */
export const OFFICE: WeeklyHours = week('1-5', '08:30-16:30');
export const office: CountingCalendar = compile(OFFICE);
export const officeDays: CountingCalendar = compile(OFFICE, {}, 'days');

/** Deadlines and ledgers over both clock changes, holidays and nights, as one text. */
export function answers(): string {
  const calendars = [
    office,
    officeDays,
    compile(week('1-7', '22:00-06:00')),
    compile(week('6-7', '00:00-24:00')),
  ];
  const starts = [
    '2026-03-06T21:00:00Z',
    '2026-06-23T12:00:00Z',
    '2026-10-30T20:00:00Z',
    '2026-12-24T02:00:00Z',
  ];
  return JSON.stringify(
    calendars.flatMap((calendar) =>
      starts.map((start) => {
        const start_us = at(start);
        const stops = [
          {
            from_us: start_us + HOUR_US,
            to_us: start_us + 30 * HOUR_US,
            kind: 'paused',
            note: null,
          } as const,
        ];
        const clock = { calendar, start_us, amount_us: 20 * HOUR_US, stops };
        return [iso(dueAt(clock)), ledger(clock, start_us + 240 * HOUR_US)];
      }),
    ),
  );
}
