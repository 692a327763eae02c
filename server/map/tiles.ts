/**
 * Tiles as they are asked for: each has a version, the one in which a point of it last changed; made only when asked for, and kept until
 * its version is another. A changed point lies in one tile a zoom, so it makes at most one of them anew.
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { MAP_TILE_ZOOM_MAX } from '../contract/map.ts';
import { ageClass, dueClass, type MapMoment } from './age.ts';
import type { Keep } from './filter.ts';
import { isOverdue, type MarkNames } from './marks.ts';
import { CELL_ZOOM } from './mercator.ts';
import { type Cell, CREATED_S, DUE_S, MARKS, type PointIndex } from './point-index.ts';
import { eachRecord } from './summary.ts';
import { makeTile, type TileId, type TileLayer } from './tile.ts';

/** Bytes of tiles kept, compressed ones included; beyond it the ones that were asked for longest ago go. */
const KEPT_BYTES = 64 * 2 ** 20;
/** Not worth compressing: about one packet. */
const SMALL_BYTES = 512;
/** A good deal smaller than gzip's at the same time. */
const BROTLI_QUALITY = 5;
const GZIP_LEVEL = 6;

export const ENCODINGS = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface TileAnswer {
  readonly version: number;
  /** By content: the same on every server, and after a restart. Not quoted. */
  readonly etag: string;
  readonly encoding: Encoding;
  /** Empty: no point lies in the tile. */
  readonly body: Buffer;
}

interface Kept {
  readonly version: number;
  readonly etag: string;
  readonly plain: Buffer;
  readonly packed: Partial<Record<Encoding, Promise<Buffer>>>;
  bytes: number;
}

const NEVER_FILLED: Kept = { version: 0, etag: '0', plain: Buffer.alloc(0), packed: {}, bytes: 0 };

/** Off the event loop. */
export async function compressed(body: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'br') {
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
    return await promisify(brotliCompress)(body, { params });
  }
  return encoding === 'gzip' ? await promisify(gzip)(body, { level: GZIP_LEVEL }) : body;
}

/** What a tile shows; `key` is the same for the same filter. */
export interface Shown {
  readonly key: string;
  readonly keep: Keep;
}

/** Zoom and place in one number: exact, as no zoom is beyond 18. */
const keyOf = (z: number, x: number, y: number): number =>
  (z * 2 ** MAP_TILE_ZOOM_MAX + x) * 2 ** MAP_TILE_ZOOM_MAX + y;

const LAYERS: Readonly<Record<TileLayer, number>> = { requests: 1, clusters: 2 };
function keptKey({ z, x, y, layer }: TileId, shown: Shown | undefined): number | string {
  const key = keyOf(z, x, y) * 3 + (layer ? LAYERS[layer] : 0);
  return shown ? `${key} ${shown.key}` : key;
}

const AGES = 8;
/** Everything that time alone changes about a record, in one number. */
const classesAt = (records: Uint32Array, at: number, moment: MapMoment): number =>
  dueClass(records[at + DUE_S]!, isOverdue(records[at + MARKS]!), moment) * AGES +
  ageClass(records[at + CREATED_S]!, moment.now_s);

export class Tiles {
  readonly #index: PointIndex;
  readonly #names: MarkNames;
  /** Of the tiles of zoom 0 to 14 that have ever had a point. */
  readonly #versions = new Map<number, number>();
  readonly #kept = new Map<number | string, Kept>();
  #keptBytes = 0;
  #version = 0;
  #moment: MapMoment;
  #made = 0;

  constructor(index: PointIndex, names: MarkNames, moment: MapMoment) {
    this.#index = index;
    this.#names = names;
    this.#moment = moment;
  }

  get version(): number {
    return this.#version;
  }
  /** At which the classes of all tiles are told apart. */
  get moment(): MapMoment {
    return this.#moment;
  }
  /** Tiles encoded so far. */
  get made(): number {
    return this.#made;
  }

  /** Gives the tiles of all changed cells a new version. Returns the cells. */
  settle(): readonly Cell[] {
    const dirty = this.#index.takeDirty();
    if (dirty.length === 0) return dirty;
    this.#version += 1;
    for (const { x, y } of dirty) {
      for (let z = CELL_ZOOM; z >= 0; z -= 1) {
        const shift = CELL_ZOOM - z;
        const key = keyOf(z, x >> shift, y >> shift);
        // The tiles around it have it already, from a neighbour.
        if (this.#versions.get(key) === this.#version) break;
        this.#versions.set(key, this.#version);
      }
    }
    return dirty;
  }

  /** Lets the points grow older. Returns the cells in which one has passed the end of a class: they are changed. */
  age(now: MapMoment): readonly Cell[] {
    const changed: Cell[] = [];
    const before = this.#moment;
    if (now.now_s <= before.now_s) return changed;
    const { records, cells } = this.#index;
    for (const cell of cells) {
      let older = false;
      eachRecord(cell, (at) => {
        older ||= classesAt(records, at, before) !== classesAt(records, at, now);
      });
      if (older) changed.push(cell);
    }
    for (const cell of changed) this.#index.touch(cell);
    this.#moment = now;
    return changed;
  }

  /** 0: no point has ever been in it. */
  versionOf({ z, x, y }: TileId): number {
    this.settle();
    const shift = Math.max(0, z - CELL_ZOOM);
    return this.#versions.get(keyOf(z - shift, x >> shift, y >> shift)) ?? 0;
  }

  /** The tile as it is now, uncompressed. */
  plain(tile: TileId, shown?: Shown): Buffer {
    return this.#keep(tile, shown).plain;
  }

  /** The tile in the first of the encodings that is worth it. */
  async answer(tile: TileId, accepted: readonly Encoding[], shown?: Shown): Promise<TileAnswer> {
    const key = keptKey(tile, shown);
    const kept = this.#keep(tile, shown);
    const { version, etag, plain } = kept;
    const encoding = plain.length < SMALL_BYTES ? 'identity' : (accepted[0] ?? 'identity');
    if (encoding === 'identity') return { version, etag, encoding, body: plain };
    kept.packed[encoding] ??= compressed(plain, encoding).then((body) => {
      if (this.#kept.get(key) === kept) this.#account(kept, body.length);
      return body;
    });
    return { version, etag, encoding, body: await kept.packed[encoding] };
  }

  #keep(tile: TileId, shown: Shown | undefined): Kept {
    const key = keptKey(tile, shown);
    const version = this.versionOf(tile);
    const known = this.#kept.get(key);
    if (known) {
      this.#kept.delete(key);
      if (known.version === version) {
        this.#kept.set(key, known);
        return known;
      }
      this.#keptBytes -= known.bytes;
    }
    // A tile that was always empty costs nothing to make, and there are billions of them.
    if (version === 0) return NEVER_FILLED;
    const plain = makeTile(this.#index, this.#names, tile, this.#moment.now_s, shown?.keep);
    this.#made += 1;
    const etag = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
    const kept: Kept = { version, etag, plain, packed: {}, bytes: 0 };
    this.#kept.set(key, kept);
    this.#account(kept, plain.length);
    return kept;
  }

  #account(kept: Kept, bytes: number): void {
    kept.bytes += bytes;
    this.#keptBytes += bytes;
    for (const [key, oldest] of this.#kept) {
      if (this.#keptBytes <= KEPT_BYTES || oldest === kept) break;
      this.#kept.delete(key);
      this.#keptBytes -= oldest.bytes;
    }
  }
}
