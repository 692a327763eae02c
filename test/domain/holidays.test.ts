/**
 * The city's holidays of 2020–2035, written out: the statutory days with both Easter days, and the city's own 2 January and 26
 * December. Compared with the date-holidays package (CA, QC, public) for each year; it differs where it should: it lists neither the
 * city's own days nor Easter Monday as public, keeps Canada Day on Sunday 1 July in 2029 and 2035 (the law makes it the 2nd), and
 * leaves out 25 June of those two years, on which 24 June is a Sunday.
 */
import { describe, expect, it } from 'vitest';
import { holidaysOf, quebecHolidays } from '../../server/domain/holidays.ts';

const GOLDEN: Readonly<Record<number, string>> = {
  2020: '01-01 01-02 04-10 04-13 05-18 06-24 07-01 09-07 10-12 12-25 12-26',
  2021: '01-01 01-02 04-02 04-05 05-24 06-24 07-01 09-06 10-11 12-25 12-26',
  2022: '01-01 01-02 04-15 04-18 05-23 06-24 07-01 09-05 10-10 12-25 12-26',
  2023: '01-01 01-02 04-07 04-10 05-22 06-24 07-01 09-04 10-09 12-25 12-26',
  2024: '01-01 01-02 03-29 04-01 05-20 06-24 07-01 09-02 10-14 12-25 12-26',
  2025: '01-01 01-02 04-18 04-21 05-19 06-24 07-01 09-01 10-13 12-25 12-26',
  2026: '01-01 01-02 04-03 04-06 05-18 06-24 07-01 09-07 10-12 12-25 12-26',
  2027: '01-01 01-02 03-26 03-29 05-24 06-24 07-01 09-06 10-11 12-25 12-26',
  2028: '01-01 01-02 04-14 04-17 05-22 06-24 07-01 09-04 10-09 12-25 12-26',
  2029: '01-01 01-02 03-30 04-02 05-21 06-24 06-25 07-02 09-03 10-08 12-25 12-26',
  2030: '01-01 01-02 04-19 04-22 05-20 06-24 07-01 09-02 10-14 12-25 12-26',
  2031: '01-01 01-02 04-11 04-14 05-19 06-24 07-01 09-01 10-13 12-25 12-26',
  2032: '01-01 01-02 03-26 03-29 05-24 06-24 07-01 09-06 10-11 12-25 12-26',
  2033: '01-01 01-02 04-15 04-18 05-23 06-24 07-01 09-05 10-10 12-25 12-26',
  2034: '01-01 01-02 04-07 04-10 05-22 06-24 07-01 09-04 10-09 12-25 12-26',
  2035: '01-01 01-02 03-23 03-26 05-21 06-24 06-25 07-02 09-03 10-08 12-25 12-26',
};

describe('the holidays of Québec, 2020–2035', () => {
  it.each(Object.entries(GOLDEN))('of %s are exactly those of the calendar on the wall', (year, dates) => {
    const found = [...holidaysOf(Number(year)).keys()].sort();
    expect(found).toEqual(dates.split(' ').map((day) => `${year}-${day}`));
  });

  it('are statutory or the city’s own: non-holidays in a holiday feed do not stop the clock', () => {
    const holidays = quebecHolidays();
    // What feeds mix in: observances, days of other provinces or of the federal public service, Sundays that have a name.
    const ordinary = [
      ['Groundhog Day', '2026-02-02'],
      ['Valentine’s Day', '2026-02-14'],
      ['Family Day (Ontario)', '2026-02-16'],
      ['Saint Patrick’s Day', '2026-03-17'],
      ['Easter Sunday', '2026-04-05'],
      ['Mother’s Day', '2026-05-10'],
      ['Father’s Day', '2026-06-21'],
      ['Civic Holiday (Ontario)', '2026-08-03'],
      ['Day for Truth and Reconciliation', '2026-09-30'],
      ['Hallowe’en', '2026-10-31'],
      ['Remembrance Day', '2026-11-11'],
      ['Christmas Eve', '2026-12-24'],
      ['New Year’s Eve', '2026-12-31'],
    ] as const;
    expect(ordinary.filter(([, date]) => holidays.nameOf(date) !== null)).toEqual([]);
  });

  it('have a name in both languages', () => {
    for (const year of Object.keys(GOLDEN))
      for (const { fr, en } of holidaysOf(Number(year)).values()) expect([fr, en]).not.toContain('');
  });
});
