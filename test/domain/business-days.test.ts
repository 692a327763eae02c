import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUSINESS_DAY_US, BusinessDays } from '../../server/domain/business-days.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';
import { us } from './history.ts';

const holidays = quebecHolidays();
const days = new BusinessDays('America/Toronto', holidays);
const between = (from: string, to: string): number => days.between_us(us(from), us(to)) / BUSINESS_DAY_US;

describe('time in business days', () => {
  it.each([
    ['a day to the same hour of the next is one', '2026-11-23T15:00:00Z', '2026-11-24T15:00:00Z', 1],
    ['a weekend adds nothing', '2026-11-20T17:00:00Z', '2026-11-23T17:00:00Z', 1],
    ['what begins on a weekend begins on Monday', '2026-11-21T15:00:00Z', '2026-11-23T17:00:00Z', 0.5],
    ['a weekend alone is nothing', '2026-11-21T05:00:00Z', '2026-11-23T05:00:00Z', 0],
    ['Thanksgiving is no business day', '2026-10-09T16:00:00Z', '2026-10-13T16:00:00Z', 1],
    ['clocks change on a Sunday, which counts nothing', '2026-10-30T16:00:00Z', '2026-11-02T17:00:00Z', 1],
    ['Christmas and New Year', '2026-12-24T17:00:00Z', '2027-01-04T17:00:00Z', 5],
    ['nothing lies between an instant and an earlier one', '2026-11-24T15:00:00Z', '2026-11-23T15:00:00Z', 0],
  ])('%s', (_, from, to, expected) => {
    expect(between(from, to)).toBe(expected);
  });

  it('adds up exactly, wherever it is cut', () => {
    const instant = fc.integer({ min: us('2024-01-01T00:00:00Z'), max: us('2029-01-01T00:00:00Z') });
    fc.assert(
      fc.property(instant, instant, instant, (...some) => {
        const [a, b, c] = some.sort((x, y) => x - y) as [number, number, number];
        expect(days.between_us(a, b) + days.between_us(b, c)).toBe(days.between_us(a, c));
        expect(days.between_us(a, c)).toBeLessThanOrEqual(c - a);
      }),
    );
  });
});
