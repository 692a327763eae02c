/** Points around Montréal, and what a tile must hold of them, counted one by one. */
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import type { MapPoint } from '../../server/contract/requests.ts';
import { MarkNames } from '../../server/map/marks.ts';
import { PointIndex } from '../../server/map/point-index.ts';
import type { TileId } from '../../server/map/tile.ts';
import { uniform } from '../domain/random.ts';

export const NOW_S = 1_795_000_000;
const DAY_S = 86_400;
const STATUSES = ['received', 'transmitted', 'paused', 'reopened'] as const;
const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** As many in the middle of the city as around it, some at the very same place, some without a creation. */
export function samplePoint(number: number, random: () => number): MapPoint {
  const wide = random() < 0.5 ? 0.05 : 0.6;
  const stacked = random() < 0.1;
  return {
    number,
    longitude: stacked ? -73.5673 : -73.6 + (random() - 0.5) * wide,
    latitude: stacked ? 45.5017 : 45.52 + (random() - 0.5) * wide * 0.6,
    service: random() < 0.05 ? null : `service-${Math.floor(random() * 60)}`,
    borough: random() < 0.05 ? null : ['VM', 'RO', 'PM', 'AC'][Math.floor(random() * 4)]!,
    status: STATUSES[Math.floor(random() * STATUSES.length)]!,
    created_at: random() < 0.05 ? null : isoOf(NOW_S - Math.floor(random() ** 3 * 500 * DAY_S)),
    due_at: random() < 0.3 ? null : isoOf(NOW_S + Math.floor((random() - 0.3) * 30 * DAY_S)),
    overdue: random() < 0.2,
  };
}

export const seconds = (time: string | null): number => (time === null ? 0 : Date.parse(time) / 1000);

/** An index beside the plain points that it must agree with. */
export class Both {
  readonly points = new Map<number, MapPoint>();
  index = new PointIndex();
  readonly names = new MarkNames();

  set(point: MapPoint): void {
    this.points.set(point.number, point);
    this.#put(this.index, point);
  }
  remove(number: number): void {
    this.points.delete(number);
    this.index.remove(number);
  }
  #put(index: PointIndex, point: MapPoint): void {
    const { number, longitude, latitude, created_at, due_at } = point;
    index.set(number, longitude, latitude, this.names.pack(point), seconds(created_at), seconds(due_at));
  }
  /** The same points, put in anew in another order. */
  rebuilt(): PointIndex {
    const index = new PointIndex(this.points.size);
    for (const point of [...this.points.values()].sort((a, b) => b.number - a.number))
      this.#put(index, point);
    return index;
  }
}

/** Adds, moves, changes and removes at random. */
export function shake(both: Both, steps: number, numbers: number, seed: number): void {
  const random = uniform(seed);
  for (let step = 0; step < steps; step += 1) {
    const number = 1 + Math.floor(random() * numbers);
    const known = both.points.get(number);
    const dice = random();
    if (known && dice < 0.3) both.remove(number);
    else if (known && dice < 0.6) both.set({ ...known, overdue: !known.overdue });
    else both.set(samplePoint(number, random));
  }
}

export interface Feature {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly values: Readonly<Record<string, number | string | boolean>>;
}
/** Read by a decoder that we did not write. */
export function decoded(tile: Uint8Array, layer: string): { extent: number; features: Feature[] } {
  const found = new VectorTile(new PbfReader(tile)).layers[layer];
  if (!found) return { extent: 0, features: [] };
  const features = Array.from({ length: found.length }, (_, at): Feature => {
    const feature = found.feature(at);
    const point = feature.loadGeometry()[0]![0]!;
    return { id: feature.id ?? 0, x: point.x, y: point.y, values: feature.properties };
  });
  return { extent: found.extent, features };
}

/** Where a place is in a world of 2^bits units, by the formula of the projection. */
export function worldOf(longitude: number, latitude: number, bits: number): readonly [number, number] {
  const sine = Math.sin((latitude * Math.PI) / 180);
  const world = 2 ** bits;
  return [
    Math.floor((longitude / 360 + 0.5) * world),
    Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world),
  ];
}
export const tileOf = ({ longitude, latitude }: MapPoint, z: number): TileId => {
  const [x, y] = worldOf(longitude, latitude, z);
  return { z, x, y };
};
export const isNewPoint = ({ created_at, overdue }: MapPoint): boolean =>
  created_at !== null && !overdue && NOW_S - seconds(created_at) < DAY_S;
