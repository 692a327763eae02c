/**
 * One tile from the index. Below zoom 14 the points of a pixel (of 256) are one feature with their number, and those of 32 × 32 pixels
 * one cluster at the middle of what it stands for; from zoom 14 on each place is a feature. Nothing is left out: the `n` of a layer's
 * features sum to the points of the tile. Features come in the order of their places, so the same points are the same bytes, in
 * whatever order they arrived.
 */
import { MAP_DETAIL_ZOOM, MAP_LAYERS, MAP_POINT_ZOOM } from '../contract/map.ts';
import { ageClass, isNew } from './age.ts';
import type { Keep } from './filter.ts';
import { isOverdue, type MarkNames, statusOf } from './marks.ts';
import { CELL_BITS, CELL_MASK, CELL_ZOOM, WORLD_BITS } from './mercator.ts';
import { encodeTile, Layer } from './mvt.ts';
import { type Cell, CREATED_S, MARKS, NUMBER, PLACE, type PointIndex, RECORD_WORDS } from './point-index.ts';
import { COUNTS, eachRecord, SUMMARY_BITS, SUMMARY_ZOOM, summaryOf } from './summary.ts';

const PIXEL_BITS = 8;
const PIXELS = 1 << PIXEL_BITS;
/** Two units a pixel, so that its middle is a whole number. */
const PIXEL_EXTENT = PIXELS * 2;
const CLUSTER_BITS = 5;
const CLUSTERS = PIXELS >> CLUSTER_BITS;
const POINT_BITS = 12;
const EXTENT = 1 << POINT_BITS;
const COUNT_KEYS = ['n', 'overdue', 'new'];
const DETAIL_KEYS = [...COUNT_KEYS, 'status', 'service', 'borough', 'age'];

export type TileLayer = keyof typeof MAP_LAYERS;

export interface TileId {
  readonly z: number;
  readonly x: number;
  readonly y: number;
  /** That layer alone; both if left out. */
  readonly layer?: TileLayer | undefined;
}

/** What is being counted, pixel by pixel. One for all tiles: they are made one after the other. */
const counts = new Uint32Array(PIXELS * PIXELS * COUNTS);
/** Record of the last point of each pixel. */
const records = new Uint32Array(PIXELS * PIXELS);

/**
 * @param now_s seconds since 1970, which decides what is new.
 * @param keep what is shown; all if left out.
 */
export function makeTile(
  index: PointIndex,
  names: MarkNames,
  tile: TileId,
  now_s: number,
  keep?: Keep,
): Buffer {
  const make = tile.z >= MAP_POINT_ZOOM ? pointTile : pixelTile;
  return make(index, names, tile, now_s, keep);
}

function pixelTile(
  index: PointIndex,
  names: MarkNames,
  tile: TileId,
  now_s: number,
  keep: Keep | undefined,
): Buffer {
  counts.fill(0);
  // A summary counts all there is.
  const with_summaries = tile.z <= SUMMARY_ZOOM && keep === undefined;
  for (const cell of cellsIn(index, tile)) {
    if (with_summaries) addSummary(index, cell, tile, now_s);
    else addPoints(index, cell, tile, now_s, keep);
  }
  const detailed = tile.z >= MAP_DETAIL_ZOOM;
  const layer = new Layer(MAP_LAYERS.requests, PIXEL_EXTENT, detailed ? DETAIL_KEYS : COUNT_KEYS);
  const clusters = new Clusters();
  for (let pixel = 0; pixel < PIXELS * PIXELS; pixel += 1) {
    const at = pixel * COUNTS;
    const n = counts[at]!;
    if (n === 0) continue;
    const x = (pixel % PIXELS) * 2 + 1;
    const y = (pixel >> PIXEL_BITS) * 2 + 1;
    const values = [n, counts[at + 1]!, counts[at + 2]!];
    clusters.add(pixel, x, y, values);
    if (detailed && n === 1) addSingle(layer, index, names, records[pixel]!, x, y, now_s);
    else layer.add(0, x, y, values);
  }
  const layers = { requests: layer, clusters: clusters.layer() };
  return encodeTile(tile.layer ? [layers[tile.layer]] : [layers.requests, layers.clusters]);
}

/** The cells that have points and lie in the tile. */
export function cellsIn(index: PointIndex, { z, x, y }: TileId): readonly Cell[] {
  const shift = CELL_ZOOM - z;
  if (shift <= 0) {
    const cell = index.cellAt(x >> -shift, y >> -shift);
    return cell && cell.size > 0 ? [cell] : [];
  }
  // Whichever is less work: to look at each cell there is, or for each one there could be.
  if (index.cells.length <= 1 << (2 * shift)) {
    return index.cells.filter((cell) => cell.size > 0 && cell.x >> shift === x && cell.y >> shift === y);
  }
  const found: Cell[] = [];
  for (let cy = y << shift; cy < (y + 1) << shift; cy += 1) {
    for (let cx = x << shift; cx < (x + 1) << shift; cx += 1) {
      const cell = index.cellAt(cx, cy);
      if (cell && cell.size > 0) found.push(cell);
    }
  }
  return found;
}

function addSummary(index: PointIndex, cell: Cell, tile: TileId, now_s: number): void {
  const summary = summaryOf(index, cell, now_s);
  const side = 1 << SUMMARY_BITS;
  const shift = SUMMARY_ZOOM - tile.z;
  for (let at = 0, pixel = 0; at < summary.length; at += COUNTS, pixel += 1) {
    const n = summary[at]!;
    if (n === 0) continue;
    const px = (((cell.x << SUMMARY_BITS) | (pixel & (side - 1))) >> shift) & (PIXELS - 1);
    const py = (((cell.y << SUMMARY_BITS) | (pixel >> SUMMARY_BITS)) >> shift) & (PIXELS - 1);
    const to = ((py << PIXEL_BITS) | px) * COUNTS;
    counts[to]! += n;
    counts[to + 1]! += summary[at + 1]!;
    counts[to + 2]! += summary[at + 2]!;
  }
}

function addPoints(index: PointIndex, cell: Cell, tile: TileId, now_s: number, keep: Keep | undefined): void {
  const all = index.records;
  const shift = WORLD_BITS - tile.z - PIXEL_BITS;
  const [left, top] = [cell.x << CELL_BITS, cell.y << CELL_BITS];
  eachRecord(cell, (at) => {
    if (keep && !keep(all, at)) return;
    const place = all[at + PLACE]!;
    const px = ((left | (place >>> CELL_BITS)) >>> shift) & (PIXELS - 1);
    const py = ((top | (place & CELL_MASK)) >>> shift) & (PIXELS - 1);
    const pixel = (py << PIXEL_BITS) | px;
    counts[pixel * COUNTS]! += 1;
    if (isOverdue(all[at + MARKS]!)) counts[pixel * COUNTS + 1]! += 1;
    else if (isNew(all[at + CREATED_S]!, now_s)) counts[pixel * COUNTS + 2]! += 1;
    records[pixel] = at;
  });
}

/** A feature that is one request, and says which. */
function addSingle(
  layer: Layer,
  index: PointIndex,
  names: MarkNames,
  at: number,
  x: number,
  y: number,
  now_s: number,
): void {
  const all = index.records;
  const marks = all[at + MARKS]!;
  const overdue = isOverdue(marks);
  const created_s = all[at + CREATED_S]!;
  const age = ageClass(created_s, now_s);
  layer.add(all[at + NUMBER]!, x, y, [
    1,
    overdue ? 1 : 0,
    !overdue && isNew(created_s, now_s) ? 1 : 0,
    statusOf(marks),
    names.service(marks),
    names.borough(marks),
    age < 0 ? null : age,
  ]);
}

/** Squares of pixels; each at the mean of its points. */
class Clusters {
  readonly #counts = new Uint32Array(CLUSTERS * CLUSTERS * COUNTS);
  readonly #sums = new Float64Array(CLUSTERS * CLUSTERS * 2);

  add(pixel: number, x: number, y: number, values: readonly number[]): void {
    const column = (pixel % PIXELS) >> CLUSTER_BITS;
    const row = pixel >> (PIXEL_BITS + CLUSTER_BITS);
    const square = row * CLUSTERS + column;
    const n = values[0]!;
    for (let at = 0; at < COUNTS; at += 1) this.#counts[square * COUNTS + at]! += values[at]!;
    this.#sums[square * 2]! += x * n;
    this.#sums[square * 2 + 1]! += y * n;
  }

  layer(): Layer {
    const layer = new Layer(MAP_LAYERS.clusters, EXTENT, COUNT_KEYS);
    const units = EXTENT / PIXEL_EXTENT;
    for (let square = 0; square < CLUSTERS * CLUSTERS; square += 1) {
      const at = square * COUNTS;
      const n = this.#counts[at]!;
      if (n === 0) continue;
      const x = Math.floor((this.#sums[square * 2]! / n) * units);
      const y = Math.floor((this.#sums[square * 2 + 1]! / n) * units);
      layer.add(0, x, y, [n, this.#counts[at + 1]!, this.#counts[at + 2]!]);
    }
    return layer;
  }
}

/** From zoom 14 on: a tile is a cell, or a part of one. */
function pointTile(
  index: PointIndex,
  names: MarkNames,
  tile: TileId,
  now_s: number,
  keep: Keep | undefined,
): Buffer {
  const layer = new Layer(MAP_LAYERS.requests, EXTENT, DETAIL_KEYS);
  const [cell] = cellsIn(index, tile);
  if (!cell || tile.layer === 'clusters') return encodeTile([]);
  const all = index.records;
  const sorted = placesIn(index, cell, tile, keep);
  for (let from = 0; from < sorted.length; ) {
    const place = Math.floor(sorted[from]! / ORDER);
    let [to, overdue, fresh] = [from, 0, 0];
    for (; to < sorted.length && Math.floor(sorted[to]! / ORDER) === place; to += 1) {
      const at = (sorted[to]! % ORDER) * RECORD_WORDS;
      if (isOverdue(all[at + MARKS]!)) overdue += 1;
      else if (isNew(all[at + CREATED_S]!, now_s)) fresh += 1;
    }
    const [x, y] = [place & (EXTENT - 1), place >> POINT_BITS];
    if (to - from > 1) layer.add(0, x, y, [to - from, overdue, fresh]);
    else addSingle(layer, index, names, (sorted[from]! % ORDER) * RECORD_WORDS, x, y, now_s);
    from = to;
  }
  return encodeTile([layer]);
}

/** A place (24 bits) and the slot of a point there (28 bits) are sorted as one number. */
const ORDER = 2 ** 28;

function placesIn(index: PointIndex, cell: Cell, { z, x, y }: TileId, keep: Keep | undefined): Float64Array {
  const part = z - CELL_ZOOM;
  const shift = CELL_BITS - part - POINT_BITS;
  const [column, row] = [x & ((1 << part) - 1), y & ((1 << part) - 1)];
  const found = new Float64Array(cell.size);
  let size = 0;
  const all = index.records;
  eachRecord(cell, (at) => {
    const [px, py] = [(all[at + PLACE]! >>> CELL_BITS) >>> shift, (all[at + PLACE]! & CELL_MASK) >>> shift];
    if (px >> POINT_BITS !== column || py >> POINT_BITS !== row) return;
    if (keep && !keep(all, at)) return;
    const place = ((py & (EXTENT - 1)) << POINT_BITS) | (px & (EXTENT - 1));
    found[size++] = place * ORDER + at / RECORD_WORDS;
  });
  return found.subarray(0, size).sort();
}
