import { describe, expect, it } from 'vitest';
import { worldX, worldY } from '../../server/map/mercator.ts';
import { NumberTable } from '../../server/map/number-table.ts';
import { NUMBER, PointIndex, RECORD_WORDS } from '../../server/map/point-index.ts';
import { eachRecord } from '../../server/map/summary.ts';
import { uniform } from '../domain/random.ts';
import { Both, samplePoint, shake, worldOf } from './support.ts';

describe('the table of numbers', () => {
  it('agrees with a Map through random insertions and deletions, near and far', () => {
    const table = new NumberTable();
    const truth = new Map<number, number>();
    const random = uniform(3);
    for (let step = 0; step < 40_000; step += 1) {
      const near = Math.floor(random() * 3_000) + 1;
      const number = random() < 0.9 ? near : near * 1_400_000 + 17;
      if (random() < 0.45) {
        table.delete(number);
        truth.delete(number);
      } else {
        table.set(number, step);
        truth.set(number, step);
      }
      expect(table.get(number)).toBe(truth.get(number) ?? -1);
    }
    expect(table.size).toBe(truth.size);
    for (let number = 1; number <= 3_000; number += 1)
      expect(table.get(number)).toBe(truth.get(number) ?? -1);
  });
});

describe('the index', () => {
  it('finds each point in its cell through any changes, and lets no cell have gaps', () => {
    const both = new Both();
    shake(both, 20_000, 2_500, 7);
    expect(both.index.size).toBe(both.points.size);
    const seen = new Set<number>();
    for (const cell of both.index.cells) {
      let size = 0;
      eachRecord(cell, (at) => {
        size += 1;
        const number = both.index.records[at + NUMBER]!;
        seen.add(number);
        expect(both.index.slotOf(number) * RECORD_WORDS).toBe(at);
        expect(both.index.cellOf(at / RECORD_WORDS)).toBe(cell);
      });
      expect(size).toBe(cell.size);
    }
    expect(seen).toEqual(new Set(both.points.keys()));
    for (const [number, { longitude, latitude }] of both.points) {
      const slot = both.index.slotOf(number);
      expect([both.index.xOf(slot), both.index.yOf(slot)]).toEqual(worldOf(longitude, latitude, 30));
    }
  });

  it('gives the room of removed points to others', () => {
    const index = new PointIndex();
    for (let round = 0; round < 20; round += 1) {
      for (let n = 1; n <= 2_000; n += 1) index.set(n + round * 2_000, -73.6 + (n % 50) / 100, 45.5, 0, 1, 0);
      for (let n = 1; n <= 2_000; n += 1) index.remove(n + round * 2_000);
    }
    expect(index.size).toBe(0);
    expect(index.records.length / RECORD_WORDS).toBeLessThan(8_000);
  });

  it('says when nothing has changed, and which cells have', () => {
    const index = new PointIndex();
    expect(index.set(1, -73.6, 45.5, 8, 1, 0)).toBe(true);
    expect(index.takeDirty().length).toBe(1);
    expect(index.set(1, -73.6, 45.5, 8, 1, 0)).toBe(false);
    expect(index.takeDirty()).toEqual([]);
    // Far enough to be in another cell: the old one has changed, and the new one.
    expect(index.set(1, -73.4, 45.5, 8, 1, 0)).toBe(true);
    expect(index.takeDirty().length).toBe(2);
    expect(index.remove(2)).toBe(false);
  });

  it('refuses what has no place or no number', () => {
    const index = new PointIndex();
    for (const [number, longitude, latitude] of [
      [0, -73.6, 45.5],
      [2 ** 32, -73.6, 45.5],
      [1, Number.NaN, 45.5],
      [1, -73.6, Number.NaN],
    ]) {
      expect(() => index.set(number!, longitude!, latitude!, 0, 0, 0)).toThrow(/assertion/);
    }
    expect(index.size).toBe(0);
  });
});

describe('the projection', () => {
  it('is the formula to one unit of 4 cm, from pole to pole', () => {
    const random = uniform(9);
    let off = 0;
    for (let n = 0; n < 30_000; n += 1) {
      const [longitude, latitude] = [(random() - 0.5) * 360, (random() - 0.5) * 170];
      const [x, y] = worldOf(longitude, latitude, 30);
      expect(worldX(longitude)).toBe(x);
      const difference = Math.abs(worldY(latitude) - y);
      expect(difference).toBeLessThanOrEqual(1);
      off += difference;
    }
    expect(off).toBeLessThan(10);
  });

  it('keeps what is beyond the map at its edge', () => {
    expect([worldY(90), worldY(86), worldY(-86), worldY(-90)]).toEqual([0, 0, 2 ** 30 - 1, 2 ** 30 - 1]);
    expect([worldX(-180), worldX(180)]).toEqual([0, 2 ** 30 - 1]);
  });
});

it('the sample has points that lie at one place', () => {
  const random = uniform(1);
  const places = Array.from({ length: 500 }, (_, n) => samplePoint(n + 1, random).longitude);
  expect(places.filter((longitude) => longitude === -73.5673).length).toBeGreaterThan(20);
});
