import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MapGround, MapIncidents, MapView } from '../../server/contract/map.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { VigieError } from '../../server/lib/errors.ts';
import { logger } from '../../server/lib/logger.ts';
import { mapRouter } from '../../server/map/http.ts';
import { LiveMap } from '../../server/map/live-map.ts';
import { uniform } from '../domain/random.ts';
import { decoded, NOW_S, samplePoint, tileOf } from './support.ts';

const map = new LiveMap({ clock: new ManualClock(NOW_S * 1_000_000) });
/** A map of an earlier instant: nothing but one point. */
const earlier = new LiveMap({ clock: new ManualClock((NOW_S - 86_400) * 1_000_000) });
earlier.set(samplePoint(1, uniform(1)));
const empty = { type: 'FeatureCollection', features: [] } as const;
const ground: MapGround = {
  shore: empty,
  territories: empty,
  approximate: true,
  bounds: [-74, 45.4, -73.4, 45.7],
  attribution: '© OpenStreetMap contributors',
  style: null,
};
const server = http.createServer();
let port = 0;

beforeAll(async () => {
  const random = uniform(8);
  for (let n = 1; n <= 3_000; n += 1) map.set(samplePoint(n, random));
  const app = express();
  app.use(
    mapRouter({
      map,
      past: async () => earlier,
      ground: () => ground,
      logger,
      gate: (req, _res, next) => {
        if (req.headers['x-may'] === 'no') next(new VigieError('key_missing', 'no', { status: 401 }));
        else next();
      },
    }),
  );
  server.on('request', app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** Without fetch, which undoes the compression by itself. */
function get(path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }>(
    (resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port, path: `/api/v1/map${path}`, headers }, async (res) => {
          const parts: Buffer[] = [];
          for await (const part of res) parts.push(part as Buffer);
          resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(parts) });
        })
        .on('error', reject);
    },
  );
}
const CITY = tileOf(samplePoint(1, uniform(1)), 9);
const VIEW = '/view?box=-75,44,-72,47';
const TILE = `/tiles/${CITY.z}/${CITY.x}/${CITY.y}.mvt`;

describe('a tile over HTTP', () => {
  it('is the same in each encoding, as small as the client takes it', async () => {
    const plain = await get(TILE);
    expect(plain.status).toBe(200);
    expect(plain.headers).toMatchObject({
      'content-type': 'application/vnd.mapbox-vector-tile',
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
    });
    const zipped = await get(TILE, { 'accept-encoding': 'gzip' });
    const packed = await get(TILE, { 'accept-encoding': 'gzip, br' });
    expect([zipped.headers['content-encoding'], packed.headers['content-encoding']]).toEqual(['gzip', 'br']);
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
    expect(brotliDecompressSync(packed.body).equals(plain.body)).toBe(true);
    expect(new Set([plain, zipped, packed].map(({ headers }) => headers.etag)).size).toBe(1);
    expect(decoded(plain.body, 'clusters').features.length).toBeGreaterThan(5);
  });

  it('has one layer alone when that is asked for', async () => {
    const clusters = await get(`${TILE}?layer=clusters`);
    expect(decoded(clusters.body, 'clusters').features.length).toBeGreaterThan(5);
    expect(decoded(clusters.body, 'requests').features).toEqual([]);
    const whole = await get(TILE);
    const requests = await get(`${TILE}?layer=requests`);
    expect(decoded(requests.body, 'requests')).toEqual(decoded(whole.body, 'requests'));
    expect(requests.body.length + clusters.body.length).toBe(whole.body.length);
  });

  it('is not sent again while it is what the client has', async () => {
    const { headers } = await get(TILE);
    const tag = headers.etag ?? '';
    const again = await get(TILE, { 'if-none-match': `"other", ${tag}` });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    map.set({ ...samplePoint(5_000, uniform(3)), longitude: -73.59, latitude: 45.51 });
    const changed = await get(TILE, { 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(tag);
  });

  it('that holds nothing is an answer without content', async () => {
    expect(await get('/tiles/9/0/0.mvt')).toMatchObject({ status: 204, body: Buffer.alloc(0) });
  });

  it('of no zoom or place is refused with what it should have been', async () => {
    for (const [path, message] of [
      ['/tiles/19/0/0.mvt', 'z must be a whole number from 0 to 18'],
      ['/tiles/x/0/0.mvt', 'z must be'],
      ['/tiles/1.5/0/0.mvt', 'z must be'],
      ['/tiles/3/8/0.mvt', 'from 0 to 7'],
      ['/tiles/3/0/8.mvt', 'from 0 to 7'],
      ['/tiles/3/-1/0.mvt', 'from 0 to 7'],
      ['/tiles/3/0/1e0.mvt', 'from 0 to 7'],
      ['/tiles/3/0/0.mvt?layer=roads', 'layer must be requests or clusters'],
      ['/tiles/3/0/0.mvt?due=yesterday', 'due must be some of overdue, today, soon, later, none'],
      ['/tiles/3/0/0.mvt?services=a', 'known are layer, as_of, replay, service, borough, age, due'],
      ['/tiles/3/0/0.mvt?as_of=monday', 'as_of must be a moment'],
    ] as const) {
      const { status, body } = await get(path);
      expect([path, status]).toEqual([path, 400]);
      expect((JSON.parse(body.toString()) as { error: { message: string } }).error.message).toContain(
        message,
      );
    }
  });

  it('is for who may read', async () => {
    for (const path of [TILE, '/view?box=-74,45,-73,46', '/ground.json']) {
      expect((await get(path, { 'x-may': 'no' })).status).toBe(401);
    }
  });
});

describe('a view over HTTP', () => {
  it('counts a box and lists the newest in it', async () => {
    const { status, body } = await get('/view?box=-73.62,45.49,-73.57,45.54&limit=3');
    const view = JSON.parse(body.toString()) as MapView;
    expect(status).toBe(200);
    expect(view.n).toBeGreaterThan(1_000);
    expect(view.items.length).toBe(3);
    expect(Object.keys(view.items[0] ?? {})).not.toContain('address');
  });

  it('refuses what is no box and no limit', async () => {
    for (const query of [
      '',
      '?box=1,2,3',
      '?box=-73,45,-74,46',
      '?box=-73,45,,46',
      '?box=a,b,c,d',
      '?box=-200,0,1,1',
    ]) {
      expect([query, (await get(`/view${query}`)).status]).toEqual([query, 400]);
    }
    expect((await get('/view?box=-74,45,-73,46&limit=501')).status).toBe(400);
    expect((await get('/view?box=-74,45,-73,46&limit=-1')).status).toBe(400);
  });
});

describe('filters and moments over HTTP', () => {
  it('act on tiles, counts and incidents alike, each tile under an ETag of its content', async () => {
    const all = await get(TILE);
    const overdue = await get(`${TILE}?due=overdue`);
    const sum = (body: Buffer) =>
      decoded(body, 'requests').features.reduce((n, { values }) => n + Number(values.n), 0);
    expect(sum(overdue.body)).toBeGreaterThan(0);
    expect(sum(overdue.body)).toBe(
      decoded(all.body, 'requests').features.reduce((n, { values }) => n + Number(values.overdue ?? 0), 0),
    );
    const again = await get(`${TILE}?due=overdue`, { 'if-none-match': overdue.headers.etag ?? '' });
    expect(again.status).toBe(304);
    const view = JSON.parse((await get(`${VIEW}&borough=VM,RO&age=0`)).body.toString()) as MapView;
    expect(view.items.length).toBeGreaterThan(0);
    for (const { borough, age } of view.items)
      expect([['VM', 'RO'].includes(borough ?? ''), age]).toEqual([true, 0]);
    const { items, definition } = JSON.parse(
      (await get(`/incidents?box=-74,45,-73,46&service=service-7`)).body.toString(),
    ) as MapIncidents;
    expect(definition).toBe('incident@1');
    for (const { service, n } of items) expect([service, n >= 5]).toEqual(['service-7', true]);
  });

  it('show the earlier map that is asked for, and say of when it is', async () => {
    const view = JSON.parse((await get(`${VIEW}&as_of=2026-11-17T00:00:00Z`)).body.toString()) as MapView;
    expect([view.n, view.as_of]).toEqual([1, new Date((NOW_S - 86_400) * 1000).toISOString()]);
    expect((await get(`${TILE}?as_of=2026-11-17T00:00:00Z`)).headers.etag).not.toBe(
      (await get(TILE)).headers.etag,
    );
  });
});

describe('the ground over HTTP', () => {
  it('is what was given, kept by its tag', async () => {
    const { headers, body } = await get('/ground.json', { 'accept-encoding': 'br' });
    expect(JSON.parse(brotliDecompressSync(body).toString())).toEqual(ground);
    expect((await get('/ground.json', { 'if-none-match': headers.etag ?? '' })).status).toBe(304);
  });
});
