import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../seeds/reference/index.ts';
import { Access } from '../../server/access/access.ts';
import { byOf, requireRole } from '../../server/access/http-parts.ts';
import { boundariesRouter } from '../../server/catalogue/boundaries.ts';
import { run } from '../../server/cli/main.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { saveBoundaries, territoryCodes } from '../../server/store/boundaries.ts';
import { catalogueRevision, saveCatalogue } from '../../server/store/catalogue.ts';
import { KeyStore } from '../../server/store/keys.ts';
import { UserStore } from '../../server/store/users.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';

const REAL = fileURLToPath(new URL('../../../shared/data/limites-administratives.geojson', import.meta.url));
const KEY = 'bootstrap-key';
const RING = [
  [-73.6, 45.5],
  [-73.5, 45.5],
  [-73.5, 45.6],
  [-73.6, 45.5],
];
const GEOMETRY = { type: 'Polygon', coordinates: [RING] };

let database: TestDatabase;
let server: http.Server;
let url: string;
let folder: string;
beforeAll(async () => {
  database = await testDatabase();
  const { db } = database;
  await saveCatalogue(db, CATALOGUE, { replace: false });
  const access = new Access({
    keys: new KeyStore(db),
    people: new UserStore(db),
    clock: systemClock,
    ingest_key: KEY,
    public_read: false,
  });
  const store = {
    codes: () => territoryCodes(db),
    save: (...what: [Parameters<typeof saveBoundaries>[1], Parameters<typeof saveBoundaries>[2]]) =>
      saveBoundaries(db, ...what),
  };
  const app = express();
  app.use(
    boundariesRouter({
      store,
      admin: requireRole(access, 'manager', 'Boundaries are set'),
      by: byOf,
      logger: testLogger,
    }),
  );
  server = http.createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await database.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-boundaries-'));
  await database.db.query('update territory set geometry = null, approximate = true');
  return () => rm(folder, { recursive: true, force: true });
});

async function put(items: unknown, key: string | null = KEY) {
  const response = await fetch(`${url}/api/v1/boundaries`, {
    method: 'PUT',
    body: JSON.stringify({ items }),
    headers: key === null ? {} : { authorization: `Bearer ${key}` },
  });
  return { status: response.status, text: await response.text() };
}
async function stored(): Promise<Record<string, { type: string; coordinates: unknown }>> {
  const { rows } = await database.db.query<{
    code: string;
    geometry: { type: string; coordinates: unknown };
  }>('select code, geometry from territory where not approximate');
  return Object.fromEntries(rows.map(({ code, geometry }) => [code, geometry]));
}
async function vigie(name: string, text: string | Buffer) {
  const file = join(folder, name);
  await writeFile(file, text);
  return importFile(file);
}
async function importFile(file: string) {
  const said = { out: '', err: '' };
  const code = await run(['import', 'boundaries', file], {
    env: { VIGIE_URL: url, VIGIE_INGEST_KEY: KEY },
    out: (line) => {
      said.out += `${line}\n`;
    },
    err: (line) => {
      said.err += `${line}\n`;
    },
    is_terminal: false,
    signal: new AbortController().signal,
    clock: systemClock,
  });
  const rejects = await readFile(`${file}.rejects.txt`, 'utf8').catch(() => '');
  return { code, ...said, rejects };
}
const collection = (...features: unknown[]): string =>
  JSON.stringify({ type: 'FeatureCollection', features });
const feature = (properties: object, geometry: unknown = GEOMETRY) => ({
  type: 'Feature',
  properties,
  geometry,
});

describe('PUT /api/v1/boundaries', () => {
  it('puts boundaries in the place of approximate areas, and leaves the others', async () => {
    expect(await put([{ code: 'VM', geometry: { ...GEOMETRY, bbox: [1] } }])).toEqual({
      status: 200,
      text: '{"updated":1}',
    });
    expect(await stored()).toEqual({ VM: GEOMETRY });
  });

  it.each([
    [[], 400, '1 to 1000'],
    [
      [
        { code: 'VM', geometry: GEOMETRY },
        { code: 'ZZ', geometry: GEOMETRY },
      ],
      400,
      'there is no territory ZZ',
    ],
    [
      [
        { code: 'VM', geometry: GEOMETRY },
        { code: 'VD', geometry: { type: 'Point' } },
      ],
      400,
      'item 1 (VD) is of type',
    ],
    [
      [
        { code: 'VM', geometry: GEOMETRY },
        { code: 'VM', geometry: GEOMETRY },
      ],
      400,
      'VM stands there twice',
    ],
    [[null], 400, 'item 0 has no code'],
  ])('stores nothing of %j', async (items, status, why) => {
    expect(await put(items)).toMatchObject({ status, text: expect.stringContaining(why) });
    expect(await stored()).toEqual({});
  });

  it('is a change of the catalogue that other servers notice', async () => {
    const before = await catalogueRevision(database.db);
    await put([{ code: 'VM', geometry: GEOMETRY }]);
    expect(await catalogueRevision(database.db)).toBe(before + 1);
  });

  it('needs the bootstrap key', async () => {
    const items = [{ code: 'VM', geometry: GEOMETRY }];
    expect((await put(items, null)).status).toBe(401);
    expect((await put(items, 'another')).status).toBe(403);
    expect(await stored()).toEqual({});
  });
});

describe('vigie import boundaries', () => {
  it.runIf(existsSync(REAL))('puts in all 34 of the City’s file, as they stand there', async () => {
    const file = join(folder, 'limites.geojson');
    await copyFile(REAL, file);
    const { code, out } = await importFile(file);
    expect([code, out]).toEqual([0, 'limites.geojson: 34 features: 34 boundaries in, 0 not\n']);
    const { features } = JSON.parse(await readFile(REAL, 'utf8')) as {
      features: { properties: { ABREV: string }; geometry: unknown }[];
    };
    expect(await stored()).toEqual(
      Object.fromEntries(features.map(({ properties, geometry }) => [properties.ABREV, geometry])),
    );
  });

  it('knows a borough by its code or its name, and tells of each that cannot go in', async () => {
    const { code, out, rejects } = await vigie(
      'some.geojson',
      `\uFEFF${collection(
        feature({ code: 'VM' }),
        feature({ NOM: "L'Île-Bizard-Sainte-Geneviève" }),
        feature({ NOM: 'Longueuil' }),
        feature({ ABREV: 'VD' }, { type: 'Point', coordinates: [1, 2] }),
        feature({ name: 'Ville-Marie' }),
        null,
      )}`,
    );
    expect([code, out]).toEqual([1, 'some.geojson: 6 features: 2 boundaries in, 4 not\n']);
    expect(Object.keys(await stored()).toSorted()).toEqual(['IS', 'VM']);
    expect(
      rejects
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')[0]),
    ).toEqual(['3', '4', '5', '6']);
    expect(rejects).toContain('VD is of type "Point"');
  });

  it.each([
    ['nothing', '', 'is empty'],
    ['half a file', '{"type":"FeatureCollection","features":[', 'is not JSON: line 1, column'],
    ['a single feature', JSON.stringify(feature({ code: 'VM' })), 'GeoJSON of type Feature'],
    ['a list', '[1]', 'no GeoJSON'],
    ['Latin-1', Buffer.from(collection(feature({ NOM: 'é' })), 'latin1'), 'not UTF-8'],
    [
      'another system',
      JSON.stringify({
        type: 'FeatureCollection',
        crs: { properties: { name: 'EPSG:32188' } },
        features: [],
      }),
      'convert it to WGS 84',
    ],
  ])('refuses %s', async (_, text, why) => {
    const { code, err } = await vigie('refused.geojson', text);
    expect(code).toBe(1);
    expect(err).toContain(`refused.geojson: `);
    expect(err).toContain(why);
    expect(await stored()).toEqual({});
  });
});
