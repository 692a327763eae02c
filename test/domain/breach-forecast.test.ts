/** Breaches to come, against tables reckoned by hand. */
import { describe, expect, it } from 'vitest';
import {
  dispersionOf,
  forecastOf,
  LIFE_BORDERS_S,
  LifeTable,
  LifeTables,
  lifeBinOf,
  trialError,
} from '../../server/domain/breach-forecast.ts';

/** First second of a bin. */
const at = (bin: number): number => (bin === 0 ? 0 : LIFE_BORDERS_S[bin - 1]!);
const row = (bin: number, settled: number, open = 0) => ({ bin, settled, open });

describe('a life table', () => {
  it('puts each time into one bin, and the borders into the bin that they begin', () => {
    expect([0, 59.9, 60, 65.9, 66, 1e12].map(lifeBinOf)).toEqual([0, 0, 1, 1, 2, LIFE_BORDERS_S.length]);
    for (let bin = 0; bin <= LIFE_BORDERS_S.length; bin += 1) expect(lifeBinOf(at(bin))).toBe(bin);
  });

  it('of 100 of which 60 are settled in one bin and 40 in a later one, leaves 40 % between them', () => {
    const table = new LifeTable([row(10, 60), row(20, 40)]);
    expect(table.stillOpen(0, at(10))).toBeCloseTo(1, 12);
    expect(table.stillOpen(0, at(11))).toBeCloseTo(0.4, 12);
    expect(table.stillOpen(at(11), at(20))).toBeCloseTo(1, 12);
    // Half of the later bin is over: half of them are.
    expect(table.stillOpen(at(11), (at(20) + at(21)) / 2)).toBeCloseTo(0.5, 12);
    expect(table.stillOpen(at(11), at(21))).toBeCloseTo(0, 12);
  });

  it('counts what is still open for half of its bin, as Cutler and Ederer do', () => {
    // 100 reach bin 10: 20 are settled there and 40 no longer watched, so 20 of 80 go; of the 40 that reach bin 12, 10 go.
    const table = new LifeTable([row(10, 20, 40), row(12, 10), row(30, 0, 30)]);
    expect(table.stillOpen(0, at(11))).toBeCloseTo(0.75, 12);
    expect(table.stillOpen(0, at(13))).toBeCloseTo(0.75 * 0.75, 12);
    expect(table.stillOpen(at(11), at(13))).toBeCloseTo(0.75, 12);
  });

  it('says nothing of an age that fewer than 20 have reached', () => {
    const table = new LifeTable([row(5, 81), row(10, 19)]);
    expect(table.stillOpen(at(5), at(10))).not.toBeNull();
    expect(table.stillOpen(at(6), at(10))).toBeNull();
  });
});

describe('breaches to come', () => {
  const tables = new LifeTables([
    { service: 'pothole', borough: 'VM', ...row(10, 15), open: 5 },
    { service: 'pothole', borough: 'LS', ...row(20, 80) },
    { service: 'leak', borough: 'VM', ...row(10, 19) },
  ]);
  const request = { service: 'pothole', borough: 'VM', age_s: 0, left_s: at(11) };

  it('come from the service in its borough; where that knows too little, from the service in the city', () => {
    // 15 of 20 − 5 ÷ 2 are settled by then.
    expect(tables.chance(request)).toBeCloseTo(1 - 15 / 17.5, 12);
    // None of the borough was open for so long; in the city 80 were.
    expect(tables.chance({ ...request, age_s: at(12), left_s: at(15) - at(12) })).toBeCloseTo(1, 12);
    expect(tables.chance({ ...request, borough: 'RP' })).toBeCloseTo(1 - 15 / 97.5, 12);
    expect(tables.chance({ ...request, service: 'leak' })).toBeNull();
    expect(tables.chance({ ...request, service: 'tree' })).toBeNull();
    expect(tables.chance({ ...request, service: null })).toBeNull();
  });

  it('are the sum of the chances, within 1.28 deviations, and what is not known is counted apart', () => {
    // 4 of variance 1 ÷ 4 and 100 of 0.09: 3.162 of deviation, 4.053 of reach around 12.
    const chances = [...Array(4).fill(0.5), ...Array(100).fill(0.1), null, null];
    const { expected, variance, ...rest } = forecastOf(chances);
    expect(variance).toBeCloseTo(10, 10);
    expect(expected).toBeCloseTo(12, 10);
    expect(rest).toEqual({ low: 7, high: 17, at_risk: 106, without_history: 2 });
    expect(forecastOf([])).toEqual({
      expected: 0,
      variance: 0,
      low: 0,
      high: 0,
      at_risk: 0,
      without_history: 0,
    });
    expect(forecastOf([1, 1])).toMatchObject({ expected: 2, low: 2, high: 2 });
  });

  it('lie further apart where weeks have varied more than chance explains', () => {
    const week = (expected: number, variance: number, breached: number) => ({ expected, variance, breached });
    // (36 ÷ 4 + 9 ÷ 9) ÷ 2
    expect(dispersionOf([week(10, 4, 16), week(10, 9, 7)])).toBeCloseTo(5, 12);
    expect(dispersionOf([week(10, 4, 10)])).toBe(1);
    expect(dispersionOf([week(2, 0, 2)])).toBe(1);
    expect(dispersionOf([])).toBe(1);
    // 4 times the variance of 10: a reach of 8.1 around 12.
    const chances = [...Array(4).fill(0.5), ...Array(100).fill(0.1)];
    expect(forecastOf(chances, 4)).toMatchObject({ low: 3, high: 21 });
  });

  it('are held against what came', () => {
    const trial = (expected: number, breached: number) => ({ ...forecastOf([]), expected, breached });
    expect(trialError([trial(10, 8), trial(5, 12)])).toBeCloseTo(9 / 20, 12);
    expect(trialError([trial(3, 0)])).toBeNull();
    expect(trialError([])).toBeNull();
  });
});
