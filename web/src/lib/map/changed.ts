/** Which tiles a screen must ask for again, from the versions that topic `map` tells. */
import { isMapTile, MAP_VERSION_ZOOM, type MapItem } from '#contract/map.ts';

export interface TileId {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}
export type Versions = ReadonlyMap<string, number>;

export function versionsOf(items: Readonly<Record<string, MapItem>>): Map<string, number> {
  const versions = new Map<string, number>();
  for (const item of Object.values(items)) if (isMapTile(item)) versions.set(item.tile, item.version);
  return versions;
}

/** Keys of the tiles that are new, changed or gone. */
export function changedKeys(before: Versions, after: Versions): string[] {
  const changed = [...after].filter(([key, version]) => before.get(key) !== version).map(([key]) => key);
  for (const key of before.keys()) if (!after.has(key)) changed.push(key);
  return changed;
}

const parse = (key: string): TileId => {
  const [z = 0, x = 0, y = 0] = key.split('/').map(Number);
  return { z, x, y };
};

/** Whether a tile holds the changed one, or lies inside it. */
function touches(tile: TileId, changed: TileId): boolean {
  const shift = tile.z - changed.z;
  return shift <= 0
    ? changed.x >> -shift === tile.x && changed.y >> -shift === tile.y
    : tile.x >> shift === changed.x && tile.y >> shift === changed.y;
}

/** Of the tiles shown, those that a changed one of zoom `MAP_VERSION_ZOOM` concerns. */
export function concerned(shown: readonly TileId[], changed: Iterable<string>): TileId[] {
  const tiles = [...changed].map(parse).filter(({ z }) => z === MAP_VERSION_ZOOM);
  return shown.filter((tile) => tiles.some((one) => touches(tile, one)));
}

export interface ShownBox {
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}
const RADIANS = Math.PI / 180;
const column = (longitude: number, size: number): number => Math.floor((longitude / 360 + 0.5) * size);
const row = (latitude: number, size: number): number =>
  Math.floor((0.5 - Math.asinh(Math.tan(latitude * RADIANS)) / (2 * Math.PI)) * size);

/** The tiles of a zoom that a box shows. */
export function tilesOf(box: ShownBox, z: number): TileId[] {
  const size = 2 ** z;
  const within = (value: number): number => Math.min(size - 1, Math.max(0, value));
  const tiles: TileId[] = [];
  for (let x = within(column(box.west, size)); x <= within(column(box.east, size)); x += 1) {
    for (let y = within(row(box.north, size)); y <= within(row(box.south, size)); y += 1)
      tiles.push({ z, x, y });
  }
  return tiles;
}
