/** Where the names of the territories stand, and the ground as the server gives it. */
import type { FeatureCollection, Point } from 'geojson';
import type { GroundCollection, MapGround, Position } from '#contract/map.ts';

/** Middle and area of a ring, in degrees. */
function middleOf(ring: readonly Position[]): { at: [number, number]; area: number } {
  let [area, x, y] = [0, 0, 0];
  for (let n = 0; n < ring.length; n += 1) {
    const [ax, ay] = ring[n]!;
    const [bx, by] = ring[(n + 1) % ring.length]!;
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return { at: [x / (3 * area), y / (3 * area)], area: Math.abs(area / 2) };
}

/** One point for each territory, in the middle of its largest part; larger territories first. */
export function labelsOf({ features }: GroundCollection): FeatureCollection<Point> {
  const named = features.flatMap(({ geometry, properties }) => {
    const parts = geometry.coordinates.flatMap(([outer]) =>
      outer && outer.length > 2 ? [middleOf(outer)] : [],
    );
    const [largest] = parts.sort((a, b) => b.area - a.area);
    return largest ? [{ ...largest, properties }] : [];
  });
  return {
    type: 'FeatureCollection',
    features: named
      .sort((a, b) => b.area - a.area)
      .map(({ at, properties }) => ({
        type: 'Feature',
        properties: { ...properties },
        geometry: { type: 'Point', coordinates: at },
      })),
  };
}

type Bounds = [west: number, south: number, east: number, north: number];

function edgesOf({ features }: GroundCollection): Bounds {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const { geometry } of features) {
    for (const [outer] of geometry.coordinates) {
      for (const [x, y] of outer ?? []) {
        [west, east] = [Math.min(west, x), Math.max(east, x)];
        [south, north] = [Math.min(south, y), Math.max(north, y)];
      }
    }
  }
  return [west, south, east, north];
}

/** Half as much again on each side of all that a collection draws. A narrow screen needs the room. */
export function extentOf(collection: GroundCollection): Bounds {
  const [west, south, east, north] = edgesOf(collection);
  const [x, y] = [(east - west) / 2, (north - south) / 2];
  return [west - x, south - y, east + x, north + y];
}

/** What a map opens on: a territory by its code, else all. */
export function boundsOf({ bounds, territories }: MapGround, code: string | null): Bounds {
  const features = territories.features.filter(({ properties }) => properties.code === code);
  if (features.length > 0) return edgesOf({ ...territories, features });
  const [west, south, east, north] = bounds;
  return [west, south, east, north];
}

let asked: Promise<MapGround> | undefined;
export function loadGround(): Promise<MapGround> {
  asked ??= fetch('/api/v1/map/ground.json').then(async (answer) => {
    if (!answer.ok) throw new Error(`ground: ${answer.status}`);
    return (await answer.json()) as MapGround;
  });
  asked.catch(() => (asked = undefined));
  return asked;
}
