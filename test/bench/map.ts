/**
 * The map's live index with a million open requests against what is used elsewhere: supercluster (time and memory of building) and
 * geojson-vt (bytes of a tile, and equal counts). Each in a process of its own, whose memory nothing else has touched, with the same
 * points. Time is that of the processor, of all threads: the cores may be shared.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { VectorTile } from '@mapbox/vector-tile';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import GeoJSONVT from 'geojson-vt';
import { PbfReader } from 'pbf';
import Supercluster from 'supercluster';
import { GROUND } from '../../seeds/reference/ground.ts';
import { MAP_LAYERS } from '../../server/contract/map.ts';
import { momentAt } from '../../server/map/age.ts';
import { MarkNames } from '../../server/map/marks.ts';
import { PointIndex } from '../../server/map/point-index.ts';
import { compressed, Tiles } from '../../server/map/tiles.ts';
import { tilesOf } from '../../web/src/lib/map/changed.ts';
import { uniform } from '../domain/random.ts';
import { atMost, type BenchRow, median } from './types.ts';

const KINDS = ['vigie', 'supercluster', 'geojson-vt'] as const;
type Kind = (typeof KINDS)[number];
const POINTS = Number(process.env.BENCH_MAP_POINTS ?? 1_000_000);
const WARM_UP = 20_000;
const ROUNDS = 3;
const NOW_S = 1_795_000_000;
const ZOOM = 9;
/** Those in which the sample lies. */
const COLUMNS = [149, 150, 151, 152, 153];
const ROWS = [181, 182, 183, 184, 185];

interface Measured {
  readonly build_ms: number;
  readonly bytes: number;
  /** What the program must be given and keeps, beside its own. */
  readonly input_bytes: number;
  /** Points by tile of zoom 9, in the order of COLUMNS and ROWS. */
  readonly counts: readonly number[];
  /** Of the tile with the most points. */
  readonly tile_gzip_bytes: number;
  readonly tile_ms: number;
  readonly street_tile_ms: number;
  /** Most tiles of one zoom that were encoded after one point had changed. */
  readonly encoded_max: number;
  readonly first_picture_bytes: number;
}

/** Round the middle of Montréal, denser towards it. */
function sample(count: number): { longitudes: Float64Array; latitudes: Float64Array } {
  const random = uniform(42);
  const bell = () => (random() + random() + random() + random() - 2) / 2;
  const longitudes = new Float64Array(count);
  const latitudes = new Float64Array(count);
  for (let n = 0; n < count; n += 1) {
    longitudes[n] = -73.65 + bell() * 0.35;
    latitudes[n] = 45.53 + bell() * 0.17;
  }
  return { longitudes, latitudes };
}
const isOverdue = (n: number): boolean => n % 5 === 0;
const serviceOf = (n: number): string => `service-${n % 60}`;

async function memory(): Promise<number> {
  for (let n = 0; n < 3; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    (globalThis as { gc?: () => void }).gc?.();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The processor's time of building it once, and what it then takes. */
async function built<T>(build: () => T): Promise<{ made: T; build_ms: number; bytes: number }> {
  const before = await memory();
  const used = process.cpuUsage();
  const made = build();
  const { user, system } = process.cpuUsage(used);
  return { made, build_ms: (user + system) / 1000, bytes: (await memory()) - before };
}
const timed = <T>(work: () => T): { value: T; took_ms: number } => {
  const began = performance.now();
  return { value: work(), took_ms: performance.now() - began };
};

async function measureVigie(): Promise<Measured> {
  const { longitudes, latitudes } = sample(POINTS);
  const names = new MarkNames();
  const marks = Array.from({ length: 300 }, (_, n) =>
    names.pack({ overdue: isOverdue(n), status: 'received', borough: 'VM', service: serviceOf(n) }),
  );
  const build = (count: number): PointIndex => {
    const index = new PointIndex(count);
    for (let n = 0; n < count; n += 1) {
      index.set(n + 1, longitudes[n]!, latitudes[n]!, marks[n % 300]!, NOW_S - n * 30, 0);
    }
    return index;
  };
  build(WARM_UP);
  const { made, build_ms, bytes } = await built(() => build(POINTS));
  const tiles = new Tiles(made, names, momentAt(NOW_S * 1e6, 'America/Toronto'));
  const all = COLUMNS.flatMap((x) => ROWS.map((y) => tiles.plain({ z: ZOOM, x, y })));
  const counts = all.map(pointsIn);
  const largest = counts.indexOf(Math.max(...counts));
  const id = { z: ZOOM, x: COLUMNS[Math.floor(largest / ROWS.length)]!, y: ROWS[largest % ROWS.length]! };
  // Anew: every cell of it has changed.
  for (const cell of made.cells) made.touch(cell);
  const tile = timed(() => tiles.plain(id));
  const street = timed(() => tiles.plain({ z: 14, x: 4839, y: 5861 }));
  return {
    build_ms,
    bytes,
    input_bytes: 0,
    counts,
    tile_gzip_bytes: gzipSync(all[largest]!).length,
    tile_ms: tile.took_ms,
    street_tile_ms: street.took_ms,
    encoded_max: encodedAfterOneChange(made, tiles),
    first_picture_bytes: await firstPicture(tiles),
  };
}

/** Asks for all tiles of a few zooms round the middle, changes one point, asks again. */
function encodedAfterOneChange(index: PointIndex, tiles: Tiles): number {
  let most = 0;
  index.set(1, -73.65, 45.53, 0, 0, 0);
  for (let z = 0; z <= 14; z += 1) {
    const [x, y] = [Math.floor(0.295_42 * 2 ** z), Math.floor(0.357_72 * 2 ** z)];
    const around = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => ({ z, x: x + dx, y: y + dy })));
    const asked = around.filter((id) => Math.min(id.x, id.y) >= 0 && Math.max(id.x, id.y) < 2 ** z);
    for (const id of asked) tiles.plain(id);
    const made = tiles.made;
    index.set(1, -73.65, 45.53, z + 1, 0, 0);
    for (const id of asked) tiles.plain(id);
    most = Math.max(most, tiles.made - made);
  }
  return most;
}

/** What `/carte` asks for on a screen of 1920 × 1080 until the city is drawn, compressed: the ground, the dots, the clusters. */
async function firstPicture(tiles: Tiles): Promise<number> {
  const [west, south, east, north] = GROUND.bounds;
  const box = { west, south, east, north };
  const dots = tilesOf(box, ZOOM).map((id) => tiles.answer(id, ['br']));
  const clusters = tilesOf(box, ZOOM + 1).map((id) => tiles.answer({ ...id, layer: 'clusters' }, ['br']));
  const answers = await Promise.all([...dots, ...clusters]);
  const ground = await compressed(Buffer.from(JSON.stringify(GROUND)), 'br');
  return answers.reduce((sum, { body }) => sum + body.length, ground.length);
}

function pointsIn(tile: Uint8Array): number {
  const layer = new VectorTile(new PbfReader(tile)).layers[MAP_LAYERS.requests];
  let sum = 0;
  for (let at = 0; at < (layer?.length ?? 0); at += 1) sum += Number(layer?.feature(at).properties.n);
  return sum;
}

type Feature = GeoJSON.Feature<GeoJSON.Point, { number: number; overdue: number; service: string }>;
function features(count: number): Feature[] {
  const { longitudes, latitudes } = sample(count);
  return Array.from({ length: count }, (_, n) => ({
    type: 'Feature',
    properties: { number: n + 1, overdue: isOverdue(n) ? 1 : 0, service: serviceOf(n) },
    geometry: { type: 'Point', coordinates: [longitudes[n]!, latitudes[n]!] },
  }));
}

async function measureSupercluster(): Promise<Partial<Measured>> {
  new Supercluster().load(features(WARM_UP));
  const before = await memory();
  const given = features(POINTS);
  const input_bytes = (await memory()) - before;
  const { made, build_ms, bytes } = await built(() => new Supercluster().load(given));
  if (made.getTile(0, 0, 0)?.features.length === 0) throw new Error('supercluster holds nothing');
  return { build_ms, bytes, input_bytes };
}

async function measureGeojsonVt(): Promise<Partial<Measured>> {
  const index = new GeoJSONVT(
    { type: 'FeatureCollection', features: features(POINTS) },
    { buffer: 0, maxZoom: 14 },
  );
  const tiles = COLUMNS.flatMap((x) => ROWS.map((y) => index.getTile(ZOOM, x, y)));
  const counts = tiles.map((tile) => tile?.features.length ?? 0);
  const largest = tiles[counts.indexOf(Math.max(...counts))];
  if (!largest) throw new Error('geojson-vt holds nothing');
  const encoded = fromGeojsonVt({ requests: largest as Parameters<typeof fromGeojsonVt>[0][string] });
  return { counts, tile_gzip_bytes: gzipSync(encoded).length };
}

function inChild(kind: Kind): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const execArgv = ['--expose-gc', '--max-old-space-size=4096'];
    const child = fork(fileURLToPath(import.meta.url), [kind], { execArgv });
    child.once('message', (value) => resolve(value as Measured));
    child.once('exit', (code) => reject(new Error(`the measured ${kind} ended with ${code}`)));
  });
}

export async function benchMap(): Promise<BenchRow[]> {
  const ours: Measured[] = [];
  const clusters: Measured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await inChild('vigie'));
    clusters.push(await inChild('supercluster'));
  }
  const [vigie] = ours as [Measured];
  const geojson = await inChild('geojson-vt');
  const of = (all: readonly Measured[], key: 'build_ms' | 'bytes' | 'input_bytes' | 'tile_ms') =>
    median(all.map((one) => one[key]));
  const MB = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const [build_ms, other_ms] = [of(ours, 'build_ms'), of(clusters, 'build_ms')];
  const [bytes, own, given] = [of(ours, 'bytes'), of(clusters, 'bytes'), of(clusters, 'input_bytes')];
  const unequal = vigie.counts.filter((count, at) => count !== geojson.counts[at]).length;
  const built = `${POINTS} points, median of ${ROUNDS}, processor's time`;
  return [
    atMost(
      'map: building the index against supercluster',
      build_ms / other_ms,
      0.1,
      'ratio',
      `${built}: ${build_ms.toFixed(0)} ms, supercluster 9.1.0 ${other_ms.toFixed(0)} ms`,
    ),
    atMost(
      'map: memory against supercluster',
      bytes / (own + given),
      0.25,
      'ratio',
      `${MB(bytes)} with everything a tile or a message says; supercluster ${MB(own)} and the features it keeps ${MB(given)}`,
    ),
    atMost(
      'map: tile of zoom 9 against geojson-vt',
      vigie.tile_gzip_bytes / geojson.tile_gzip_bytes,
      0.02,
      'ratio',
      `gzip, ${vigie.tile_gzip_bytes} B, geojson-vt 5.0.3 ${geojson.tile_gzip_bytes} B; encoded in ${of(ours, 'tile_ms').toFixed(1)} ms with nothing kept, one of zoom 14 in ${vigie.street_tile_ms.toFixed(1)} ms`,
    ),
    atMost(
      'map: tiles of zoom 9 whose counts differ from geojson-vt',
      unequal,
      0,
      'tiles',
      `${vigie.counts.filter((count) => count > 0).length} tiles with ${vigie.counts.reduce((a, b) => a + b, 0)} points`,
    ),
    atMost(
      'map: tiles of a zoom encoded after one changed point',
      vigie.encoded_max,
      1,
      'tiles',
      'zoom 0 to 14, up to 9 tiles of each asked for before and after',
    ),
    atMost(
      'map: first picture of the city over the wire',
      vigie.first_picture_bytes,
      300_000,
      'bytes',
      'ground, dots of zoom 9 and clusters of zoom 10, brotli, places not snapped; without the map library, which the browser keeps',
    ),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measure = { vigie: measureVigie, supercluster: measureSupercluster, 'geojson-vt': measureGeojsonVt };
  const kind = KINDS.find((candidate) => candidate === process.argv[2]) ?? 'vigie';
  process.send?.(await measure[kind](), () => process.exit(0));
}
