/**
 * Mapbox Vector Tiles 2.1, written straight into protobuf: points only, each with a few values. No message of a point is longer than
 * 127 bytes, so every length inside one is a single byte that is filled in afterwards.
 */
import { assert } from '../lib/assert.ts';

/** Field numbers and wire types of `vector_tile.proto`. */
const TILE_LAYER = (3 << 3) | 2;
const LAYER_VERSION = (15 << 3) | 0;
const LAYER_NAME = (1 << 3) | 2;
const LAYER_FEATURE = (2 << 3) | 2;
const LAYER_KEY = (3 << 3) | 2;
const LAYER_VALUE = (4 << 3) | 2;
const LAYER_EXTENT = (5 << 3) | 0;
const FEATURE_ID = (1 << 3) | 0;
const FEATURE_TAGS = (2 << 3) | 2;
const FEATURE_TYPE = (3 << 3) | 0;
const FEATURE_GEOMETRY = (4 << 3) | 2;
const VALUE_STRING = (1 << 3) | 2;
const VALUE_UINT = (5 << 3) | 0;
const POINT = 1;
const MOVE_TO_ONE = (1 << 3) | 1;
const SHORT_MAX = 127;

const encoder = new TextEncoder();

class Bytes {
  data: Uint8Array<ArrayBuffer>;
  length = 0;
  constructor(capacity: number) {
    this.data = new Uint8Array(capacity);
  }
  reserve(more: number): void {
    if (this.length + more <= this.data.length) return;
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.length + more));
    larger.set(this.data.subarray(0, this.length));
    this.data = larger;
  }
  byte(value: number): void {
    this.data[this.length++] = value;
  }
  /** Up to 2^32 - 1. Room must be reserved. */
  varint(value: number): void {
    let rest = value >>> 0;
    while (rest > SHORT_MAX) {
      this.data[this.length++] = (rest & SHORT_MAX) | 0x80;
      rest >>>= 7;
    }
    this.data[this.length++] = rest;
  }
  text(tag: number, text: string): void {
    this.message(tag, encoder.encode(text));
  }
  message(tag: number, bytes: Uint8Array): void {
    this.reserve(bytes.length + 6);
    this.byte(tag);
    this.varint(bytes.length);
    this.data.set(bytes, this.length);
    this.length += bytes.length;
  }
}

/** Most of one feature: id, eight pairs of tags of two bytes each, and the geometry. */
const FEATURE_BYTES_MAX = 96;

export class Layer {
  readonly #name: string;
  readonly #extent: number;
  readonly #keys: readonly string[];
  readonly #features = new Bytes(1 << 14);
  readonly #values = new Map<number | string, number>();
  #count = 0;

  /** @param keys names of the values, in the order in which `add` gets them. */
  constructor(name: string, extent: number, keys: readonly string[]) {
    this.#name = name;
    this.#extent = extent;
    this.#keys = keys;
  }
  get count(): number {
    return this.#count;
  }

  /**
   * @param id 0 for none.
   * @param values by key; null and 0 are left out, which a reader takes for 0.
   */
  add(id: number, x: number, y: number, values: readonly (number | string | null)[]): void {
    const out = this.#features;
    out.reserve(FEATURE_BYTES_MAX);
    out.byte(LAYER_FEATURE);
    const start = out.length++;
    if (id > 0) {
      out.byte(FEATURE_ID);
      out.varint(id);
    }
    out.byte(FEATURE_TAGS);
    const tags = out.length++;
    for (let key = 0; key < values.length; key += 1) {
      const value = values[key]!;
      if (value === 0 || value === null) continue;
      out.varint(key);
      out.varint(this.#value(value));
    }
    out.data[tags] = out.length - tags - 1;
    out.byte(FEATURE_TYPE);
    out.byte(POINT);
    out.byte(FEATURE_GEOMETRY);
    const geometry = out.length++;
    out.byte(MOVE_TO_ONE);
    // Zigzag; the cursor stands at 0, 0 at the beginning of each feature.
    out.varint((x << 1) ^ (x >> 31));
    out.varint((y << 1) ^ (y >> 31));
    out.data[geometry] = out.length - geometry - 1;
    const length = out.length - start - 1;
    assert(length <= SHORT_MAX, 'a feature has at most 127 bytes');
    out.data[start] = length;
    this.#count += 1;
  }

  #value(value: number | string): number {
    const known = this.#values.get(value);
    if (known !== undefined) return known;
    const id = this.#values.size;
    this.#values.set(value, id);
    return id;
  }

  encode(): Uint8Array {
    const out = new Bytes(this.#features.length + 1024);
    out.byte(LAYER_VERSION);
    out.byte(2);
    out.text(LAYER_NAME, this.#name);
    out.reserve(this.#features.length);
    out.data.set(this.#features.data.subarray(0, this.#features.length), out.length);
    out.length += this.#features.length;
    for (const key of this.#keys) out.text(LAYER_KEY, key);
    for (const value of this.#values.keys()) out.message(LAYER_VALUE, encodeValue(value));
    out.reserve(8);
    out.byte(LAYER_EXTENT);
    out.varint(this.#extent);
    return out.data.subarray(0, out.length);
  }
}

function encodeValue(value: number | string): Uint8Array {
  const out = new Bytes(16);
  if (typeof value === 'string') out.text(VALUE_STRING, value);
  else {
    out.byte(VALUE_UINT);
    out.varint(value);
  }
  return out.data.subarray(0, out.length);
}

/** A tile of the layers that have features; empty when none has. */
export function encodeTile(layers: readonly Layer[]): Buffer {
  const filled = layers.filter(({ count }) => count > 0).map((layer) => layer.encode());
  const out = new Bytes(filled.reduce((sum, { length }) => sum + length + 6, 0));
  for (const layer of filled) out.message(TILE_LAYER, layer);
  return Buffer.from(out.data.buffer, 0, out.length);
}
