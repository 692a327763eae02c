/** The map over HTTP: `/api/v1/map/tiles/{z}/{x}/{y}.mvt`, `/map/view`, `/map/incidents`, `/map/ground.json`. Reads only. */
import { createHash } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { definitionRef } from '../contract/definitions.ts';
import { MAP_LAYERS, MAP_TILE_ZOOM_MAX, type MapGround, type MapIncidents } from '../contract/map.ts';
import { MAP_AGES, MAP_DUE, MAP_FILTER_NAMES, type MapFilter } from '../contract/map-filter.ts';
import type { Box } from '../domain/place.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import {
  badParameter,
  queryInstant,
  queryInteger,
  queryList,
  queryText,
  refuseOthers,
} from '../lib/http-query.ts';
import type { Logger } from '../lib/logger.ts';
import { ownTurn } from '../lib/turns.ts';
import { incidentsInBox } from './incidents.ts';
import type { LiveMap } from './live-map.ts';
import type { TileId, TileLayer } from './tile.ts';
import { compressed, type Encoding } from './tiles.ts';

export type ReadMap = Pick<LiveMap, 'tiles' | 'view' | 'shown' | 'incidents'>;

export interface MapRouterOptions {
  readonly map: ReadMap;
  /** The map just before an earlier instant; without it there is only now. */
  readonly past?: (as_of_us: number) => Promise<ReadMap>;
  /** The map of a replay that goes on. */
  readonly replay?: (id: string) => ReadMap | undefined;
  /** Asked at each request; the same object is compressed once. */
  readonly ground: () => MapGround;
  readonly logger: Logger;
  /** Lets pass who may read; without it all may. */
  readonly gate?: RequestHandler;
}

const TILE_TYPE = 'application/vnd.mapbox-vector-tile';
const VIEW_ITEMS = 50;
const VIEW_ITEMS_MAX = 500;
const INCIDENTS_MAX = 200;
const NAMES_MAX = 100;
/** What every question may ask. */
const SHARED = ['as_of', 'replay', ...MAP_FILTER_NAMES];

export function mapRouter({ map, past, replay, ground, logger, gate }: MapRouterOptions): Router {
  const router = Router();
  const get = (path: string, handle: (req: Request, res: Response) => Promise<void>): void => {
    const guarded: RequestHandler = (req, res, next) => {
      handle(req, res).catch(next);
    };
    if (gate) router.get(path, gate, guarded);
    else router.get(path, guarded);
  };

  /** The map that is asked for. */
  const mapOf = async (req: Request): Promise<ReadMap> => {
    const [as_of_us, id] = [queryInstant(req, 'as_of'), queryText(req, 'replay')];
    const replayed = id === undefined ? undefined : replay?.(id);
    if (id !== undefined && !replayed)
      throw new VigieError('no_replay', 'There is no such replay, or it has ended.', { status: 404 });
    const asked = replayed ?? (as_of_us === undefined || !past ? map : await past(as_of_us));
    // A tile of a whole city takes milliseconds, and a screen asks for a dozen at once.
    await ownTurn();
    return asked;
  };

  get('/api/v1/map/tiles/:z/:x/:y.mvt', async (req, res) => {
    refuseOthers(req, ['layer', ...SHARED]);
    const [tile, filter] = [{ ...tileOf(req), layer: layerOf(req) }, filterOf(req)];
    const asked = await mapOf(req);
    const answer = await asked.tiles.answer(tile, encodingsOf(req), asked.shown(filter));
    sendCached(req, res, { ...answer, type: TILE_TYPE });
  });

  get('/api/v1/map/view', async (req, res) => {
    refuseOthers(req, ['box', 'limit', ...SHARED]);
    const [box, limit, filter] = [boxOf(req), limitOf(req), filterOf(req)];
    const asked = await mapOf(req);
    res.setHeader('cache-control', 'no-store');
    sendJson(res, 200, asked.view(box, limit, asked.shown(filter)));
  });

  get('/api/v1/map/incidents', async (req, res) => {
    refuseOthers(req, ['box', ...SHARED]);
    const [box, filter] = [boxOf(req), filterOf(req)];
    const asked = await mapOf(req);
    res.setHeader('cache-control', 'no-store');
    sendJson(res, 200, {
      items: incidentsInBox(asked.incidents(asked.shown(filter)), box, INCIDENTS_MAX),
      next: null,
      definition: definitionRef('incident'),
      as_of: asked.view(box, 0).as_of,
    } satisfies MapIncidents);
  });

  const grounds = new WeakMap<MapGround, { etag: string; packed: Map<Encoding, Promise<Buffer>> }>();
  get('/api/v1/map/ground.json', async (req, res) => {
    const now = ground();
    const plain = Buffer.from(JSON.stringify(now));
    const known = grounds.get(now) ?? { etag: etagOf(plain), packed: new Map() };
    grounds.set(now, known);
    const encoding = encodingsOf(req)[0] ?? 'identity';
    const body = known.packed.get(encoding) ?? compressed(plain, encoding);
    known.packed.set(encoding, body);
    sendCached(req, res, { etag: known.etag, encoding, body: await body, type: 'application/json' });
  });
  router.use(errorHandler(logger));
  return router;
}

const etagOf = (body: Buffer): string => createHash('sha256').update(body).digest('base64url').slice(0, 22);

interface Cached {
  readonly etag: string;
  readonly encoding: Encoding;
  readonly body: Buffer;
  readonly type: string;
}
/** Kept by the browser, and asked about each time: a tile that has not changed is an answer without a body. */
function sendCached(req: Request, res: Response, { etag, encoding, body, type }: Cached): void {
  // Weak: the same content, compressed or not.
  const tag = `W/"${etag}"`;
  res.setHeader('cache-control', 'no-cache');
  res.setHeader('vary', 'accept-encoding');
  if (body.length === 0) {
    res.status(204).end();
    return;
  }
  res.setHeader('etag', tag);
  if (matches(req.headers['if-none-match'], tag)) {
    res.status(304).end();
    return;
  }
  res.setHeader('content-type', type);
  res.setHeader('content-length', body.length);
  if (encoding !== 'identity') res.setHeader('content-encoding', encoding);
  res.end(body);
}
function matches(asked: string | undefined, tag: string): boolean {
  if (asked === undefined) return false;
  return asked
    .split(',')
    .some((one) => one.trim() === tag || one.trim() === tag.slice(2) || one.trim() === '*');
}

/** The best one that the client takes; a browser lists brotli last, and means no order. */
function encodingsOf(req: Request): readonly Encoding[] {
  if (req.acceptsEncodings('br')) return ['br'];
  return req.acceptsEncodings('gzip') ? ['gzip'] : [];
}

const bad = (message: string): VigieError => new VigieError('bad_parameter', message, { status: 400 });

function tileOf(req: Request): TileId {
  const numbers = [req.params.z, req.params.x, req.params.y].map((text) =>
    /^\d{1,6}$/.test(String(text)) ? Number(text) : Number.NaN,
  );
  const [z = Number.NaN, x = Number.NaN, y = Number.NaN] = numbers;
  if (!(z <= MAP_TILE_ZOOM_MAX)) throw bad(`z must be a whole number from 0 to ${MAP_TILE_ZOOM_MAX}`);
  const last = 2 ** z - 1;
  if (!(x <= last && y <= last)) throw bad(`x and y of zoom ${z} must be whole numbers from 0 to ${last}`);
  return { z, x, y };
}

function layerOf(req: Request): TileLayer | undefined {
  const asked = req.query.layer;
  if (asked === undefined || asked === '') return undefined;
  if (asked === MAP_LAYERS.requests || asked === MAP_LAYERS.clusters) return asked;
  throw bad(`layer must be ${Object.values(MAP_LAYERS).join(' or ')}`);
}

function boxOf(req: Request): Box {
  const text = typeof req.query.box === 'string' ? req.query.box : '';
  const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] = numbers;
  const fits =
    numbers.length === 4 &&
    Math.min(west, east) >= -180 &&
    Math.max(west, east) <= 180 &&
    Math.min(south, north) >= -90 &&
    Math.max(south, north) <= 90 &&
    west <= east &&
    south <= north;
  if (!fits) throw bad('box must be west,south,east,north in degrees, such as -73.98,45.40,-73.47,45.71');
  return { west, south, east, north };
}

const limitOf = (req: Request): number => queryInteger(req, 'limit', 0, VIEW_ITEMS_MAX) ?? VIEW_ITEMS;

/** @throws VigieError 400: a misspelt filter would let everything pass. */
function filterOf(req: Request): MapFilter {
  const known = <T extends string>(name: keyof MapFilter, values: readonly T[]): readonly T[] =>
    (queryList(req, name, values.length) ?? []).map((text) => {
      const value = values.find((candidate) => candidate === text);
      if (value === undefined) throw badParameter(name, `must be some of ${values.join(', ')}`);
      return value;
    });
  return {
    service: queryList(req, 'service', NAMES_MAX) ?? [],
    borough: queryList(req, 'borough', NAMES_MAX) ?? [],
    age: known('age', MAP_AGES),
    due: known('due', MAP_DUE),
  };
}
