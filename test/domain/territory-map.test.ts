import { describe, expect, it } from 'vitest';
import { TerritoryMap } from '../../server/domain/territory-map.ts';

const square = (west: number, south: number, side: number) =>
  [
    [west, south],
    [west + side, south],
    [west + side, south + side],
    [west, south + side],
    [west, south],
  ] as const;

describe('the territory', () => {
  it('has each place in one borough, outside its holes, and says so of no place when no boundary is known', () => {
    const map = new TerritoryMap([
      { code: 'AA', geometry: { type: 'Polygon', coordinates: [square(0, 0, 4), square(1, 1, 1)] } },
      {
        code: 'BB',
        geometry: { type: 'MultiPolygon', coordinates: [[square(1, 1, 1)], [square(10, 0, 2)]] },
      },
    ]);
    expect(map.at(3, 3)).toBe('AA');
    expect(map.at(1.5, 1.5)).toBe('BB');
    expect(map.at(11, 1)).toBe('BB');
    expect(map.at(6, 1)).toBeNull();
    expect(new TerritoryMap([]).at(3, 3)).toBeUndefined();
  });
});
