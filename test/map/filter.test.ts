import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isMapFiltered,
  MAP_AGES,
  MAP_DUE,
  type MapFilter,
  mapFilterOf,
  mapFilterQuery,
  NO_MAP_FILTER,
} from '../../server/contract/map-filter.ts';
import type { MapPoint } from '../../server/contract/requests.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { LiveMap } from '../../server/map/live-map.ts';
import { uniform } from '../domain/random.ts';
import { decoded, NOW_S, samplePoint, seconds, tileOf } from './support.ts';

const ZONE = 'America/Toronto';
const WORLD = { west: -180, south: -85, east: 180, north: 85 };
const random = uniform(77);
const points = Array.from({ length: 3_000 }, (_, n) => samplePoint(n + 1, random));
const mapOf = (some: readonly MapPoint[]): LiveMap => {
  const map = new LiveMap({ clock: new ManualClock(NOW_S * 1_000_000), time_zone: ZONE });
  for (const point of some) map.set(point);
  return map;
};
const map = mapOf(points);

/** Local date, `YYYY-MM-DD`. */
const dateOf = (time_s: number): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(new Date(time_s * 1000));
function dueOf({ overdue, due_at }: MapPoint): string {
  if (overdue) return 'overdue';
  if (due_at === null) return 'none';
  // What is due at a midnight is due on the day that ends then.
  const days = (Date.parse(dateOf(seconds(due_at) - 1)) - Date.parse(dateOf(NOW_S))) / 86_400_000;
  return days <= 0 ? 'today' : days <= 3 ? 'soon' : 'later';
}
function ageOf({ created_at }: MapPoint): string {
  if (created_at === null) return 'unknown';
  const days = (NOW_S - Math.floor(seconds(created_at))) / 86_400;
  return String([1, 7, 30, 90, 365].filter((end) => days >= end).length);
}
const passes = (point: MapPoint, filter: MapFilter): boolean =>
  (filter.service.length === 0 || filter.service.includes(point.service ?? 'none')) &&
  (filter.borough.length === 0 || filter.borough.includes(point.borough ?? 'none')) &&
  (filter.age.length === 0 || filter.age.some((age) => age === ageOf(point))) &&
  (filter.due.length === 0 || filter.due.some((due) => due === dueOf(point)));

const some = <T>(values: readonly T[]) => fc.subarray([...values], { maxLength: 3 });
const filters: fc.Arbitrary<MapFilter> = fc.record({
  service: fc.oneof(fc.constant([]), some(['service-1', 'service-2', 'service-30', 'none', 'unheard-of'])),
  borough: fc.oneof(fc.constant([]), some(['VM', 'RO', 'none'])),
  age: some(MAP_AGES),
  due: some(MAP_DUE),
});

describe('a filter of the map', () => {
  it('makes the very tiles that a map of nothing but what passes has, at every zoom', () => {
    fc.assert(
      fc.property(filters, fc.integer({ min: 0, max: 18 }), fc.nat(points.length - 1), (filter, z, at) => {
        const only = mapOf(points.filter((point) => passes(point, filter)));
        const id = tileOf(points[at]!, z);
        const shown = map.shown(filter);
        expect(map.tiles.plain(id, shown).equals(only.tiles.plain(id))).toBe(true);
        expect(map.view(WORLD, 40, shown)).toEqual(only.view(WORLD, 40));
        expect(map.incidents(shown)).toEqual(only.incidents(undefined));
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it('leaves nothing out: the classes of one kind share out all there is', () => {
    const countOf = (filter: Partial<MapFilter>): number =>
      map.view(WORLD, 0, map.shown({ ...NO_MAP_FILTER, ...filter })).n;
    const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
    expect(sum(MAP_DUE.map((due) => countOf({ due: [due] })))).toBe(points.length);
    expect(sum(MAP_AGES.map((age) => countOf({ age: [age] })))).toBe(points.length);
    expect(sum(['VM', 'RO', 'PM', 'AC', 'none'].map((code) => countOf({ borough: [code] })))).toBe(
      points.length,
    );
  });

  it('follows what changes, and a tile that does not changes neither its bytes nor its ETag', async () => {
    const live = mapOf(points);
    const filter: MapFilter = { ...NO_MAP_FILTER, due: ['overdue'] };
    const changed = points.find(({ overdue }) => !overdue)!;
    const id = tileOf(changed, 9);
    const count = (): number =>
      decoded(live.tiles.plain(id, live.shown(filter)), 'requests').features.reduce(
        (sum, { values }) => sum + Number(values.n),
        0,
      );
    const before = count();
    const { etag } = await live.tiles.answer(id, [], live.shown(filter));
    live.set({ ...changed, service: 'service-59' });
    expect((await live.tiles.answer(id, [], live.shown(filter))).etag).toBe(etag);
    live.set({ ...changed, overdue: true });
    expect(count()).toBe(before + 1);
  });

  it('lets what is due tomorrow become what is due today by itself, at the local midnight', () => {
    const time = new ManualClock('2026-11-25T20:00:00-05:00');
    const live = new LiveMap({ clock: time, time_zone: ZONE });
    live.set({ ...points[0]!, overdue: false, due_at: '2026-11-26T15:00:00-05:00' });
    const today = (): number => live.view(WORLD, 0, live.shown({ ...NO_MAP_FILTER, due: ['today'] })).n;
    const told: string[] = [];
    live.onDirty((key) => told.push(key));
    live.age();
    expect([today(), told.length]).toEqual([0, 0]);
    time.advance_s(4 * 3_600 + 1);
    live.age();
    expect([today(), told.length > 0]).toEqual([1, true]);
  });

  it('is the same text in whatever order it was chosen, and reads back as itself', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        const text = mapFilterQuery(filter);
        const turned = { ...filter, service: filter.service.toReversed(), due: filter.due.toReversed() };
        expect(mapFilterQuery(turned)).toBe(text);
        const read = mapFilterOf(new URLSearchParams(text));
        expect(mapFilterQuery(read)).toBe(text);
        expect(isMapFiltered(read)).toBe(text !== '');
      }),
    );
  });
});
