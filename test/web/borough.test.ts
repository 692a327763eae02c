/** The borough's desk as far as no screen is needed: local days, the list's address, and shares beside one another. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateAfter, dateOf, dateStart, dayStart } from '../../web/src/lib/borough/days.ts';
import {
  apiFilter,
  DUE_CHOICES,
  filterQuery,
  type ListFilter,
  NO_FILTER,
  readFilter,
  SORTS,
  STATUS_CHOICES,
} from '../../web/src/lib/borough/filter.ts';
import { pointsOf } from '../../web/src/lib/borough/found.ts';
import { reachOf, yearBefore } from '../../web/src/lib/borough/last-year.ts';
import { bordersOf, classOf } from '../../web/src/lib/borough/shades.ts';
import { onTimeShare, wilson } from '../../web/src/lib/borough/shares.ts';
import { frenchPath, pathIn } from '../../web/src/lib/i18n/address.ts';

const ZONE = 'America/Toronto';
const ms = (text: string): number => Date.parse(text);
const NOW_MS = ms('2026-11-25T15:00:00Z');

describe('a local day', () => {
  it.each([
    ['2026-11-25T15:00:00Z', 0, '2026-11-25T05:00:00.000Z'],
    ['2026-11-25T04:59:59Z', 0, '2026-11-24T05:00:00.000Z'],
    ['2026-11-25T15:00:00Z', 1, '2026-11-26T05:00:00.000Z'],
    ['2026-10-31T15:00:00Z', 1, '2026-11-01T04:00:00.000Z'],
    ['2026-10-31T15:00:00Z', 2, '2026-11-02T05:00:00.000Z'],
    ['2026-03-08T15:00:00Z', 0, '2026-03-08T05:00:00.000Z'],
    ['2026-03-08T15:00:00Z', 1, '2026-03-09T04:00:00.000Z'],
    ['2026-01-01T12:00:00Z', -1, '2025-12-31T05:00:00.000Z'],
  ])('begins at the city’s midnight, across both changes of clocks: %s, %d days on', (at, days, begins) => {
    expect(new Date(dayStart(ms(at), days, ZONE)).toISOString()).toBe(begins);
  });

  it('is 23, 24 or 25 hours long and holds the instant it was found by', () => {
    fc.assert(
      fc.property(fc.integer({ min: ms('2020-01-01'), max: ms('2035-01-01') }), (at_ms) => {
        const [from_ms, to_ms] = [dayStart(at_ms, 0, ZONE), dayStart(at_ms, 1, ZONE)];
        const date = dateOf(at_ms, ZONE);
        expect(from_ms <= at_ms && at_ms < to_ms).toBe(true);
        expect([23, 24, 25]).toContain((to_ms - from_ms) / 3_600_000);
        expect(dateStart(date, ZONE)).toBe(from_ms);
        expect(dateStart(dateAfter(date, 1), ZONE)).toBe(to_ms);
      }),
    );
  });

  it('that is none has no beginning', () => {
    for (const date of ['2026-02-30', '2026-13-01', 'tomorrow', '2026-1-1', ''])
      expect(dateStart(date, ZONE)).toBeNull();
  });
});

const text = fc
  .stringMatching(/^[\p{L}\d/ +&=#-]{1,12}$/u)
  .filter((value) => value.trim() === value && value !== '');
const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const anyFilter: fc.Arbitrary<ListFilter> = fc.record({
  service: orNull(text),
  unit: orNull(text),
  status: orNull(fc.constantFrom(...STATUS_CHOICES)),
  channel: orNull(fc.constantFrom('phone', 'web', 'mobile')),
  due: orNull(fc.constantFrom(...DUE_CHOICES)),
  due_before: orNull(fc.constantFrom('2026-11-26', '2027-01-01')),
  id: orNull(text),
  sort: fc.constantFrom(...SORTS),
  after: orNull(text),
});

describe('the address of a list', () => {
  it('says all that is chosen, and nothing else', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(readFilter(new URLSearchParams(filterQuery(filter)))).toEqual(filter);
      }),
    );
    expect(filterQuery(NO_FILTER)).toBe('');
  });

  it('that asks for what cannot be is read as if it did not', () => {
    const odd = new URLSearchParams(
      'status=lost&due=never&sort=colour&due_before=2026-02-30&channel=fax&page=3',
    );
    expect(readFilter(odd)).toEqual(NO_FILTER);
  });
});

const asked = (filter: Partial<ListFilter>): Record<string, string> =>
  Object.fromEntries(apiFilter({ ...NO_FILTER, ...filter }, 'VM', NOW_MS, ZONE));

describe('the question of a list', () => {
  it('is about what is open in the borough, unless something else is chosen', () => {
    expect(asked({})).toEqual({ borough: 'VM', open: 'true' });
    expect(asked({ status: 'all' })).toEqual({ borough: 'VM' });
    expect(asked({ status: 'settled' })).toEqual({ borough: 'VM', open: 'false' });
    expect(asked({ status: 'paused' })).toEqual({ borough: 'VM', status: 'paused' });
    expect(asked({ id: 'R-1, R-2 R-3' })).toEqual({ borough: 'VM', ids: 'R-1,R-2,R-3' });
  });

  it('has days that leave nothing out between them and have nothing twice: a midnight is of the day it ends', () => {
    const [today, soon] = [asked({ due: 'today' }), asked({ due: '3_days' })];
    expect(asked({ due: 'overdue' })).toEqual({ borough: 'VM', open: 'true', overdue: 'true' });
    expect(today).toEqual({
      borough: 'VM',
      open: 'true',
      overdue: 'false',
      due_before: '2026-11-26T05:00:00.001Z',
    });
    expect(soon.due_from).toBe(today.due_before);
    expect(soon.due_before).toBe('2026-11-29T05:00:00.001Z');
  });

  it('takes the earlier of two ends', () => {
    expect(asked({ due: '3_days', due_before: '2026-11-27' }).due_before).toBe('2026-11-27T05:00:00.001Z');
    expect(asked({ due: 'today', due_before: '2027-01-01' }).due_before).toBe('2026-11-26T05:00:00.001Z');
  });

  it('is the same all day long, so that it is not asked for anew', () => {
    const later = apiFilter({ ...NO_FILTER, due: 'today' }, 'VM', NOW_MS + 3_600_000, ZONE).toString();
    expect(apiFilter({ ...NO_FILTER, due: 'today' }, 'VM', NOW_MS, ZONE).toString()).toBe(later);
  });
});

describe('a page inside a borough', () => {
  it('has an address in each language that leads to the same page', () => {
    expect(pathIn('en', '/arrondissements/VM/demandes')).toBe('/boroughs/VM/requests');
    expect(frenchPath('/boroughs/VM/requests')).toBe('/arrondissements/VM/demandes');
    expect(pathIn('en', '/arrondissements/VM')).toBe('/boroughs/VM');
    expect(frenchPath('/boroughs')).toBe('/arrondissements');
    // A request may be called anything.
    expect(frenchPath('/requests/map')).toBe('/demandes/map');
    expect(frenchPath('/requestsx')).toBe('/requestsx');
  });
});

describe('a share', () => {
  it('has the interval that Wilson’s paper gives, within 0 and 1', () => {
    // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    expect(wilson(81, 263)).toMatchObject({
      low: expect.closeTo(0.2553, 4),
      high: expect.closeTo(0.3662, 4),
    });
    expect(wilson(0, 20)).toMatchObject({ low: 0, high: expect.closeTo(0.1611, 4) });
    expect(wilson(1, 29)).toMatchObject({
      low: expect.closeTo(0.0061, 4),
      high: expect.closeTo(0.1718, 4),
    });
    expect(wilson(0, 0)).toBeNull();
  });

  it('of what was on time is over the settled that had a due date and the open that are overdue', () => {
    const counts = { settled_on_time: 6, settled_late: 2, settled_without_due: 9, open_overdue: 2 };
    expect(onTimeShare({ value: 0.6, definition: 'on_time@1', counts })).toMatchObject({
      part: 6,
      whole: 10,
    });
    const { open_overdue: _left_out, ...settled } = counts;
    const alone = { value: 0.75, definition: 'on_time_settled@1', counts: settled };
    expect(onTimeShare(alone)).toMatchObject({ part: 6, whole: 8 });
  });
});

describe('the map of a list', () => {
  it('has the rows that have a place: overdue, new, or neither', () => {
    const row = { open: true, overdue: false, longitude: -73.57, latitude: 45.51 };
    const rows = [
      { ...row, id: 'late', overdue: true, created_at: '2026-11-25T14:00:00Z' },
      { ...row, id: 'new', created_at: '2026-11-25T14:00:00Z' },
      { ...row, id: 'old', created_at: '2026-11-24T14:00:00Z' },
      { ...row, id: 'nowhere', longitude: null, created_at: null },
    ] as unknown as Parameters<typeof pointsOf>[0];
    expect(pointsOf(rows, NOW_MS).features.map(({ properties }) => properties)).toEqual([
      { id: 'late', n: 1, overdue: 1, new: 0 },
      { id: 'new', n: 1, overdue: 0, new: 1 },
      { id: 'old', n: 1, overdue: 0, new: 0 },
    ]);
  });
});

describe('a year before', () => {
  it('is the same date, and the last of February where there is none', () => {
    expect(['2026-11-25', '2026-03-01', '2028-02-29', '2029-02-28'].map(yearBefore)).toEqual([
      '2025-11-25',
      '2025-03-01',
      '2027-02-28',
      '2028-02-28',
    ]);
  });
  it('is known from the first settlement on', () => {
    expect([null, 20, 25, 15, 10, 5].map((begins) => reachOf(10, 20, begins))).toEqual([
      'none',
      'none',
      'none',
      'part',
      'whole',
      'whole',
    ]);
  });
});

describe('the shades of the boroughs', () => {
  it('have round borders, leave none at all white, and put a border itself into the lower class', () => {
    expect(bordersOf('count', [3, 480])).toEqual([100, 200, 300, 400]);
    expect(bordersOf('count', [])).toEqual([1, 2, 3, 4]);
    const borders = bordersOf('overdue', [0.9]);
    expect([0, 0.01, 0.05, 0.051, 0.2, 0.4, 0.41, 1].map((share) => classOf(share, borders))).toEqual([
      0, 1, 1, 2, 3, 4, 5, 5,
    ]);
  });
  it('use no more classes than there are, whatever the most is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (most) => {
        const borders = bordersOf('count', [most]);
        expect(classOf(most, borders)).toBeLessThanOrEqual(borders.length + 1);
        expect(borders.every((border) => Number.isInteger(border))).toBe(true);
      }),
    );
  });
});
