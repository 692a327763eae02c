import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALWAYS, compileCalendar } from '../../server/domain/calendar.ts';
import { answers, at, compile, define, HOUR_US, holidays, iso, office, officeDays, week } from './offices.ts';

const DAY_US = 24 * HOUR_US;
const hours = (calendar: typeof office, from: string, to: string): number =>
  calendar.counted_us(at(from), at(to)) / HOUR_US;
const told = (calendar: typeof office, from: string, to: string): string[] =>
  calendar
    .stretches(at(from), at(to))
    .map(({ kind, from_us, to_us, note }) =>
      [kind, (to_us - from_us) / HOUR_US, ...(note ? [note.en] : [])].join(' '),
    );

describe('a calendar', () => {
  it('counts inside its ranges only, to the microsecond', () => {
    expect(hours(office, '2026-11-23T12:00:00-05:00', '2026-11-24T10:00:00-05:00')).toBe(6);
    expect(office.counted_us(at('2026-11-23T08:29:59.999-05:00'), at('2026-11-23T08:30:00.001-05:00'))).toBe(
      1000,
    );
    expect(office.counted_us(at('2026-11-24T10:00:00Z'), at('2026-11-23T10:00:00Z'))).toBe(0);
  });

  it('reaches an amount at the end of the range in which it is full, not at the next opening', () => {
    const friday = at('2026-11-20T14:30:00-05:00');
    expect(iso(office.after_us(friday, 2 * HOUR_US))).toBe('2026-11-20T21:30:00.000Z');
    expect(iso(office.after_us(friday, 2 * HOUR_US + 1000))).toBe('2026-11-23T13:30:00.001Z');
    expect(office.after_us(at('2026-11-22T12:00:00Z'), 0)).toBe(at('2026-11-22T12:00:00Z'));
  });

  it('tells of a holiday only the time that would have counted', () => {
    expect(told(office, '2026-06-23T16:00:00-04:00', '2026-06-25T09:00:00-04:00')).toEqual([
      'counted 0.5',
      'closed 16',
      'holiday 8 Québec’s National Holiday',
      'closed 16',
      'counted 0.5',
    ]);
    expect(told(officeDays, '2026-06-23T16:00:00-04:00', '2026-06-25T09:00:00-04:00')).toEqual([
      'counted 8',
      'holiday 24 Québec’s National Holiday',
      'counted 9',
    ]);
    // 24 June 2028 is a Saturday: the office is closed anyway.
    expect(told(office, '2028-06-24T00:00:00-04:00', '2028-06-25T00:00:00-04:00')).toEqual(['closed 24']);
  });

  it('closes on its one-off dates, opens on its open ones, and may know no holidays', () => {
    const moved = compile(week('1-5', '09:00-17:00'), {
      open: ['2026-06-24'],
      closed: { '2026-06-26': { fr: 'Fête nationale (déplacée)', en: 'National Holiday (moved)' } },
    });
    expect(told(moved, '2026-06-24T00:00:00-04:00', '2026-06-27T00:00:00-04:00')).toEqual([
      'closed 9',
      'counted 8',
      'closed 16',
      'counted 8',
      'closed 16',
      'holiday 8 National Holiday (moved)',
      'closed 7',
    ]);
    const tireless = compile(week('1-5', '09:00-17:00'), { holidays: false });
    expect(hours(tireless, '2026-12-25T00:00:00-05:00', '2026-12-26T00:00:00-05:00')).toBe(8);
    // An open date has its weekday's ranges: on a weekday without any it stays closed.
    const sunday = compile(week('1-5', '09:00-17:00'), { open: ['2026-11-22'] });
    expect(hours(sunday, '2026-11-22T00:00:00-05:00', '2026-11-23T00:00:00-05:00')).toBe(0);
  });

  it('counts ranges that overlap or adjoin once', () => {
    const doubled = compile(week('1', '08:00-12:00 10:00-14:00 14:00-15:00'));
    expect(told(doubled, '2026-11-23T08:00:00-05:00', '2026-11-23T16:00:00-05:00')).toEqual([
      'counted 7',
      'closed 1',
    ]);
  });

  it('keeps stretches whole over the new year', () => {
    const nights = compile(week('1-7', '22:00-06:00'), { holidays: false });
    expect(told(nights, '2026-12-31T21:00:00-05:00', '2027-01-01T07:00:00-05:00')).toEqual([
      'closed 1',
      'counted 8',
      'closed 1',
    ]);
  });

  it('gives no stretch and no negative time to a range in the hour that spring skips, on a closed date too', () => {
    const closed = { '2026-03-08': { fr: 'Inventaire', en: 'Stocktaking' } };
    const range = week('7', '02:30-03:00 03:05-04:00');
    const span = ['2026-03-08T00:00:00-05:00', '2026-03-08T05:00:00-04:00'] as const;
    expect(hours(compile(range), ...span)).toBeCloseTo(55 / 60, 9);
    const stretches = compile(range, { closed }).stretches(at(span[0]), at(span[1]));
    expect(stretches.map(({ kind }) => kind)).toEqual(['closed', 'holiday', 'closed']);
    expect(stretches.map(({ from_us }) => from_us).slice(1)).toEqual(
      stretches.map(({ to_us }) => to_us).slice(0, -1),
    );
  });

  it('is 24/7 when it has no ranges at all', () => {
    for (const calendar of [ALWAYS, compile(null)]) {
      expect(calendar.counted_us(0, 5)).toBe(5);
      expect(calendar.counted_us(5, 0)).toBe(0);
      expect(calendar.after_us(at('2026-12-25T00:00:00Z'), DAY_US)).toBe(at('2026-12-26T00:00:00Z'));
      expect(told(calendar, '2026-12-25T00:00:00Z', '2027-12-25T00:00:00Z')).toEqual(['counted 8760']);
      expect(calendar.stretches(5, 5)).toEqual([]);
    }
  });

  it.each([
    ['a time of day', { weekly: week('1', '8:30-17:00') }, 'calendar "test": "8:30" is not a time of day'],
    ['a weekday', { weekly: { 0: [] } as never }, 'weekday "0" is not 1 (Monday) to 7 (Sunday)'],
    ['a closed date', { closed: { '2026-02-30': { fr: 'x', en: 'x' } } }, '"2026-02-30" is no date'],
    ['an open date', { open: ['24 juin'] }, '"24 juin" is no date'],
    [
      'a date both closed and open',
      { open: ['2026-06-24'], closed: { '2026-06-24': { fr: 'x', en: 'x' } } },
      '2026-06-24 is both closed and open; keep one',
    ],
    ['closed dates on 24/7', { weekly: null, closed: { '2026-06-24': { fr: 'x', en: 'x' } } }, '00:00–24:00'],
  ])('refuses %s that cannot be meant', (_, more, message) => {
    expect(() => compile(week('1-5', '09:00-17:00'), more)).toThrow(message);
  });

  it('refuses an unknown zone when it is compiled, and what is no instant', () => {
    const options = { time_zone: 'America/Montroyal', holidays, measure: 'hours' } as const;
    expect(() => compileCalendar(define(week('1', '09:00-17:00')), options)).toThrow();
    expect(() => office.counted_us(0, Number.POSITIVE_INFINITY)).toThrow('is no instant');
  });
});

describe('errors other systems made, in calendars', () => {
  it('a minute lost every midnight by 23:59', () => {
    const round = compile(week('1-7', '00:00-24:00'), { holidays: false });
    const from = at('2026-05-01T10:00:00-04:00');
    for (const calendar of [ALWAYS, round]) {
      expect(calendar.counted_us(from, from + 30 * DAY_US)).toBe(30 * DAY_US);
      expect(calendar.after_us(from, 30 * DAY_US)).toBe(from + 30 * DAY_US);
      expect(calendar.stretches(from, from + 30 * DAY_US)).toHaveLength(1);
    }
    // Who writes 23:59 means it: a minute each night does not count, and the stretches show it.
    const lossy = compile(week('1-7', '00:00-23:59'), { holidays: false });
    expect(lossy.counted_us(from, from + 30 * DAY_US)).toBe(30 * (DAY_US - 60_000_000));
  });

  it('non-holidays in a holiday feed: Saint Patrick’s Day, Easter Sunday and Remembrance Day count', () => {
    const daily = compile(week('1-7', '09:00-17:00'));
    for (const date of ['2026-03-17', '2026-04-05', '2026-11-11'])
      expect([date, hours(daily, `${date}T04:00:00Z`, `${date}T23:30:00Z`)]).toEqual([date, 8]);
  });

  it('a calendar with weekdays missing: they are closed, and one with none never opens', () => {
    const some = compile({ ...week('1', '09:00-17:00'), ...week('3', '09:00-12:00') });
    expect(iso(some.after_us(at('2026-11-23T16:00:00-05:00'), 2 * HOUR_US))).toBe('2026-11-25T15:00:00.000Z');
    for (const none of [compile({}), compile({ 1: [], 5: [] }), compile({ 1: [] }, {}, 'days')]) {
      expect(none.counted_us(at('2026-01-01T00:00:00Z'), at('2028-01-01T00:00:00Z'))).toBe(0);
      expect(none.after_us(at('2026-01-01T00:00:00Z'), 1)).toBeNull();
      expect(told(none, '2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z')).toEqual(['closed 24']);
    }
  });

  it('a fixed UTC offset that ignores daylight saving: offices open at the same time on the wall', () => {
    // Friday at 16:00, then an hour: Monday at 09:00, over the spring and the autumn change.
    expect(iso(office.after_us(at('2026-03-06T16:00:00-05:00'), HOUR_US))).toBe('2026-03-09T13:00:00.000Z');
    expect(iso(office.after_us(at('2026-10-30T16:00:00-04:00'), HOUR_US))).toBe('2026-11-02T14:00:00.000Z');
    const nights = compile(week('6', '22:00-04:00'));
    expect(hours(nights, '2026-03-07T12:00:00-05:00', '2026-03-08T12:00:00-04:00')).toBe(5);
    expect(hours(nights, '2026-10-31T12:00:00-04:00', '2026-11-01T12:00:00-05:00')).toBe(7);
  });

  it('a fixed UTC offset that ignores daylight saving: a business Sunday has 23 or 25 exact hours', () => {
    const sundays = compile(week('7', '10:00-12:00'), {}, 'days');
    expect(hours(sundays, '2026-03-07T00:00:00-05:00', '2026-03-10T00:00:00-04:00')).toBe(23);
    expect(hours(sundays, '2026-10-31T00:00:00-04:00', '2026-11-03T00:00:00-05:00')).toBe(25);
  });

  it('no range past midnight: a night belongs to the date on which it begins', () => {
    const thursdays = compile(week('4', '16:00-02:00'));
    // The night of Thursday 24 December runs into Christmas Day, which does not cut it.
    expect(told(thursdays, '2026-12-24T16:00:00-05:00', '2026-12-25T12:00:00-05:00')).toEqual([
      'counted 10',
      'closed 10',
    ]);
    // The night of a holiday is a holiday to its end, in the day after too: 1 January 2026 is a Thursday.
    expect(told(thursdays, '2026-01-01T15:00:00-05:00', '2026-01-02T03:00:00-05:00')).toEqual([
      'closed 1',
      'holiday 10 New Year’s Day',
      'closed 1',
    ]);
    expect(hours(thursdays, '2026-11-26T00:00:00-05:00', '2026-11-26T16:00:00-05:00')).toBe(0);
  });

  it('ranges corrupted by a browser in another zone: a process in any zone answers the same', () => {
    const here = answers();
    const script = fileURLToPath(new URL('offices-elsewhere.ts', import.meta.url));
    for (const zone of ['Asia/Tokyo', 'America/Los_Angeles', 'Pacific/Kiritimati']) {
      const output = execFileSync(process.execPath, [script], {
        env: { ...process.env, TZ: zone },
        encoding: 'utf8',
      });
      const [zoneThere, there] = output.split('\n');
      expect(zoneThere).toBe(zone);
      expect(there).toBe(here);
    }
  });
});
