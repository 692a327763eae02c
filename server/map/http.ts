/** The map over HTTP: `/api/v1/map/tiles/{z}/{x}/{y}.mvt`, `/map/view`, `/map/ground.json`. Reads only. */
import { createHash } from 'node:crypto';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { MAP_LAYERS, MAP_TILE_ZOOM_MAX, type MapGround } from '../contract/map.ts';
import { VigieError } from '../lib/errors.ts';
import { errorHandler, sendJson } from '../lib/http-errors.ts';
import type { Logger } from '../lib/logger.ts';
import { ownTurn } from '../lib/turns.ts';
import type { LiveMap } from './live-map.ts';
import type { TileId, TileLayer } from './tile.ts';
import { compressed, type Encoding } from './tiles.ts';
import type { Box } from './view.ts';

export interface MapRouterOptions {
  readonly map: Pick<LiveMap, 'tiles' | 'view'>;
  /** Asked at each request; the same object is compressed once. */
  readonly ground: () => MapGround;
  readonly logger: Logger;
  /** Lets pass who may read; without it all may. */
  readonly gate?: RequestHandler;
}

const TILE_TYPE = 'application/vnd.mapbox-vector-tile';
const VIEW_ITEMS = 50;
const VIEW_ITEMS_MAX = 500;

export function mapRouter({ map, ground, logger, gate }: MapRouterOptions): Router {
  const router = Router();
  const get = (path: string, handle: (req: Request, res: Response) => Promise<void>): void => {
    const guarded: RequestHandler = (req, res, next) => {
      handle(req, res).catch(next);
    };
    if (gate) router.get(path, gate, guarded);
    else router.get(path, guarded);
  };

  get('/api/v1/map/tiles/:z/:x/:y.mvt', async (req, res) => {
    const tile = { ...tileOf(req), layer: layerOf(req) };
    // A tile of a whole city takes milliseconds, and a screen asks for a dozen at once.
    await ownTurn();
    const { etag, encoding, body } = await map.tiles.answer(tile, encodingsOf(req));
    sendCached(req, res, { etag, encoding, body, type: TILE_TYPE });
  });

  get('/api/v1/map/view', async (req, res) => {
    const [box, limit] = [boxOf(req), limitOf(req)];
    await ownTurn();
    res.setHeader('cache-control', 'no-store');
    sendJson(res, 200, map.view(box, limit));
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

function limitOf(req: Request): number {
  const text = req.query.limit;
  if (text === undefined || text === '') return VIEW_ITEMS;
  const limit = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(limit <= VIEW_ITEMS_MAX)) throw bad(`limit must be a whole number from 0 to ${VIEW_ITEMS_MAX}`);
  return limit;
}
