/** In which borough a place lies, by the boundaries that the city gave. */
import type { Boundary, Rings } from './boundary.ts';

interface Shape {
  readonly code: string;
  readonly polygons: readonly Rings[];
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

export class TerritoryMap {
  readonly #shapes: readonly Shape[];

  constructor(territories: readonly { readonly code: string; readonly geometry: Boundary }[]) {
    this.#shapes = territories.map(({ code, geometry }) => {
      const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
      const box = { west: 180, south: 90, east: -180, north: -90 };
      for (const [outline = []] of polygons) {
        for (const [longitude, latitude] of outline) {
          box.west = Math.min(box.west, longitude);
          box.east = Math.max(box.east, longitude);
          box.south = Math.min(box.south, latitude);
          box.north = Math.max(box.north, latitude);
        }
      }
      return { code, polygons, ...box };
    });
  }

  /** Code of the territory; null outside of all; undefined when no boundary is known. On a shared border one of the two. */
  at(longitude: number, latitude: number): string | null | undefined {
    if (this.#shapes.length === 0) return undefined;
    const found = this.#shapes.find(
      ({ west, south, east, north, polygons }) =>
        longitude >= west &&
        longitude <= east &&
        latitude >= south &&
        latitude <= north &&
        polygons.some((rings) => isInside(rings, longitude, latitude)),
    );
    return found?.code ?? null;
  }
}

/** Even-odd rule over all rings: a hole is a ring like any other. */
function isInside(rings: Rings, x: number, y: number): boolean {
  let inside = false;
  for (const ring of rings) {
    for (let at = 0, before = ring.length - 1; at < ring.length; before = at, at += 1) {
      const [x1, y1] = ring[at]!;
      const [x2, y2] = ring[before]!;
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    }
  }
  return inside;
}
