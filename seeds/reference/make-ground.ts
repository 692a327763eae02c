/**
 * Makes `ground.json`, what lies under the points of the map: the shore of the Montréal region, and approximate areas of the boroughs and
 * linked cities. It was run once; to make it again:
 *
 *   npm install --no-save @geo-maps/earth-lands-10m@0.6.0 polygon-clipping@0.15.7
 *   node seeds/reference/make-ground.ts && npx biome format --write seeds/reference/ground.json
 *
 * The shore is clipped from that package (© OpenStreetMap contributors, ODbL). So far inland its waters are coarse, in steps of up to a
 * kilometre, and it lacks the Rivière des Prairies: small waters and islands are left out, the rest is rounded off, and the rivers are
 * put by hand. An area is what is nearer to a borough's named places (`boroughs.json`) than to another's. None of it is a boundary:
 * `vigie import boundaries` brings the city's own.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import boroughsFile from './boroughs.json' with { type: 'json' };

type Point = [number, number];
type Ring = Point[];
type Polygon = Ring[];

const BOX = { west: -74.25, south: 45.28, east: -73.25, north: 45.82 };
const BOUNDS = [-73.985, 45.4, -73.475, 45.705];
/** Metres that a line may be off after simplifying. */
const TOLERANCE_M = 25;
const ISLAND_M2_MIN = 300_000;
const WATER_M2_MIN = 1_500_000;
const DIGITS = 4;
/** A territory ends so far from its places. */
const REACH_M = 4_200;
const METRES_Y = 111_200;
const METRES_X = METRES_Y * Math.cos((45.5 * Math.PI) / 180);

/** The middle of each linked city, put by hand on a map like the places of the boroughs. */
const LINKED_PLACES: Readonly<Record<string, Point>> = {
  BF: [-73.866, 45.43],
  BU: [-73.913, 45.416],
  BV: [-73.944, 45.409],
  CL: [-73.667, 45.467],
  DO: [-73.818, 45.492],
  DV: [-73.75, 45.447],
  HS: [-73.646, 45.482],
  ID: [-73.742, 45.434],
  KL: [-73.866, 45.452],
  ME: [-73.512, 45.631],
  MO: [-73.647, 45.455],
  MR: [-73.643, 45.516],
  PC: [-73.815, 45.45],
  SV: [-73.953, 45.434],
  WM: [-73.598, 45.485],
};

interface River {
  /** Half of its width. */
  readonly half_m: number;
  readonly line: Ring;
}
/** From the lakes to the end of the island, put by hand like the places, right to some 400 m in the Rivière des Prairies and to 1.4 km at some points of the St. Lawrence. */
const PRAIRIES: Ring = [
  [-73.95, 45.49],
  [-73.9, 45.52],
  [-73.87, 45.52],
  [-73.84, 45.513],
  [-73.81, 45.515],
  [-73.78, 45.512],
  [-73.755, 45.52],
  [-73.73, 45.535],
  [-73.705, 45.545],
  [-73.685, 45.55],
  [-73.675, 45.56],
  [-73.665, 45.58],
  [-73.653, 45.6],
  [-73.635, 45.625],
  [-73.61, 45.648],
  [-73.585, 45.66],
  [-73.555, 45.675],
  [-73.52, 45.7],
  [-73.48, 45.708],
  [-73.44, 45.705],
];
/** The channel, where the coarse shore has a dam across it. */
const SAINT_LAWRENCE: Ring = [
  [-73.69, 45.415],
  [-73.655, 45.41],
  [-73.62, 45.415],
  [-73.58, 45.425],
  [-73.555, 45.44],
  [-73.535, 45.46],
  [-73.53, 45.485],
  [-73.54, 45.505],
  [-73.53, 45.53],
  [-73.515, 45.55],
  [-73.505, 45.575],
  [-73.498, 45.6],
  [-73.485, 45.63],
  [-73.475, 45.66],
  [-73.47, 45.69],
];
const RIVERS: readonly River[] = [
  { half_m: 170, line: PRAIRIES },
  { half_m: 400, line: SAINT_LAWRENCE },
];

const toMetres = ([lon, lat]: Point): Point => [lon * METRES_X, lat * METRES_Y];
const toDegrees = ([x, y]: Point): Point => [x / METRES_X, y / METRES_Y];
const rounded = ([lon, lat]: Point): Point => [Number(lon.toFixed(DIGITS)), Number(lat.toFixed(DIGITS))];

function area_m2(ring: Ring): number {
  let sum = 0;
  for (let at = 0; at < ring.length; at += 1) {
    const [ax, ay] = toMetres(ring[at]!);
    const [bx, by] = toMetres(ring[(at + 1) % ring.length]!);
    sum += ax * by - bx * ay;
  }
  return Math.abs(sum / 2);
}

/** Sutherland and Hodgman: keeps the part of a ring on one side of a line. */
function cut(ring: Ring, side: (point: Point) => number): Ring {
  const out: Ring = [];
  for (let at = 0; at < ring.length; at += 1) {
    const [a, b] = [ring[at]!, ring[(at + 1) % ring.length]!];
    const [da, db] = [side(a), side(b)];
    if (da >= 0) out.push(a);
    if (da >= 0 !== db >= 0) {
      const t = da / (da - db);
      out.push([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
    }
  }
  return out;
}
const SIDES: readonly ((point: Point) => number)[] = [
  ([x]) => x - BOX.west,
  ([x]) => BOX.east - x,
  ([, y]) => y - BOX.south,
  ([, y]) => BOX.north - y,
];
const clipped = (ring: Ring): Ring => SIDES.reduce(cut, ring);
const touches = (ring: Ring): boolean => {
  let [west, south, east, north] = [180, 90, -180, -90];
  for (const [x, y] of ring) {
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  }
  return west < BOX.east && east > BOX.west && south < BOX.north && north > BOX.south;
};

/** Douglas and Peucker. */
function simplified(line: Ring): Ring {
  if (line.length < 3) return line;
  const [ax, ay] = toMetres(line[0]!);
  const [bx, by] = toMetres(line.at(-1)!);
  const length = Math.hypot(bx - ax, by - ay);
  let [farthest, far_m] = [0, 0];
  for (let at = 1; at < line.length - 1; at += 1) {
    const [x, y] = toMetres(line[at]!);
    const off_m =
      length === 0
        ? Math.hypot(x - ax, y - ay)
        : Math.abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length;
    if (off_m > far_m) [farthest, far_m] = [at, off_m];
  }
  if (far_m <= TOLERANCE_M) return [line[0]!, line.at(-1)!];
  const first = simplified(line.slice(0, farthest + 1));
  return [...first.slice(0, -1), ...simplified(line.slice(farthest))];
}
/** Chaikin, twice: each corner becomes a curve. */
function smooth(ring: Ring, rounds = 2): Ring {
  if (rounds === 0) return ring;
  const cornerless = ring.flatMap((a, at): Ring => {
    const b = ring[(at + 1) % ring.length]!;
    return [
      [0.75 * a[0] + 0.25 * b[0], 0.75 * a[1] + 0.25 * b[1]],
      [0.25 * a[0] + 0.75 * b[0], 0.25 * a[1] + 0.75 * b[1]],
    ];
  });
  return smooth(cornerless, rounds - 1);
}
const open = (ring: Ring): Ring => ring.slice(0, -1);
const finished = (ring: Ring): Ring => simplified(ring).map(rounded);

/** A line as wide as a river: a box for each stretch and an octagon at each bend. */
function riverParts({ half_m, line: course }: River): Polygon[] {
  const line = course.map(toMetres);
  return line.flatMap(([x, y], at): Polygon[] => {
    const bend: Ring = Array.from({ length: 8 }, (_, n) => {
      const angle = ((n + 0.5) / 8) * 2 * Math.PI;
      return [x + half_m * Math.cos(angle), y + half_m * Math.sin(angle)];
    });
    const next = line[at + 1];
    if (!next) return [[bend.map(toDegrees)]];
    const length = Math.hypot(next[0] - x, next[1] - y);
    const [nx, ny] = [(-(next[1] - y) / length) * half_m, ((next[0] - x) / length) * half_m];
    const box: Ring = [
      [x + nx, y + ny],
      [next[0] + nx, next[1] + ny],
      [next[0] - nx, next[1] - ny],
      [x - nx, y - ny],
    ];
    return [[bend.map(toDegrees)], [box.map(toDegrees)]];
  });
}

interface Clipping {
  union(first: Polygon[], ...more: Polygon[][]): Polygon[];
  intersection(first: Polygon[], ...more: Polygon[][]): Polygon[];
  difference(first: Polygon[], ...more: Polygon[][]): Polygon[];
}

function landOf(file: string, { difference, union }: Clipping): Polygon[] {
  const world = JSON.parse(readFileSync(file, 'utf8')) as { geometries: { coordinates: Polygon[] }[] };
  const rough = world.geometries
    .flatMap(({ coordinates }) => coordinates)
    .filter(([outer]) => outer && touches(outer))
    .filter(([outer]) => area_m2(outer!) > ISLAND_M2_MIN)
    .map(([outer, ...waters]) => [outer!, ...waters.filter((ring) => area_m2(ring) > WATER_M2_MIN)])
    .map((polygon) => polygon.filter(touches).map((ring) => clipped(smooth(open(ring))).map(rounded)));
  const rivers = RIVERS.map((river) => riverOf(river, union));
  return difference(rough, ...rivers)
    .filter(([outer]) => area_m2(outer!) > ISLAND_M2_MIN)
    .map((polygon) => polygon.map(finished).filter((ring) => ring.length > 3));
}
function riverOf(river: River, union: Clipping['union']): Polygon[] {
  const [first, ...more] = riverParts(river).map((polygon) => [polygon.map((ring) => ring.map(rounded))]);
  return union(first!, ...more);
}

const inside = ([x, y]: Point, ring: Ring): boolean => {
  let odd = false;
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
    const [ax, ay] = ring[at]!;
    const [bx, by] = ring[before]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
};

interface Site {
  readonly code: string;
  readonly at: Point;
}
/** What is nearer to one site than to any of another code, within its reach, as a convex ring. */
function cellOf(site: Site, sites: readonly Site[]): Ring {
  const [x, y] = toMetres(site.at);
  let ring: Ring = Array.from({ length: 48 }, (_, n) => {
    const angle = (n / 48) * 2 * Math.PI;
    return [x + REACH_M * Math.cos(angle), y + REACH_M * Math.sin(angle)];
  });
  for (const other of sites) {
    // Cells of one code overlap, which makes their union a sound one.
    if (other.code === site.code) continue;
    const [ox, oy] = toMetres(other.at);
    const [mx, my] = [(x + ox) / 2, (y + oy) / 2];
    ring = cut(ring, ([px, py]) => (px - mx) * (x - ox) + (py - my) * (y - oy));
  }
  return ring.map(toDegrees).map(([lon, lat]): Point => [Number(lon.toFixed(7)), Number(lat.toFixed(7))]);
}

const names = new Map(
  [...boroughsFile.boroughs, ...boroughsFile.linked_cities].map(({ code, name }) => [code, name]),
);
const sites: Site[] = [
  ...boroughsFile.boroughs.flatMap(({ code, places }) =>
    places.map(([lon, lat]): Site => ({ code, at: [lon!, lat!] })),
  ),
  ...Object.entries(LINKED_PLACES).map(([code, at]): Site => ({ code, at })),
];

function areasOn(land: readonly Polygon[], { union, intersection }: Clipping) {
  const islands = land.filter(([outer]) => sites.some(({ at }) => inside(at, outer!)));
  return [...names].map(([code, name]) => {
    const cells = sites.filter((site) => site.code === code).map((site) => [cellOf(site, sites)]);
    if (cells.length === 0) throw new Error(`${code} has no place`);
    const whole = union([cells[0]!], ...cells.slice(1).map((cell) => [cell]));
    const coordinates = intersection(whole, [...islands])
      .filter(([outer]) => sites.some((site) => site.code === code && inside(site.at, outer!)))
      .map((polygon) => polygon.map((ring) => ring.map(rounded)));
    return {
      type: 'Feature',
      properties: { code, name_fr: name.fr, name_en: name.en },
      geometry: { type: 'MultiPolygon', coordinates },
    };
  });
}

const packageFile =
  process.argv[2] ?? fileURLToPath(import.meta.resolve('@geo-maps/earth-lands-10m/map.geo.json'));
const library: string = process.argv[3] ?? 'polygon-clipping';
const loaded = (await import(library)) as { default: Clipping };
const land = landOf(packageFile, loaded.default);
const { west, south, east, north } = BOX;
const box: Polygon = [
  [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ],
];
const water = loaded.default.difference([box], ...land.map((polygon) => [polygon]));
const ground = {
  provenance:
    'Shore: @geo-maps/earth-lands-10m 0.6.0, © OpenStreetMap contributors, ODbL 1.0; clipped, rounded off and simplified; rivers by hand. Areas: nearest named places of boroughs.json, and of make-ground.ts for the linked cities; approximate, no boundary. Made by make-ground.ts.',
  bounds: BOUNDS,
  shore: {
    type: 'FeatureCollection',
    features: [{ type: 'Feature', properties: {}, geometry: { type: 'MultiPolygon', coordinates: water } }],
  },
  territories: { type: 'FeatureCollection', features: areasOn(land, loaded.default) },
};
const file = fileURLToPath(new URL('./ground.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(ground)}\n`);
console.log(`${file}: ${water.length} waters, ${JSON.stringify(ground).length} bytes`);
