import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxAround, CELL_M, distance_m, isInside, type Place, snap } from '../../server/domain/place.ts';

const place = fc.record({
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
  latitude: fc.double({ min: -85, max: 85, noNaN: true }),
});

describe('a snapped place', () => {
  it('is less than a cell away from the true one', () => {
    fc.assert(
      fc.property(place, (one) => {
        expect(distance_m(one, snap(one))).toBeLessThan(CELL_M * 0.71);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is itself when it is snapped again', () => {
    fc.assert(
      fc.property(place, (one) => {
        expect(snap(snap(one))).toEqual(snap(one));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same for all dwellings of its cell: a hundred doors of one block give a few points, not a hundred', () => {
    const doors: Place[] = Array.from({ length: 100 }, (_, door) => ({
      longitude: -73.561_668 + door * 0.000_01,
      latitude: 45.508_888,
    }));
    const points = new Set(doors.map((door) => JSON.stringify(snap(door))));
    expect(points.size).toBeLessThanOrEqual(2);
  });
});

describe('distances and boxes', () => {
  it('agree with known ones', () => {
    // Montréal city hall to Québec city hall: 233 km by the great circle.
    const montreal = { longitude: -73.5542, latitude: 45.5089 };
    const quebec = { longitude: -71.2075, latitude: 46.8139 };
    expect(distance_m(montreal, quebec) / 1000).toBeCloseTo(233, -0.5);
    expect(distance_m(montreal, montreal)).toBe(0);
  });

  it('a box has everything that the circle has', () => {
    fc.assert(
      fc.property(
        place,
        fc.double({ min: 1, max: 50_000, noNaN: true }),
        place,
        (centre, radius_m, other) => {
          fc.pre(Math.abs(centre.longitude) < 178);
          const near = {
            longitude: centre.longitude + other.longitude / 1_000,
            latitude: centre.latitude + other.latitude / 1_000,
          };
          fc.pre(distance_m(centre, near) <= radius_m);
          expect(isInside(near, boxAround({ ...centre, radius_m }))).toBe(true);
        },
      ),
    );
  });
});
