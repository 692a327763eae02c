import { describe, expect, it } from 'vitest';
import { GROUND } from '../../seeds/reference/ground.ts';
import { BOROUGHS, LINKED_CITIES } from '../../seeds/reference/index.ts';
import type { MapItem, MapTileState } from '../../server/contract/map.ts';
import { changedKeys, concerned, tilesOf, versionsOf } from '../../web/src/lib/map/changed.ts';
import { boundsOf, extentOf, labelsOf } from '../../web/src/lib/map/ground.ts';

const tile = (key: string, version: number): MapTileState => ({
  tile: key,
  version,
  n: 1,
  overdue: 0,
  new: 0,
});
const BOX = { west: -73.75, south: 45.45, east: -73.5, north: 45.6 };

describe('what a map asks for again', () => {
  it('is told by versions: new, changed and gone, and nothing else', () => {
    const before = versionsOf({ a: tile('12/1/1', 5), b: tile('12/1/2', 5), c: tile('12/1/3', 5) });
    const after = versionsOf({ a: tile('12/1/1', 5), b: tile('12/1/2', 6), d: tile('12/1/4', 6) });
    expect(changedKeys(before, after).sort()).toEqual(['12/1/2', '12/1/3', '12/1/4']);
    expect(changedKeys(after, after)).toEqual([]);
  });

  it('does not take requests for tiles', () => {
    const items = { '7': { number: 7 } as MapItem, '12/1/1': tile('12/1/1', 1) };
    expect([...versionsOf(items).keys()]).toEqual(['12/1/1']);
  });

  it('are the shown tiles around a changed one, or inside it', () => {
    for (const z of [8, 10, 12, 14]) {
      const shown = tilesOf(BOX, z);
      const [changed] = tilesOf({ west: -73.6, south: 45.5, east: -73.6, north: 45.5 }, 12);
      const asked = concerned(shown, [`12/${changed!.x}/${changed!.y}`]);
      expect(asked.length).toBe(z <= 12 ? 1 : 16);
      for (const one of asked)
        expect(Math.floor(one.x * 2 ** (12 - z))).toBeGreaterThanOrEqual(z <= 12 ? 0 : changed!.x);
    }
    expect(concerned(tilesOf(BOX, 10), ['12/0/0'])).toEqual([]);
    expect(concerned(tilesOf(BOX, 10), [])).toEqual([]);
  });

  it('is every tile that a box shows, and no other', () => {
    expect(tilesOf({ west: -180, south: -85, east: 180, north: 85 }, 1).length).toBe(4);
    expect(tilesOf(BOX, 9)).toEqual([
      { z: 9, x: 151, y: 182 },
      { z: 9, x: 151, y: 183 },
    ]);
  });
});

describe('the ground', () => {
  it('names every borough and linked city once, and has an area for all but the smallest', () => {
    const codes = GROUND.territories.features.map(({ properties }) => properties.code);
    expect([...codes].sort()).toEqual([...BOROUGHS, ...LINKED_CITIES].map(({ code }) => code).sort());
    const empty = GROUND.territories.features.filter(({ geometry }) => geometry.coordinates.length === 0);
    expect(empty.map(({ properties }) => properties.code)).toEqual(['ID']);
  });

  it('is small enough for a first picture', () => {
    expect(JSON.stringify(GROUND).length).toBeLessThan(150_000);
  });

  it('has a name in each area, and room around it', () => {
    const labels = labelsOf(GROUND.territories);
    expect(labels.features.length).toBe(GROUND.territories.features.length - 1);
    const [west, south, east, north] = extentOf(GROUND.shore);
    expect(west).toBeLessThan(GROUND.bounds[0]);
    expect(south).toBeLessThan(GROUND.bounds[1]);
    expect(east).toBeGreaterThan(GROUND.bounds[2]);
    expect(north).toBeGreaterThan(GROUND.bounds[3]);
    for (const { geometry } of labels.features) {
      const [x = 0, y = 0] = geometry.coordinates;
      expect(x > GROUND.bounds[0] - 0.05 && x < GROUND.bounds[2] + 0.05).toBe(true);
      expect(y > GROUND.bounds[1] - 0.05 && y < GROUND.bounds[3] + 0.05).toBe(true);
    }
  });

  it('is opened on a borough by its code, and on all of it by a code that it does not know', () => {
    const ground = { ...GROUND, style: null };
    const [west, south, east, north] = boundsOf(ground, 'VM');
    const [all_west, all_south, all_east, all_north] = boundsOf(ground, null);
    expect([all_west, all_south, all_east, all_north]).toEqual([...GROUND.bounds]);
    expect((east - west) * (north - south)).toBeLessThan(
      ((all_east - all_west) * (all_north - all_south)) / 10,
    );
    // The town hall.
    expect(west < -73.554 && -73.554 < east && south < 45.509 && 45.509 < north).toBe(true);
    expect(boundsOf(ground, 'ZZ')).toEqual([...GROUND.bounds]);
  });
});
