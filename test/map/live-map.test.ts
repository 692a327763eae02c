import { describe, expect, it } from 'vitest';
import { isMapTile, type MapItem, type MapTileState } from '../../server/contract/map.ts';
import type { MapPoint } from '../../server/contract/requests.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { LiveMap } from '../../server/map/live-map.ts';
import { snapToGrid } from '../../server/map/snap.ts';
import { uniform } from '../domain/random.ts';
import { decoded, NOW_S, samplePoint, tileOf } from './support.ts';

const clock = () => new ManualClock(NOW_S * 1_000_000);
const asIs = (longitude: number, latitude: number) => [longitude, latitude] as const;
const pointOf = (number: number, more: Partial<MapPoint> = {}): MapPoint => ({
  ...samplePoint(number, uniform(number)),
  borough: 'VM',
  ...more,
});

/** Reads only what it is told has changed, as the push server does. */
class Follower {
  readonly items = new Map<string, MapItem>();
  readonly dirty = new Set<string>();
  readonly #map: LiveMap;
  readonly #scope: string;
  constructor(map: LiveMap, scope: string) {
    this.#map = map;
    this.#scope = scope;
    for (const key of map.keys()) this.dirty.add(key);
    map.onDirty((key) => {
      this.dirty.add(key);
    });
    this.tick();
  }
  tick(): number {
    const read = this.dirty.size;
    for (const key of this.dirty) {
      const item = this.#map.item(key);
      if (item && this.#map.inScope(this.#scope, key)) this.items.set(key, item);
      else this.items.delete(key);
    }
    this.dirty.clear();
    return read;
  }
  get tiles(): MapTileState[] {
    return [...this.items.values()].filter(isMapTile).sort((a, b) => a.tile.localeCompare(b.tile));
  }
  get numbers(): string[] {
    return [...this.items.keys()].filter((key) => !key.includes('/')).sort();
  }
}

describe('topic map', () => {
  it('tells a follower of changed keys the same as one that comes later', () => {
    const map = new LiveMap({ clock: clock() });
    const random = uniform(21);
    const early = { city: new Follower(map, 'city'), VM: new Follower(map, 'VM') };
    for (let step = 0; step < 9_000; step += 1) {
      const number = 1 + Math.floor(random() * 2_600);
      // First it grows beyond 2,000, then it shrinks below 1,800 again.
      if (random() < (step < 6_000 ? 0.1 : 0.8)) map.remove(number);
      else map.set(samplePoint(number, random));
      if (step % 500 > 0) continue;
      early.city.tick();
      early.VM.tick();
    }
    for (const scope of ['city', 'VM'] as const) {
      early[scope].tick();
      const late = new Follower(map, scope);
      expect(early[scope].tiles.map(({ version: _, ...rest }) => rest)).toEqual(
        late.tiles.map(({ version: _, ...rest }) => rest),
      );
      expect(early[scope].numbers).toEqual(late.numbers);
      expect(late.numbers.length).toBeGreaterThan(0);
    }
  });

  it('names each request while a scope holds 2,000, tiles alone beyond, and each again at 1,800', () => {
    const map = new LiveMap({ clock: clock() });
    const follower = new Follower(map, 'city');
    const borough = new Follower(map, 'PM');
    for (let n = 1; n <= 2_000; n += 1) map.set(pointOf(n, { borough: n <= 50 ? 'PM' : 'VM' }));
    follower.tick();
    borough.tick();
    expect([follower.numbers.length, borough.numbers.length]).toEqual([2_000, 50]);
    map.set(pointOf(2_001));
    follower.tick();
    borough.tick();
    expect([follower.numbers.length, borough.numbers.length]).toEqual([0, 50]);
    for (let n = 60; n < 260; n += 1) map.remove(n);
    follower.tick();
    expect([map.size, follower.numbers.length]).toEqual([1_801, 0]);
    map.remove(260);
    follower.tick();
    expect([map.size, follower.numbers.length]).toEqual([1_800, 1_800]);
  });

  it('counts in its tiles each request once', () => {
    const map = new LiveMap({ clock: clock() });
    for (let n = 1; n <= 3_000; n += 1) map.set(pointOf(n));
    const follower = new Follower(map, 'city');
    expect(follower.tiles.reduce((sum, { n }) => sum + n, 0)).toBe(3_000);
    map.set(pointOf(5, { overdue: !map.item('5') }));
    expect(follower.tick()).toBe(1);
  });

  it('gives a point back as it came, at its snapped place, to the second', () => {
    const map = new LiveMap({ clock: clock() });
    const point = pointOf(7, {
      longitude: -73.567_31,
      latitude: 45.501_77,
      created_at: '2026-11-17T12:00:00.000Z',
      due_at: '2026-11-20T12:00:00.000Z',
      status: 'paused',
    });
    map.set(point);
    const item = map.item('7') as MapPoint;
    const { longitude, latitude, ...rest } = point;
    expect(item).toMatchObject(rest);
    expect([item.longitude, item.latitude]).not.toEqual([longitude, latitude]);
    expect(Math.abs(item.latitude - latitude) * 111_200).toBeLessThan(60);
    expect(Math.abs(item.longitude - longitude) * 78_000).toBeLessThan(60);
  });

  it('forgets what is removed, and a removal of nothing changes nothing', () => {
    const map = new LiveMap({ clock: clock() });
    const follower = new Follower(map, 'city');
    map.set(pointOf(1));
    follower.tick();
    map.remove(1);
    map.remove(1);
    map.remove(2);
    follower.tick();
    expect([map.size, follower.items.size]).toEqual([0, 0]);
  });

  it('grows older by itself: what was new yesterday is not today', () => {
    const time = clock();
    const map = new LiveMap({ clock: time });
    map.set(
      pointOf(1, {
        overdue: false,
        due_at: null,
        created_at: new Date(NOW_S * 1000 - 3_600_000).toISOString(),
      }),
    );
    const follower = new Follower(map, 'city');
    expect(follower.tiles[0]).toMatchObject({ n: 1, new: 1 });
    time.advance_s(22 * 3_600);
    map.age();
    expect(follower.tick()).toBe(0);
    time.advance_s(2 * 3_600);
    map.age();
    expect(follower.tick()).toBe(1);
    expect(follower.tiles[0]).toMatchObject({ n: 1, new: 0 });
  });
});

describe('the tiles', () => {
  it('are encoded anew only when a point of theirs has changed: one a zoom', async () => {
    const map = new LiveMap({ clock: clock(), snap: asIs });
    const random = uniform(2);
    for (let n = 1; n <= 2_000; n += 1) map.set(samplePoint(n, random));
    const all = Array.from({ length: 2_000 }, (_, n) => map.item(String(n + 1)) as MapPoint);
    const ids = new Map<string, ReturnType<typeof tileOf>>();
    for (let z = 0; z <= 14; z += 1) {
      for (const point of all) ids.set(JSON.stringify(tileOf(point, z)), tileOf(point, z));
    }
    const ask = async () => await Promise.all([...ids.values()].map((id) => map.tiles.answer(id, [])));
    const before = await ask();
    const made = map.tiles.made;
    expect((await ask()).map(({ etag }) => etag)).toEqual(before.map(({ etag }) => etag));
    expect(map.tiles.made).toBe(made);
    const changed = all[77]!;
    map.set({ ...changed, overdue: !changed.overdue });
    const after = await ask();
    expect(map.tiles.made - made).toBe(15);
    const others = [...ids.values()].filter((_, at) => before[at]!.etag !== after[at]!.etag);
    expect(others).toEqual(Array.from({ length: 15 }, (_, z) => tileOf(changed, z)));
  });

  it('have the tag of their content: back as it was, it is the old one', async () => {
    const map = new LiveMap({ clock: clock() });
    map.set(pointOf(1));
    const id = tileOf(pointOf(1), 10);
    const first = await map.tiles.answer(id, []);
    map.set(pointOf(1, { overdue: !pointOf(1).overdue }));
    const second = await map.tiles.answer(id, []);
    map.set(pointOf(1));
    const third = await map.tiles.answer(id, []);
    expect(second.etag).not.toBe(first.etag);
    expect(third.etag).toBe(first.etag);
    expect(third.version).toBeGreaterThan(second.version);
  });

  it('hold no place that was not snapped', () => {
    const map = new LiveMap({ clock: clock() });
    const point = pointOf(1, { longitude: -73.567_21, latitude: 45.501_85 });
    map.set(point);
    const [longitude, latitude] = snapToGrid(point.longitude, point.latitude);
    const id = tileOf({ ...point, longitude, latitude }, 18);
    expect(decoded(map.tiles.plain(id), 'requests').features.length).toBe(1);
    expect(map.tiles.plain(tileOf(point, 18)).length).toBe(0);
  });
});

const secondOf = ({ created_at }: MapPoint): number =>
  created_at === null ? 0 : Math.floor(Date.parse(created_at) / 1000);

describe('a box', () => {
  it('has the counts and the newest of what lies in it', () => {
    const map = new LiveMap({ clock: clock() });
    const random = uniform(4);
    for (let n = 1; n <= 1_500; n += 1) map.set(samplePoint(n, random));
    const box = { west: -73.61, south: 45.5, east: -73.58, north: 45.53 };
    const inside = [...map.keys()]
      .filter((key) => !key.includes('/'))
      .map((key) => map.item(key) as MapPoint)
      .filter(
        ({ longitude: x, latitude: y }) => x >= box.west && x <= box.east && y >= box.south && y <= box.north,
      )
      .sort((a, b) => secondOf(b) - secondOf(a) || b.number - a.number);
    expect(inside.length).toBeGreaterThan(100);
    const view = map.view(box, 20);
    expect(view).toMatchObject({
      n: inside.length,
      overdue: inside.filter(({ overdue }) => overdue).length,
      next: null,
    });
    expect(view.items.map(({ number }) => number)).toEqual(inside.slice(0, 20).map(({ number }) => number));
    expect(map.view(box, 0).items).toEqual([]);
  });
});
