/** Trends over days and months of the month made by hand: what they say is what the report says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../server/lib/clock.ts';
import { cell, type GoldenCity, goldenCity } from './golden-city.ts';
import { GOLDEN_NOW } from './golden-month.ts';

let city: GoldenCity;
beforeAll(async () => {
  city = await goldenCity(new ManualClock(GOLDEN_NOW));
});
afterAll(() => city?.close());

describe('trends', () => {
  interface Point {
    readonly at: string;
    readonly value: number | null;
    readonly data?: string;
  }
  interface Trend {
    readonly items: readonly Point[];
    readonly last_year: readonly Point[];
    readonly definition: string | null;
    readonly target: number | null;
  }
  async function trend(path: string): Promise<Trend> {
    const answer = await city.ask(`/api/v1/trends/${path}`);
    expect([path, answer.status]).toEqual([path, 200]);
    return (await answer.json()) as Trend;
  }
  const valueAt = (points: readonly Point[], at: string): number | null | undefined =>
    points.find((point) => point.at === at)?.value;

  it('by month say what the report says, beside the year before', async () => {
    const level = await trend('service_level?from=2025-10&to=2025-12');
    expect(level.items.map(({ at, value }) => [at, value])).toEqual([
      ['2025-10', 1],
      ['2025-11', 4 / 6],
      ['2025-12', null],
    ]);
    expect(level.last_year.map(({ value, data }) => [value, data])).toEqual([
      [null, 'none'],
      [1, 'partial'],
      [null, undefined],
    ]);
    expect([level.definition, level.target]).toEqual(['service_level@1', 0.8]);
    const on_time = await trend('on_time?from=2025-11-20&to=2025-11-30');
    expect(on_time.items).toMatchObject([{ at: '2025-11', value: 19 / 22, of: 22 }]);
    const { content } = await city.report('?scope=VM');
    const calls = await trend('calls?scope=vm&from=2025-11&to=2025-11');
    expect(calls.items[0]!.value).toBe(cell(content, 'calls', 'offered', 'month').value);
  });

  it('by day add up to the month, and the last evening is its closing', async () => {
    for (const scope of ['city', 'VM']) {
      const days = await trend(`received?interval=day&scope=${scope}&from=2025-11-01&to=2025-11-30`);
      const months = await trend(`received?scope=${scope}&from=2025-11&to=2025-11`);
      expect(days.items.reduce((sum, { value }) => sum + value!, 0)).toBe(months.items[0]!.value);
      const calls = await trend(`calls?interval=day&scope=${scope}&from=2025-11-01&to=2025-11-30`);
      const month = await trend(`calls?scope=${scope}&from=2025-11&to=2025-11`);
      expect(calls.items.reduce((sum, { value }) => sum + value!, 0)).toBe(month.items[0]!.value);
    }
    const backlog = await trend('backlog?interval=day&from=2025-10-30&to=2025-12-01');
    expect(valueAt(backlog.items, '2025-11-30')).toBe(4);
    // r7 is settled ten minutes after midnight.
    expect(valueAt(backlog.items, '2025-12-01')).toBe(3);
    // r0, and r6 that evening.
    expect(['2025-10-30', '2025-10-31'].map((at) => valueAt(backlog.items, at))).toEqual([1, 2]);
  });

  it('are CSV to who asks for it', async () => {
    const answer = await city.ask('/api/v1/trends/abandonment?from=2025-11&to=2025-11', {
      headers: { accept: 'text/csv' },
    });
    expect(await answer.text()).toContain('abandonment,city,2025-11,0.25,share,8,');
  });

  it('say what to ask instead of what there is not', async () => {
    const refused = async (path: string): Promise<[number, string]> => {
      const answer = await city.ask(`/api/v1/trends/${path}`);
      return [answer.status, ((await answer.json()) as { error: { message: string } }).error.message];
    };
    expect(await refused('happiness')).toEqual([404, expect.stringContaining('service_level')]);
    expect(await refused('on_time?interval=day')).toEqual([400, expect.stringContaining('must be month')]);
    expect(await refused('calls?scope=ZZ')).toEqual([400, expect.stringContaining('code of a borough')]);
    expect(await refused('calls?from=2025-12&to=2025-11')).toEqual([
      400,
      expect.stringContaining('before from'),
    ]);
    expect(await refused('calls?from=1900-01')).toEqual([400, expect.stringContaining('must be')]);
    expect(await refused('calls?from=2025-13')).toEqual([400, expect.stringContaining('2026-10')]);
    expect(await refused('calls?queue=VM')).toEqual([400, expect.stringContaining('scope')]);
  });
});
