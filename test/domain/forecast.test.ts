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
/** Intervals of the next hour. */
const NEXT = 4;

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
    for (let interval = NOW - 48; interval < NOW; interval += 1) counts.set(interval, 45);
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
  it('keeps the edge at which a day begins', () => {
    const counts = history((hour) => (hour >= 9 ? 40 : 0), exact);
    const before = forecastOf(counts, NEXT, NOW - 2, rule)?.intervals.map(({ expected }) => expected) ?? [];
    expect(before.slice(0, 2)).toEqual([0, 0]);
    expect(before[2]).toBeCloseTo(40, 6);
  });
  it('takes a holiday for a Sunday', () => {
    const counts = history((_hour, date) => (new Date(date).getUTCDay() === 0 ? 6 : 30), exact);
    const holiday = { ...rule, isHoliday: (date: string) => date === '2026-11-24' };
    expect(forecastOf(counts, NEXT, at('2026-11-24T14:00:00Z'), rule)?.intervals[0]?.expected).toBeCloseTo(
      30,
    );
    const expected = forecastOf(counts, NEXT, at('2026-11-24T14:00:00Z'), holiday)?.intervals[0]?.expected;
    // The day before was an ordinary one; this one still runs at 30 until now, which lifts it to at most twice.
    expect(expected).toBeGreaterThanOrEqual(6);
    expect(expected).toBeLessThanOrEqual(12);
  });
  it('does not mind a week of outage', () => {
    const counts = history(() => 25, exact);
    for (let interval = NOW - 3 * 672; interval < NOW - 2 * 672; interval += 1) counts.set(interval, 0);
    expect(forecastOf(counts, NEXT, NOW, rule)?.intervals[0]?.expected).toBeCloseTo(25, 6);
  });
  it('has at hand what it would have said an hour ago, without what came since', () => {
    const counts = history(() => 30);
    const earlier = forecastOf(new Map([...counts].filter(([at]) => at < NOW - 4)), NEXT, NOW - 4, rule);
    const { past } = forecastOf(counts, NEXT, NOW, rule) ?? {};
    expect(past?.expected).toBeCloseTo(earlier?.total.expected ?? Number.NaN, 9);
    expect(past?.entered).toBe([4, 3, 2, 1].reduce((sum, ago) => sum + (counts.get(NOW - ago) ?? 0), 0));
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
    expect(forecast?.error.trials).toBe(672);
    // The sums of four that lie in the same week.
    expect(forecast?.total_error.trials).toBe(669);
    expect(forecast?.error.coverage).toBeGreaterThan(0.78);
    expect(forecast?.error.coverage).toBeLessThan(0.92);
    // Chance alone makes a Poisson count of mean m wrong by about 0.8 ÷ √m.
    expect(forecast?.error.wape).toBeGreaterThan(0.15);
    expect(forecast?.error.wape).toBeLessThan(0.35);
    expect(forecast?.total_error.coverage).toBeGreaterThan(0.75);
    expect(forecast?.total_error.wape).toBeLessThan(forecast?.error.wape ?? 0);
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
