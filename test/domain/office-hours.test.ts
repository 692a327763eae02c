import { describe, expect, it } from 'vitest';
import type { OfficeHours } from '../../server/contract/reference.ts';
import { holidaysOf, quebecHolidays } from '../../server/domain/holidays.ts';
import { isOpen, localDate, minutesOf, nextClosing, nextOpening } from '../../server/domain/office-hours.ts';

const ZONE = 'America/Toronto';
const holidays = quebecHolidays();
const us = (instant: string): number => Date.parse(instant) * 1000;
const iso = (time_us: number | null): string | null =>
  time_us === null ? null : new Date(time_us / 1000).toISOString();
const range = (from: string, to: string) => [{ from, to }];
const WEEK: readonly OfficeHours[] = [
  {
    season: null,
    weekly: Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, range('08:30', '17:00')])),
  },
];
const open = (hours: readonly OfficeHours[] | null, instant: string) =>
  isOpen(hours, us(instant), ZONE, holidays);

describe('office hours', () => {
  it('an opening includes its first instant and not its last', () => {
    expect(open(WEEK, '2026-11-23T08:29:59.999-05:00')).toBe(false);
    expect(open(WEEK, '2026-11-23T08:30:00-05:00')).toBe(true);
    expect(open(WEEK, '2026-11-23T16:59:59.999-05:00')).toBe(true);
    expect(open(WEEK, '2026-11-23T17:00:00-05:00')).toBe(false);
  });

  it('no ranges at all is open always; an empty list is closed always', () => {
    expect(open(null, '2026-12-25T03:00:00-05:00')).toBe(true);
    expect(open([], '2026-11-23T12:00:00-05:00')).toBe(false);
    expect(nextOpening([], us('2026-11-23T12:00:00-05:00'), ZONE, holidays)).toBeNull();
  });

  it('a weekday that is missing, and a holiday, are closed', () => {
    expect(open(WEEK, '2026-11-22T12:00:00-05:00')).toBe(false);
    expect(open(WEEK, '2026-10-12T12:00:00-04:00')).toBe(false);
  });

  it('a range that ends at 24:00 loses no minute before midnight', () => {
    const late: OfficeHours[] = [{ season: null, weekly: { 1: range('12:00', '24:00') } }];
    expect(open(late, '2026-11-23T23:59:59.999-05:00')).toBe(true);
    expect(open(late, '2026-11-24T00:00:00-05:00')).toBe(false);
    expect(iso(nextClosing(late, us('2026-11-23T13:00:00-05:00'), ZONE, holidays))).toBe(
      '2026-11-24T05:00:00.000Z',
    );
  });

  it('a range that passes midnight belongs to the day on which it begins', () => {
    const night: OfficeHours[] = [{ season: null, weekly: { 4: range('16:00', '02:00') } }];
    expect(open(night, '2026-11-27T01:59:59-05:00')).toBe(true);
    expect(open(night, '2026-11-27T02:00:00-05:00')).toBe(false);
    expect(open(night, '2026-11-26T01:00:00-05:00')).toBe(false);
    // 24 December is an ordinary Thursday: the holiday of the next day does not cut its night.
    expect(open(night, '2026-12-25T01:00:00-05:00')).toBe(true);
  });

  it('adjoining ranges across midnight are one opening', () => {
    const joined: OfficeHours[] = [
      { season: null, weekly: { 1: range('20:00', '24:00'), 2: range('00:00', '06:00') } },
    ];
    const monday_night = us('2026-11-23T21:00:00-05:00');
    expect(iso(nextClosing(joined, monday_night, ZONE, holidays))).toBe('2026-11-24T11:00:00.000Z');
    expect(iso(nextOpening(joined, monday_night, ZONE, holidays))).toBe('2026-12-01T01:00:00.000Z');
  });

  it('a season includes both its dates, and may pass the new year', () => {
    const seasons: OfficeHours[] = [
      { season: { from: '09-01', to: '05-31' }, weekly: { 1: range('08:00', '16:00') } },
      { season: { from: '06-01', to: '08-31' }, weekly: { 1: range('08:00', '12:00') } },
    ];
    expect(open(seasons, '2026-08-31T13:00:00-04:00')).toBe(false);
    expect(open(seasons, '2026-06-01T11:00:00-04:00')).toBe(true);
    expect(open(seasons, '2026-01-05T13:00:00-05:00')).toBe(true);
  });

  it('the next opening passes weekends and holidays', () => {
    const friday = us('2026-10-09T17:00:00-04:00');
    expect(iso(nextOpening(WEEK, friday, ZONE, holidays))).toBe('2026-10-13T12:30:00.000Z');
    expect(nextClosing(WEEK, friday, ZONE, holidays)).toBeNull();
  });

  it('the night of the spring change has an hour less, that of the autumn change an hour more', () => {
    const night: OfficeHours[] = [
      { season: null, weekly: { 6: range('22:00', '04:00'), 7: range('22:00', '04:00') } },
    ];
    const span = (instant: string): number => {
      const opens_us = nextOpening(night, us(instant), ZONE, holidays)!;
      return (nextClosing(night, opens_us, ZONE, holidays)! - opens_us) / 3_600e6;
    };
    expect(span('2026-03-07T12:00:00-05:00')).toBe(5);
    expect(span('2026-10-31T12:00:00-04:00')).toBe(7);
    expect(span('2026-11-07T12:00:00-05:00')).toBe(6);
  });

  it('a range in the hour that spring skips begins after it and never has a negative length', () => {
    const skipped: OfficeHours[] = [{ season: null, weekly: { 7: range('02:15', '02:45') } }];
    expect(open(skipped, '2026-03-08T03:20:00-04:00')).toBe(true);
    expect(open(skipped, '2026-03-08T01:59:00-05:00')).toBe(false);
    const into: OfficeHours[] = [{ season: null, weekly: { 7: range('02:30', '03:00') } }];
    expect(open(into, '2026-03-08T03:10:00-04:00')).toBe(false);
  });

  it('local dates change at local midnight on days of 23, 24 and 25 hours', () => {
    for (const day of ['2026-03-08', '2026-03-09', '2026-11-01', '2026-11-02']) {
      const offset = new Date(`${day}T04:30:00Z`);
      expect(localDate(offset.getTime() * 1000, ZONE) <= day).toBe(true);
    }
    expect(localDate(us('2026-03-08T23:59:59-04:00'), ZONE)).toBe('2026-03-08');
    expect(localDate(us('2026-11-01T23:59:59-05:00'), ZONE)).toBe('2026-11-01');
    expect(localDate(us('2026-11-02T00:00:00-05:00'), ZONE)).toBe('2026-11-02');
  });

  it('a time that is none is refused', () => {
    for (const bad of ['24:01', '8:30', '12:60', '', 'noon'])
      expect(() => minutesOf(bad)).toThrow('time of day');
  });
});

describe('holidays of Québec', () => {
  it('the statutory days of 2026 fall where the calendar prints them', () => {
    const dates = [...holidaysOf(2026).keys()].sort();
    expect(dates).toEqual([
      '2026-01-01',
      '2026-01-02',
      '2026-04-03',
      '2026-04-06',
      '2026-05-18',
      '2026-06-24',
      '2026-07-01',
      '2026-09-07',
      '2026-10-12',
      '2026-12-25',
      '2026-12-26',
    ]);
  });

  it('Canada Day is 2 July when 1 July is a Sunday', () => {
    for (const year of [2018, 2029]) {
      const days = holidaysOf(year);
      expect(days.has(`${year}-07-01`)).toBe(false);
      expect(days.get(`${year}-07-02`)?.fr).toBe('Fête du Canada');
    }
  });

  it('the national holiday of a Sunday is observed on the Monday too', () => {
    expect(holidaysOf(2029).get('2029-06-25')?.fr).toContain('reportée');
    expect(holidaysOf(2026).has('2026-06-25')).toBe(false);
  });

  it('an employer may choose one of the Easter days', () => {
    const days = holidaysOf(2026, { easter: ['easter_monday'], yearly: {}, once: {} });
    expect(days.has('2026-04-03')).toBe(false);
    expect(days.get('2026-04-06')?.fr).toBe('Lundi de Pâques');
  });
});
