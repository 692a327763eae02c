import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  INCIDENT_M,
  INCIDENT_REPORTS,
  INCIDENT_S,
  incidentsOf,
  type Report,
} from '../../server/domain/incident.ts';
import { distance_m } from '../../server/domain/place.ts';

const MORNING_S = 1_795_000_000;
const HERE = { longitude: -73.5673, latitude: 45.5017 };
const METRES = 111_195;
const report = (number: number, more: Partial<Report> = {}): Report => ({
  number,
  service: 'leak',
  created_s: MORNING_S,
  ...HERE,
  ...more,
});
const northOf = (metres: number) => ({ ...HERE, latitude: HERE.latitude + metres / METRES });
const numbers = (reports: readonly Report[]) =>
  incidentsOf(reports).map((all) => all.map(({ number }) => number));

/** By the definition: whatever can be reached by links, looked for pair by pair. */
function plainly(reports: readonly Report[]): number[][] {
  const left = new Set(reports);
  const groups: number[][] = [];
  for (const first of reports) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (const one of group) {
      for (const other of left) {
        const linked =
          one.service === other.service &&
          Math.abs(one.created_s - other.created_s) <= INCIDENT_S &&
          distance_m(one, other) <= INCIDENT_M;
        if (linked) {
          left.delete(other);
          group.push(other);
        }
      }
    }
    if (group.length >= INCIDENT_REPORTS)
      groups.push(group.map(({ number }) => number).sort((a, b) => a - b));
  }
  return groups.sort((a, b) => a[0]! - b[0]!);
}

describe('incidents', () => {
  it('are what hangs together by links of 150 m and 24 hours, as a search of all pairs finds them', () => {
    const someReport = fc.record({
      service: fc.constantFrom('leak', 'noise'),
      created_s: fc.integer({ min: 0, max: 6 * INCIDENT_S }).map((s) => MORNING_S + s),
      longitude: fc.double({ min: -73.58, max: -73.565, noNaN: true }),
      latitude: fc.double({ min: 45.5, max: 45.508, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(someReport, { maxLength: 120 }), (made) => {
        const reports = made.map((one, at) => ({ ...one, number: at + 1 }));
        const found = numbers(reports).map((all) => all.toSorted((a, b) => a - b));
        expect(found.toSorted((a, b) => a[0]! - b[0]!)).toEqual(plainly(reports));
      }),
      { numRuns: 200 },
    );
  });

  it('do not depend on the order in which reports are given', () => {
    const reports = Array.from({ length: 7 }, (_, at) =>
      report(at + 1, { created_s: MORNING_S + at * 3_600 }),
    );
    expect(numbers(reports.toReversed())).toEqual(numbers(reports));
    expect(numbers(reports)).toEqual([[1, 2, 3, 4, 5, 6, 7]]);
  });

  it('take in a whole street that no single distance would', () => {
    const street = Array.from({ length: 9 }, (_, at) => report(at + 1, northOf(at * 140)));
    expect(numbers(street)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    expect(numbers(street.filter(({ number }) => number !== 5))).toEqual([]);
  });

  it('need five reports, one service, and links no longer than they may be', () => {
    const five = (more: (at: number) => Partial<Report>) =>
      numbers(Array.from({ length: 5 }, (_, at) => report(at + 1, more(at)))).length;
    expect(five(() => ({}))).toBe(1);
    expect(numbers([1, 2, 3, 4].map((number) => report(number)))).toEqual([]);
    expect(five((at) => ({ service: at === 4 ? 'noise' : 'leak' }))).toBe(0);
    expect(five((at) => ({ created_s: MORNING_S + at * INCIDENT_S }))).toBe(1);
    expect(five((at) => ({ created_s: MORNING_S + (at === 4 ? INCIDENT_S + 1 : 0) }))).toBe(0);
    expect(five((at) => northOf(at === 4 ? 149.5 : 0))).toBe(1);
    expect(five((at) => northOf(at === 4 ? 150.5 : 0))).toBe(0);
  });
});
