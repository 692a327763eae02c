import { describe, expect, it } from 'vitest';
import { makeTile, type TileId } from '../../server/map/tile.ts';
import { uniform } from '../domain/random.ts';
import { Both, decoded, isNewPoint, NOW_S, samplePoint, seconds, shake, tileOf, worldOf } from './support.ts';

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
const number = (value: unknown): number => Number(value ?? 0);

const both = new Both();
const random = uniform(11);
for (let n = 1; n <= 4_000; n += 1) both.set(samplePoint(n * 3, random));
shake(both, 6_000, 15_000, 5);
const points = [...both.points.values()];
const tile = (id: TileId): Buffer => makeTile(both.index, both.names, id, NOW_S);

/** Tiles of each zoom with points in them, and one without. */
function tilesOf(z: number): TileId[] {
  const ids = new Map(points.map((point) => [JSON.stringify(tileOf(point, z)), tileOf(point, z)]));
  return [...ids.values()].filter((_, at) => at % Math.ceil(ids.size / 12) === 0);
}
const inside = ({ z, x, y }: TileId) =>
  points.filter((point) => tileOf(point, z).x === x && tileOf(point, z).y === y);

describe('a tile', () => {
  it('counts each point of its area exactly once, in each of its layers, at every zoom', () => {
    for (let z = 0; z <= 18; z += 1) {
      for (const id of tilesOf(z)) {
        const expected = inside(id);
        const data = tile(id);
        for (const layer of z < 14 ? ['requests', 'clusters'] : ['requests']) {
          const { features } = decoded(data, layer);
          const total = (key: string) => sum(features.map(({ values }) => number(values[key])));
          expect([id, layer, total('n'), total('overdue'), total('new')]).toEqual([
            id,
            layer,
            expected.length,
            expected.filter(({ overdue }) => overdue).length,
            expected.filter(isNewPoint).length,
          ]);
        }
      }
    }
  });

  it('has one feature a pixel of 256 below zoom 14, in its middle, with what the pixel holds', () => {
    for (const z of [0, 3, 8, 9, 10, 11, 12, 13]) {
      for (const id of tilesOf(z)) {
        const pixels = new Map<string, number>();
        for (const point of inside(id)) {
          const [px, py] = worldOf(point.longitude, point.latitude, z + 8);
          const key = `${(px % 256) * 2 + 1},${(py % 256) * 2 + 1}`;
          pixels.set(key, (pixels.get(key) ?? 0) + 1);
        }
        const { extent, features } = decoded(tile(id), 'requests');
        expect(extent).toBe(512);
        expect(new Map(features.map(({ x, y, values }) => [`${x},${y}`, values.n]))).toEqual(pixels);
      }
    }
  });

  it('says which request a feature is from zoom 12 on, where it is alone', () => {
    for (const z of [12, 13, 14, 16, 18]) {
      for (const id of tilesOf(z)) {
        for (const { id: own, values } of decoded(tile(id), 'requests').features) {
          if (values.n !== 1) {
            expect(own).toBe(0);
            continue;
          }
          const point = both.points.get(own);
          if (!point) throw new Error(`there is no request ${own}`);
          expect(tileOf(point, z)).toEqual(id);
          expect([values.service ?? null, values.borough ?? null, values.status]).toEqual([
            point.service,
            point.borough,
            point.status,
          ]);
          expect(number(values.overdue)).toBe(point.overdue ? 1 : 0);
          const age_days = (NOW_S - seconds(point.created_at)) / 86_400;
          const age =
            point.created_at === null ? 0 : [1, 7, 30, 90, 365].filter((end) => age_days >= end).length;
          expect(number(values.age)).toBe(age);
        }
      }
    }
  });

  it('shows a place within half a unit from zoom 14 on, and what lies at one place as one', () => {
    const stacked = both.points.get(points.find(({ longitude }) => longitude === -73.5673)?.number ?? 0);
    if (!stacked) throw new Error('no points lie at one place');
    for (const z of [14, 15, 18]) {
      const id = tileOf(stacked, z);
      const { extent, features } = decoded(tile(id), 'requests');
      expect(extent).toBe(4096);
      const [x, y] = worldOf(stacked.longitude, stacked.latitude, z + 12);
      const here = features.filter((one) => one.x === x % 4096 && one.y === y % 4096);
      expect(here.map(({ values }) => values.n)).toEqual([
        points.filter(({ longitude, latitude }) => longitude === -73.5673 && latitude === 45.5017).length,
      ]);
    }
  });

  it('puts a cluster among what it stands for', () => {
    const [id] = tilesOf(9);
    const { features } = decoded(tile(id!), 'clusters');
    const pixels = decoded(tile(id!), 'requests').features;
    expect(features.length).toBeGreaterThan(1);
    for (const { x, y, values } of features) {
      const square = pixels.filter((one) => one.x >> 6 === x >> 9 && one.y >> 6 === y >> 9);
      expect(values.n).toBe(sum(square.map((one) => number(one.values.n))));
    }
  });

  it('is nothing where there is nothing', () => {
    expect(tile({ z: 9, x: 0, y: 0 }).length).toBe(0);
    expect(tile({ z: 16, x: 1, y: 1 }).length).toBe(0);
  });

  it('is, after any changes, byte for byte that of an index built anew in another order', () => {
    const rebuilt = both.rebuilt();
    for (let z = 0; z <= 18; z += 1) {
      for (const id of tilesOf(z))
        expect(makeTile(rebuilt, both.names, id, NOW_S).equals(tile(id))).toBe(true);
    }
  });

  it('of the edges of the world holds what lies there', () => {
    const edge = new Both();
    for (const [n, [longitude, latitude]] of [
      [180, 0],
      [-180, 0],
      [0, 90],
      [0, -90],
      [180, 85.06],
    ].entries()) {
      edge.set({ ...samplePoint(n + 1, random), longitude: longitude!, latitude: latitude! });
    }
    const { features } = decoded(makeTile(edge.index, edge.names, { z: 0, x: 0, y: 0 }, NOW_S), 'requests');
    expect(sum(features.map(({ values }) => number(values.n)))).toBe(5);
    const last = 2 ** 18 - 1;
    const corner = makeTile(edge.index, edge.names, { z: 18, x: last, y: 0 }, NOW_S);
    expect(decoded(corner, 'requests').features.length).toBe(1);
  });
});
