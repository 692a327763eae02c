import { describe, expect, it } from 'vitest';
import type { CountingCalendar } from '../../server/domain/calendar.ts';
import { ALWAYS } from '../../server/domain/calendar.ts';
import {
  type Clock,
  countedUntil,
  dueAt,
  ledger,
  measureOf,
  type Stop,
  targetAmount_us,
} from '../../server/domain/deadline.ts';
import { at, compile, HOUR_US, iso, office, officeDays, week } from './offices.ts';

const DAY_US = 24 * HOUR_US;
const clock = (calendar: CountingCalendar, start: string, amount_us: number, ...stops: Stop[]): Clock => ({
  calendar,
  start_us: at(start),
  amount_us,
  stops,
});
const paused = (from: string, to: string | null, note: string | null = null): Stop => ({
  kind: 'paused',
  from_us: at(from),
  to_us: to === null ? null : at(to),
  note,
});
const settled = (from: string, to: string | null): Stop => ({ ...paused(from, to), kind: 'settled' });
const told = (of: Clock, to_us: number): string[] =>
  ledger(of, to_us).map(({ kind, from_us, to_us, note }) => {
    const name = note !== null && typeof note === 'object' ? note.en : note;
    return [kind, (to_us - from_us) / HOUR_US, ...(name ? [name] : [])].join(' ');
  });

describe('a deadline', () => {
  it('of two business days, received on Monday at ten, is Wednesday at ten', () => {
    const target = { amount: 2, unit: 'business_days', calendar: 'office' } as const;
    expect(measureOf(target)).toBe('days');
    const monday = clock(officeDays, '2026-11-23T10:00:00-05:00', targetAmount_us(target));
    expect(iso(dueAt(monday))).toBe('2026-11-25T15:00:00.000Z');
  });

  it('has an amount in minutes, hours, or business days of 86,400 s', () => {
    const of = (amount: number, unit: 'minutes' | 'hours' | 'business_days') => ({
      amount,
      unit,
      calendar: 'office',
    });
    expect(targetAmount_us(of(5, 'minutes'))).toBe(300_000_000);
    expect(targetAmount_us(of(1.5, 'hours'))).toBe(5_400_000_000);
    expect(targetAmount_us(of(3, 'business_days'))).toBe(3 * DAY_US);
    expect([measureOf(of(1, 'minutes')), measureOf(of(1, 'hours'))]).toEqual(['hours', 'hours']);
  });

  it('warns at a share of the counted time, which a pause moves and a weekend does not shorten', () => {
    const friday = clock(office, '2026-11-20T14:30:00-05:00', 4 * HOUR_US);
    expect(iso(dueAt(friday, 0.75))).toBe('2026-11-23T14:30:00.000Z');
    expect(iso(dueAt(friday))).toBe('2026-11-23T15:30:00.000Z');
  });

  it('is open while the clock stands, and known again with the resume', () => {
    const start = '2026-11-23T09:00:00-05:00';
    const stands = clock(office, start, 4 * HOUR_US, paused('2026-11-23T10:00:00-05:00', null));
    expect(dueAt(stands)).toBeNull();
    expect(countedUntil(stands, at('2026-12-23T10:00:00-05:00'))).toBe(HOUR_US);
    const stop = paused('2026-11-23T10:00:00-05:00', '2026-11-24T10:00:00-05:00');
    expect(iso(dueAt(clock(office, start, 4 * HOUR_US, stop)))).toBe('2026-11-24T18:00:00.000Z');
  });

  it('that falls exactly where a stop begins is reached before it', () => {
    const stop = paused('2026-11-23T13:00:00-05:00', null);
    expect(iso(dueAt(clock(office, '2026-11-23T09:00:00-05:00', 4 * HOUR_US, stop)))).toBe(
      '2026-11-23T18:00:00.000Z',
    );
    expect(dueAt(clock(office, '2026-11-23T09:00:00-05:00', 4 * HOUR_US + 1, stop))).toBeNull();
  });

  it('is not healed by a pause after it', () => {
    const late = paused('2026-11-23T14:00:00-05:00', '2026-11-27T10:00:00-05:00');
    expect(iso(dueAt(clock(office, '2026-11-23T09:00:00-05:00', 4 * HOUR_US, late)))).toBe(
      '2026-11-23T18:00:00.000Z',
    );
  });

  it('of a reopened request goes on from the reopening; the settled time does not count, closed or open', () => {
    const reopened = clock(
      office,
      '2026-11-23T09:00:00-05:00',
      10 * HOUR_US,
      settled('2026-11-23T12:00:00-05:00', '2026-11-30T12:00:00-05:00'),
    );
    const due_us = dueAt(reopened)!;
    expect(iso(due_us)).toBe('2026-12-01T16:00:00.000Z');
    expect(told(reopened, due_us)).toEqual([
      'counted 3',
      'settled 168',
      'counted 4.5',
      'closed 16',
      'counted 2.5',
    ]);
  });

  it('takes stops that overlap once, in any order, and also those from before its start', () => {
    const stops = [
      paused('2026-11-23T11:00:00-05:00', '2026-11-23T13:00:00-05:00', 'second'),
      settled('2026-11-23T12:00:00-05:00', '2026-11-23T12:30:00-05:00'),
      paused('2026-11-22T10:00:00-05:00', '2026-11-23T12:00:00-05:00', 'first'),
      // Nothing: it ends where it begins.
      paused('2026-11-23T14:00:00-05:00', '2026-11-23T14:00:00-05:00'),
    ];
    const stopped = clock(office, '2026-11-23T09:00:00-05:00', HOUR_US, ...stops);
    expect(iso(dueAt(stopped))).toBe('2026-11-23T19:00:00.000Z');
    expect(told(stopped, dueAt(stopped)!)).toEqual([
      'paused 3 first',
      'settled 0.5',
      'paused 0.5 second',
      'counted 1',
    ]);
  });

  it('with nothing to count is due at its start, and one that a calendar never fills is never', () => {
    expect(dueAt(clock(office, '2026-11-22T12:00:00Z', 0))).toBe(at('2026-11-22T12:00:00Z'));
    expect(dueAt(clock(compile({}), '2026-11-22T12:00:00Z', 1))).toBeNull();
  });

  it('has a ledger that is empty where no time has passed', () => {
    expect(ledger(clock(office, '2026-11-22T12:00:00Z', 1), at('2026-11-22T12:00:00Z'))).toEqual([]);
    expect(countedUntil(clock(office, '2026-11-23T15:00:00Z', 1), at('2026-11-20T15:00:00Z'))).toBe(0);
  });
});

describe('errors other systems made, in deadlines', () => {
  it('a pause over a weekend counted in clock time: only the open time in it is made up', () => {
    const friday = clock(
      office,
      '2026-11-20T15:00:00-05:00',
      4 * HOUR_US,
      paused('2026-11-20T16:00:00-05:00', '2026-11-23T09:00:00-05:00', 'pièces'),
    );
    expect(iso(dueAt(friday))).toBe('2026-11-23T17:00:00.000Z');
    expect(told(friday, dueAt(friday)!)).toEqual([
      'counted 1',
      'paused 0.5 pièces',
      'closed 64',
      'paused 0.5 pièces',
      'counted 3',
    ]);
  });

  it('a pause over a weekend counted in clock time: one wholly inside it changes nothing', () => {
    const start = '2026-11-20T15:00:00-05:00';
    const weekend = paused('2026-11-21T09:00:00-05:00', '2026-11-22T18:00:00-05:00');
    for (const calendar of [office, officeDays])
      expect(dueAt(clock(calendar, start, 4 * HOUR_US, weekend))).toBe(
        dueAt(clock(calendar, start, 4 * HOUR_US)),
      );
  });

  it('pause time added to a creation that falls on a holiday: a pause on the holiday adds nothing', () => {
    // Canada Day 2026 is a Wednesday.
    const start = '2026-07-01T10:00:00-04:00';
    const pause = paused('2026-07-01T11:00:00-04:00', '2026-07-01T15:00:00-04:00');
    expect(iso(dueAt(clock(office, start, 8 * HOUR_US, pause)))).toBe('2026-07-02T20:30:00.000Z');
    expect(iso(dueAt(clock(officeDays, start, DAY_US, pause)))).toBe('2026-07-03T04:00:00.000Z');
    // One that goes on into the next day adds what of that day is open.
    const longer = paused('2026-07-01T11:00:00-04:00', '2026-07-02T09:30:00-04:00');
    expect(iso(dueAt(clock(office, start, 7 * HOUR_US, longer)))).toBe('2026-07-02T20:30:00.000Z');
  });

  it('closed time counted as paused: nights and holidays inside a pause stay what they are', () => {
    const over = clock(
      office,
      '2026-06-23T15:30:00-04:00',
      8 * HOUR_US,
      paused('2026-06-23T16:00:00-04:00', '2026-06-25T09:00:00-04:00'),
    );
    expect(told(over, at('2026-06-25T10:00:00-04:00'))).toEqual([
      'counted 0.5',
      'paused 0.5',
      'closed 16',
      'holiday 8 Québec’s National Holiday',
      'closed 16',
      'paused 0.5',
      'counted 1',
    ]);
  });

  it('a minute lost every midnight by 23:59: ten days on the 24/7 calendar are ten days', () => {
    const start = '2026-05-01T10:00:30-04:00';
    expect(dueAt(clock(ALWAYS, start, 10 * DAY_US))).toBe(at(start) + 10 * DAY_US);
    const round = compile(week('1-7', '00:00-24:00'), { holidays: false });
    expect(told(clock(round, start, 10 * DAY_US), at(start) + 10 * DAY_US)).toEqual(['counted 240']);
  });

  it('an escalation fired at 00:00 when a deadline crosses days: it is due at its minute of the day', () => {
    const monday = clock(office, '2026-11-23T14:00:00-05:00', 10 * HOUR_US);
    expect(iso(dueAt(monday, 0.75))).toBe('2026-11-24T18:30:00.000Z');
    expect(iso(dueAt(monday))).toBe('2026-11-24T21:00:00.000Z');
    // Midnight between the two has counted nothing.
    const midnight = at('2026-11-24T00:00:00-05:00');
    expect(countedUntil(monday, midnight)).toBe(2.5 * HOUR_US);
    for (let minute = 1; minute < 1440; minute += 1) {
      const start_us = at('2026-11-23T00:00:00-05:00') + minute * 60_000_000;
      expect(dueAt({ calendar: officeDays, start_us, amount_us: 2 * DAY_US, stops: [] })).toBe(
        start_us + 2 * DAY_US,
      );
    }
  });

  it('a fixed UTC offset that ignores daylight saving: a business day is due at the same time on the wall', () => {
    expect(iso(dueAt(clock(officeDays, '2026-03-06T10:00:00-05:00', DAY_US)))).toBe(
      '2026-03-09T14:00:00.000Z',
    );
    expect(iso(dueAt(clock(officeDays, '2026-10-30T10:00:00-04:00', DAY_US)))).toBe(
      '2026-11-02T15:00:00.000Z',
    );
    // An hour on the 24/7 calendar is an hour, whatever the wall says.
    expect(iso(dueAt(clock(ALWAYS, '2026-11-01T00:30:00-04:00', 2 * HOUR_US)))).toBe(
      '2026-11-01T06:30:00.000Z',
    );
  });
});
