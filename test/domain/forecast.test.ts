import { describe, expect, it } from 'vitest';
import { type ForecastRule, forecastOf, quantile } from '../../server/domain/forecast.ts';
import { intervalOf } from '../../server/domain/interval.ts';
import { LocalGrid } from '../../server/domain/local-grid.ts';
import { uniform } from './random.ts';

const grid = new LocalGrid('America/Toronto');
const rule: ForecastRule = {
  slotOf: grid.slotOf,
  intervalAt: grid.intervalAt,
  isHoliday: (date) => date === '2026-10-12',
};
const at = (iso: string): number => intervalOf(Date.parse(iso) * 1000);
const NOW = at('2026-11-24T14:00:00Z');

/** A Poisson count. */
function poisson(mean: number, next: () => number): number {
  let count = 0;
  let product = next();
  for (const limit = Math.exp(-mean); product > limit; product *= next()) count += 1;
  return count;
}
/** Counts of nine weeks before NOW by a rate that only local time decides. */
function history(
  rate: (hour: number, date: string) => number,
  count = poisson,
  weeks = 9,
): Map<number, number> {
  const next = uniform(311);
  const counts = new Map<number, number>();
  for (let interval = NOW - weeks * 672; interval < NOW; interval += 1) {
    const { date, minute } = grid.slotOf(interval);
    counts.set(interval, count(rate(minute / 60, date), next));
  }
  return counts;
}
const exact = (mean: number): number => Math.round(mean);
const NEXT = [NOW, NOW + 1, NOW + 2, NOW + 3];

describe('the local grid', () => {
  it('keeps the time on the clock across both changes, and knows the hour that is left out', () => {
    expect(grid.slotOf(at('2026-11-01T13:00:00Z'))).toEqual({ date: '2026-11-01', minute: 8 * 60 });
    expect(grid.intervalAt({ date: '2026-11-01', minute: 8 * 60 })).toBe(at('2026-11-01T13:00:00Z'));
    expect(grid.intervalAt({ date: '2026-10-31', minute: 8 * 60 })).toBe(at('2026-10-31T12:00:00Z'));
    expect(grid.intervalAt({ date: '2026-03-08', minute: 150 })).toBeNull();
    expect(grid.intervalAt({ date: '2026-03-08', minute: 8 * 60 })).toBe(at('2026-03-08T12:00:00Z'));
  });
});

describe('the forecast', () => {
  it('is what came at the same local time of the same weekday, also across a clock change', () => {
    const counts = history((hour) => (hour >= 9 && hour < 10 ? 40 : 5), exact);
    expect(
      forecastOf(counts, NEXT, NOW, rule)?.intervals.map(({ expected }) => Math.round(expected)),
    ).toEqual([40, 40, 40, 40]);
  });
  it('follows a day that runs higher than its like, as far as twice', () => {
    const counts = history(() => 30, exact);
    for (let interval = NOW - 8; interval < NOW; interval += 1) counts.set(interval, 45);
    const [first] = forecastOf(counts, NEXT, NOW, rule)?.intervals ?? [];
    expect(first?.expected).toBeGreaterThan(42);
    expect(first?.expected).toBeLessThanOrEqual(45);
    for (let interval = NOW - 8; interval < NOW; interval += 1) counts.set(interval, 900);
    expect(forecastOf(counts, NEXT, NOW, rule)?.intervals[0]?.expected).toBe(60);
  });
  it('leaves holidays out, and one day that was unlike the others decides nothing', () => {
    const counts = history((_hour, date) => (date === '2026-11-10' ? 500 : 20), exact);
    expect(forecastOf(counts, NEXT, NOW, rule)?.intervals[0]?.expected).toBeCloseTo(20, 6);
  });
  it('says nothing with fewer than two like days before it', () => {
    expect(
      forecastOf(
        history(() => 20, exact, 1),
        NEXT,
        NOW,
        rule,
      ),
    ).toBeNull();
    expect(forecastOf(new Map(), NEXT, NOW, rule)).toBeNull();
  });
  it('holds four counts in five in its interval, and says how wrong it was', () => {
    const daily = (hour: number): number => 4 + 30 * Math.exp(-((hour - 11) ** 2) / 18);
    const forecast = forecastOf(history(daily), NEXT, NOW, rule);
    expect(forecast?.error.intervals).toBe(672);
    expect(forecast?.error.coverage).toBeGreaterThan(0.78);
    expect(forecast?.error.coverage).toBeLessThan(0.92);
    // Chance alone makes a Poisson count of mean m wrong by about 0.8 ÷ √m.
    expect(forecast?.error.wape).toBeGreaterThan(0.15);
    expect(forecast?.error.wape).toBeLessThan(0.35);
  });
});

describe('the interval around it', () => {
  it('is that of Poisson by default, wider when counts vary more, and passes into the normal one without a step', () => {
    expect([quantile(10, 1, 0.1), quantile(10, 1, 0.9)]).toEqual([6, 14]);
    expect(quantile(10, 3, 0.9)).toBeGreaterThan(14);
    expect(quantile(0.05, 1, 0.9)).toBe(0);
    expect(Math.abs(quantile(199.9, 2, 0.9) - quantile(200, 2, 0.9))).toBeLessThanOrEqual(2);
  });
});
