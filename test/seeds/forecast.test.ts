import { beforeAll, describe, expect, it } from 'vitest';
import { dayNumber } from '../../seeds/city/calendar.ts';
import { City } from '../../seeds/city/city.ts';
import { forecastOf } from '../../server/domain/forecast.ts';
import { intervalOf } from '../../server/domain/interval.ts';
import { forecastRule } from '../../server/domain/local-grid.ts';

const TIME_ZONE = 'America/Toronto';
const SINCE = '2026-09-07';
const LAST = '2026-11-17';
/** Asked every 1 h 15 on these days, so at all times of the day. */
const ASKED_FROM = dayNumber('2026-11-04');
const EVERY = 5;
const AHEAD = 4;

/** Calls that entered each queue, by interval, of ten weeks of the simulated city. */
const entered = new Map<string, Map<number, number>>();
beforeAll(() => {
  const city = new City({ seed: 'montreal', size: 1, time_zone: TIME_ZONE, since: SINCE });
  for (let day = dayNumber(SINCE); day <= dayNumber(LAST); day += 1) {
    for (const { type, data, time_us } of city.begunOn(day)) {
      if (type !== 'call.queued') continue;
      const queue = String(data.queue);
      const counts = entered.get(queue) ?? new Map<number, number>();
      const interval = intervalOf(time_us);
      entered.set(queue, counts.set(interval, (counts.get(interval) ?? 0) + 1));
    }
  }
}, 60_000);

/** What was expected of each hour before it began, and what came. */
function asked(queue: string) {
  const counts = entered.get(queue) ?? new Map<number, number>();
  const rule = forecastRule(TIME_ZONE);
  const from = ASKED_FROM * 96;
  const tried = { hours: 0, inside: 0, wrong: 0, came: 0, error: 0 };
  for (let now = from; now < (dayNumber(LAST) + 1) * 96 - AHEAD; now += EVERY) {
    const known = new Map([...counts].filter(([interval]) => interval < now));
    const forecast = forecastOf(known, AHEAD, now, rule);
    if (!forecast) throw new Error(`nothing was foretold of ${queue}`);
    let came = 0;
    for (let interval = now; interval < now + AHEAD; interval += 1) came += counts.get(interval) ?? 0;
    const { total, total_error } = forecast;
    if (total.expected === 0 && came === 0) continue;
    tried.hours += 1;
    tried.inside += Number(came >= total.low && came <= total.high);
    tried.wrong += Math.abs(came - total.expected);
    tried.came += came;
    tried.error += total_error.wape ?? 0;
  }
  return {
    coverage: tried.inside / tried.hours,
    wape: tried.wrong / tried.came,
    error: tried.error / tried.hours,
  };
}

describe('the next hour of the simulated city', () => {
  it.each([
    ['centre', 0.14],
    ['CN', 0.22],
    ['RO', 0.26],
    ['VM', 0.28],
    // Three calls an hour: chance alone makes any forecast wrong by almost half of them.
    ['AJ', 0.5],
  ])('of %s lies four times in five in its interval, and is as wrong as it says', (queue, wape_max) => {
    const { coverage, wape, error } = asked(queue);
    expect(coverage).toBeGreaterThan(0.74);
    // Whole contacts make the interval of a small queue wider than it need be.
    expect(coverage).toBeLessThan(0.95);
    expect(wape).toBeLessThan(wape_max);
    expect(Math.abs(error - wape)).toBeLessThan(0.06);
  });
});
