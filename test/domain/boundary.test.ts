import { describe, expect, it } from 'vitest';
import { boundaryFault } from '../../server/domain/boundary.ts';

const RING = [
  [-73.6, 45.5],
  [-73.5, 45.5],
  [-73.5, 45.6],
  [-73.6, 45.5],
];
const polygon = (...rings: unknown[]) => ({ type: 'Polygon', coordinates: rings });

describe('a boundary', () => {
  it('is a polygon, or several, whose rings end where they began', () => {
    expect(boundaryFault(polygon(RING, RING))).toBeUndefined();
    expect(boundaryFault({ type: 'MultiPolygon', coordinates: [[RING], [RING]] })).toBeUndefined();
    expect(boundaryFault(polygon(RING.map((position) => [...position, 12.5])))).toBeUndefined();
  });

  it.each([
    ['nothing', null, 'has no geometry'],
    ['a point', { type: 'Point', coordinates: [0, 0] }, 'is of type "Point"'],
    ['a collection', { type: 'GeometryCollection', geometries: [] }, 'a Polygon or a MultiPolygon'],
    ['no polygons', { type: 'MultiPolygon', coordinates: [] }, 'has no polygon'],
    ['no rings', polygon(), 'without a ring'],
    ['a line', polygon(RING.slice(0, 3)), 'fewer than 4 positions (ring 1)'],
    [
      'an open ring',
      polygon(RING, [...RING.slice(0, 3), [-73.6, 45.4]]),
      'does not end where it began (ring 2)',
    ],
    ['texts', polygon([...RING.slice(0, 3), ['-73.6', '45.5']]), 'not two numbers: number 4'],
    ['metres', polygon([[293606.04, 5044401.86], ...RING]), 'convert the file to WGS 84'],
    [
      'a second polygon that is broken',
      { type: 'MultiPolygon', coordinates: [[RING], [[1]]] },
      '(polygon 2, ring 1)',
    ],
  ])('is not made of %s', (_, geometry, fault) => {
    expect(boundaryFault(geometry)).toContain(fault);
  });
});
