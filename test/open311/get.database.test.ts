/** What readers get: lists, definitions, requests, and how exactly. */
import http from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPEN311_SCHEMAS } from '../../server/contract/open311-api.ts';
import { isOpenStatus, REQUEST_STATUSES, type RequestStatus } from '../../server/contract/requests.ts';
import { distance_m, snap } from '../../server/domain/place.ts';
import { AT, type Open311Server, row, startOpen311 } from './server.ts';

type Row = Record<string, unknown>;
let server: Open311Server;
let reader: { authorization: string };
beforeAll(async () => {
  server = await startOpen311({
    texts: {
      unit: (id) => (id === 'VM-travaux' ? { fr: 'Travaux publics', en: 'Public works' } : undefined),
      notice: ({ id }) => (id === 'nid-de-poule' ? { fr: 'Trois jours', en: 'Three days' } : undefined),
    },
  });
  reader = { authorization: `Bearer ${await server.key({ types: [], can_read: true })}` };
});
afterAll(() => server.close());
beforeEach(() => server.requests.rows.clear());

async function rows(query: string, headers: Record<string, string> = {}): Promise<Row[]> {
  const response = await server.get(`/v2/requests.json${query}`, headers);
  expect(response.status).toBe(200);
  return (await response.json()) as Row[];
}
const ids = async (query: string, headers: Record<string, string> = {}): Promise<unknown[]> =>
  (await rows(query, headers)).map((one) => one.service_request_id);
const HOUR_MS = 3_600_000;
const ago = (hours: number): string => new Date(Date.now() - hours * HOUR_MS).toISOString();
const seconds = (iso: string | null): string => iso!.replace(/\.\d+Z/, 'Z');

describe('discovery', () => {
  it('is the same page at every address that clients try, in both formats', async () => {
    const json = (await (await server.get('/discovery.json')).json()) as Row;
    expect(json).toEqual({
      changeset: expect.stringMatching(/^20.*Z$/),
      contact: 'Demandez à qui exploite ce serveur.',
      key_service: 'Demandez à qui exploite ce serveur.',
      endpoints: [
        {
          specification: 'http://wiki.open311.org/GeoReport_v2',
          url: `${server.url}/v2`,
          changeset: json.changeset,
          type: 'test',
          formats: ['text/xml', 'application/json'],
        },
      ],
    });
    expect(await (await server.get('/v2/discovery.json')).json()).toEqual(json);
    const xml = await (await server.get('/discovery')).text();
    expect(await (await server.get('/v2')).text()).toBe(xml);
    expect(xml).toMatch(
      /<discovery><changeset>.*<formats><format>text\/xml<\/format><format>application\/json</,
    );
  });
});

describe('services', () => {
  it('are those that are offered, in the language of the reader, with every field of the specification', async () => {
    const [first, ...others] = (await (await server.get('/v2/services.json')).json()) as Row[];
    expect(first).toEqual({
      service_code: 'nid-de-poule',
      service_name: 'Nid-de-poule',
      description: 'Trous & fissures <de la chaussée>',
      metadata: false,
      type: 'realtime',
      keywords: 'rue, chaussée',
      group: 'voirie',
    });
    expect(others.map((one) => one.service_code)).toEqual(['compte-de-taxes']);
    const english = await server.get('/v2/services.xml', { 'accept-language': 'en-CA' });
    expect(english.headers.get('content-language')).toBe('en');
    expect(await english.text()).toContain(
      '<service><service_code>nid-de-poule</service_code><service_name>Pothole</service_name>' +
        '<description>Holes &amp; cracks &lt;of the road&gt;</description><metadata>false</metadata>' +
        '<type>realtime</type><keywords>rue, chauss&#233;e</keywords><group>voirie</group></service>',
    );
  });

  it('can be kept and asked for again for nothing', async () => {
    const first = await server.get('/v2/services.json');
    const etag = first.headers.get('etag');
    expect(etag).toBeTruthy();
    // Not with fetch, which asks past every cache as soon as it is given this header.
    const status = await new Promise((resolve) => {
      const headers = { 'if-none-match': etag! };
      http.get(`${server.url}/v2/services.json`, { headers }, (res) => resolve(res.resume().statusCode));
    });
    expect(status).toBe(304);
  });

  it('have a definition without attributes, and none when they are not offered', async () => {
    const json = await server.get('/v2/services/nid-de-poule.json');
    expect(await json.json()).toEqual({ service_code: 'nid-de-poule', attributes: [] });
    const xml = await server.get('/v2/services/nid-de-poule.xml');
    expect(await xml.text()).toMatch(
      /<service_definition><service_code>nid-de-poule<\/service_code><attributes\/><\/service_definition>\n$/,
    );
    for (const code of ['trou-noir', 'permis-de-velo'])
      expect((await server.get(`/v2/services/${code}.json`)).status).toBe(404);
  });
});

describe('a request', () => {
  const published = { text: 'Équipe & camion en route', at: ago(1), expected_at: null };
  const one = row('r-1', { due_at: '2026-12-01T14:00:00.000Z', created_at: ago(2), published });

  it('has every field of the specification, whatever is known of it', async () => {
    server.requests.put(one, row('r-2', { service: null, unit: null, longitude: null, latitude: null }));
    const [first, second] = await rows('?service_request_id=r-1,r-2', reader);
    expect(first).toEqual({
      service_request_id: 'r-1',
      status: 'open',
      status_notes: 'Équipe & camion en route',
      service_name: 'Nid-de-poule',
      service_code: 'nid-de-poule',
      description: 'Un trou devant la porte',
      agency_responsible: 'Travaux publics',
      service_notice: 'Trois jours',
      requested_datetime: seconds(one.created_at),
      updated_datetime: seconds(one.updated_at),
      expected_datetime: '2026-12-01T14:00:00Z',
      address: '275, rue Notre-Dame Est',
      address_id: null,
      zipcode: null,
      lat: AT.latitude,
      long: AT.longitude,
      media_url: null,
    });
    expect(Object.keys(second!)).toEqual(Object.keys(first!));
    const described = OPEN311_SCHEMAS.Open311Request as { properties: object };
    expect(Object.keys(described.properties)).toEqual(Object.keys(first!));
    expect(second).toMatchObject({ service_code: null, agency_responsible: null, lat: null, long: null });
  });

  it('says the same in XML as in JSON', async () => {
    server.requests.put(one);
    const [json] = await rows('?service_request_id=r-1', reader);
    const xml = await (await server.get('/v2/requests/r-1.xml', reader)).text();
    const told = [...xml.matchAll(/<(\w+)(?:\/>|>([^<]*)<\/\1>)/g)].map(([, name, text = '']) => [
      name,
      text,
    ]);
    const expected = Object.entries(json!).map(([name, value]) => [
      name,
      String(value ?? '')
        .replaceAll('&', '&amp;')
        .replaceAll('É', '&#201;'),
    ]);
    expect(told).toEqual(expected);
  });

  it('is open in six statuses and closed in four; a closed one was changed last when it was settled', async () => {
    const [open, closed] = [true, false].map((wanted) =>
      REQUEST_STATUSES.filter((status) => isOpenStatus(status) === wanted),
    ) as [RequestStatus[], RequestStatus[]];
    expect([open.length, closed.length]).toEqual([6, 4]);
    for (const status of open) server.requests.put(row(status, { status }));
    const settled_at = ago(5);
    for (const status of closed) server.requests.put(row(status, { status, open: false, settled_at }));
    expect(new Set(await ids('?status=open'))).toEqual(new Set(open));
    expect(new Set(await ids('?status=closed'))).toEqual(new Set(closed));
    expect(await ids('?status=open,closed')).toHaveLength(10);
    expect((await rows('?status=closed')).map((each) => each.updated_datetime)).toEqual(
      Array(4).fill(seconds(settled_at)),
    );
  });

  it('that is not there is a 404 by itself, and missing from a list of ids', async () => {
    server.requests.put(one);
    expect(await ids('?service_request_id=none,r-1')).toEqual(['r-1']);
    expect(await ids('?service_request_id=none')).toEqual([]);
    const response = await server.get('/v2/requests/none.json', { 'accept-language': 'en' });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual([{ code: 404, description: 'No request "none" is known.' }]);
  });
});

describe('filters reach the source', () => {
  it('services, dates and pages, newest first', async () => {
    server.requests.put(
      ...Array.from({ length: 25 }, (_, hours) => row(`h-${hours}`, { created_at: ago(hours) })),
    );
    server.requests.put(row('taxes', { service: 'compte-de-taxes', created_at: ago(3.2) }));
    expect(await ids('?service_code=compte-de-taxes,autre')).toEqual(['taxes']);
    expect(await ids('?service_code=nid-de-poule&page_size=10&page=3')).toEqual([
      'h-20',
      'h-21',
      'h-22',
      'h-23',
      'h-24',
    ]);
    const span = `?start_date=${ago(4.5)}&end_date=${ago(1.5)}`;
    expect(await ids(span)).toEqual(['h-2', 'h-3', 'taxes', 'h-4']);
    expect(await ids(`?updated_before=${ago(1)}`)).toEqual([]);
  });
});

describe('a reader without a key that may read', () => {
  const secret = ['Un trou devant la porte', 'Notre-Dame', String(AT.latitude), String(AT.longitude)];

  it('gets the middle of a cell, and neither description nor address, by every way of asking', async () => {
    server.requests.put(row('r-1'));
    const sender = await server.key();
    for (const headers of [{}, { authorization: `Bearer ${sender}` }] as Record<string, string>[]) {
      for (const path of [
        'requests.json',
        'requests.xml',
        'requests/r-1.json',
        'requests.json?service_request_id=r-1',
      ]) {
        const text = await (await server.get(`/v2/${path}`, headers)).text();
        expect(text).toContain('r-1');
        expect(text).toContain(String(snap(AT).latitude));
        for (const part of secret) expect(text).not.toContain(part);
      }
    }
  });

  it('gets all of it with a key that may read, also as api_key', async () => {
    server.requests.put(row('r-1'));
    const secret_key = reader.authorization.replace('Bearer ', '');
    for (const text of [
      await (await server.get('/v2/requests/r-1.json', reader)).text(),
      await (await server.get(`/v2/requests/r-1.json?api_key=${secret_key}`)).text(),
    ]) {
      for (const part of secret) expect(text).toContain(part);
    }
    expect((await server.get('/v2/requests/r-1.json?api_key=wrong')).status).toBe(403);
  });

  it('cannot find a dwelling by circles: all places of a cell are in one, or none', async () => {
    const cell = snap(AT);
    const doors = [-3, -1, 0, 2, 3].map((step, door) =>
      row(`door-${door}`, {
        longitude: cell.longitude + step * 0.000_15,
        latitude: cell.latitude + step * 0.000_1,
      }),
    );
    server.requests.put(...doors);
    const seen = new Set<number>();
    for (let radius = 0; radius <= 400; radius += 7) {
      const circle = `?lat=${AT.latitude + 0.001}&long=${AT.longitude - 0.001}&radius=${radius}`;
      seen.add((await ids(circle)).length);
    }
    expect([...seen].sort()).toEqual([0, 5]);
    // Who may know the places may also search by them.
    const exact = new Set<number>();
    for (let radius = 0; radius <= 400; radius += 7) {
      const circle = `?lat=${AT.latitude + 0.001}&long=${AT.longitude - 0.001}&radius=${radius}`;
      exact.add((await ids(circle, reader)).length);
    }
    expect(exact.size).toBeGreaterThan(2);
  });

  it('pages through a circle without a gap or a repetition, however many of its box are outside', async () => {
    const around = Array.from({ length: 2_500 }, (_, at) => {
      const angle = at * 2.399_963;
      const reach = 0.02 * Math.sqrt(at / 2_500);
      return row(`p-${String(at).padStart(4, '0')}`, {
        longitude: AT.longitude + reach * Math.cos(angle),
        latitude: AT.latitude + reach * Math.sin(angle),
        created_at: ago(at / 100),
      });
    });
    server.requests.put(...around);
    const centre = { ...AT, radius_m: 1_200 };
    const inside = around
      .filter(
        (one) => distance_m(snap({ longitude: one.longitude!, latitude: one.latitude! }), centre) <= 1_200,
      )
      .map((one) => one.id);
    expect(inside.length).toBeGreaterThan(500);
    const found: unknown[] = [];
    for (let page = 1; page <= Math.ceil(inside.length / 100); page += 1) {
      const part = await ids(
        `?lat=${AT.latitude}&long=${AT.longitude}&radius=1200&page=${page}&page_size=100`,
      );
      found.push(...part);
    }
    expect(found).toEqual(inside);
  });
});

describe('what cannot be answered', () => {
  it('is told in the form and format that was asked, all faults at once', async () => {
    const response = await server.get('/v2/requests.xml?status=x&start_date=y&page=0', {
      'accept-language': 'en',
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'text/xml; charset=utf-8']);
    const text = await response.text();
    expect(text).toMatch(
      /^<\?xml version="1.0" encoding="utf-8"\?>\n<errors>(<error><code>400<\/code><description>[^<]+<\/description><\/error>){3}<\/errors>\n$/,
    );
  });

  it('is an unsupported format, an address with nothing, another jurisdiction, another method', async () => {
    for (const [status, path, method] of [
      [400, '/v2/services.html', 'GET'],
      [400, '/v2/requests/1.csv', 'GET'],
      [404, '/v2/nothing.json', 'GET'],
      [404, '/v2/services.json?jurisdiction_id=city.gov', 'GET'],
      [404, '/v2/requests.json?jurisdiction_id=city.gov', 'GET'],
      [400, '/v2/requests.json?status=%E9', 'GET'],
      [400, '/v2/requests/1.json', 'DELETE'],
      [400, '/v2/services.json', 'POST'],
    ] as const) {
      const response = await fetch(server.url + path, { method, headers: { accept: 'application/json' } });
      expect([path, response.status, await response.json()]).toEqual([
        path,
        status,
        [{ code: status, description: expect.any(String) }],
      ]);
    }
    expect((await server.get('/v2/services.json?jurisdiction_id=ville.example')).status).toBe(200);
  });

  it('is no jurisdiction where none is set; the address told is the one that was set', async () => {
    const settings = {
      jurisdiction_id: null,
      contact: 'api@ville.example',
      public_url: 'https://ville.example',
      test: false,
    };
    const other = await startOpen311({ settings });
    try {
      expect((await other.get('/v2/services.json?jurisdiction_id=undefined')).status).toBe(200);
      const page = (await (await other.get('/discovery.json')).json()) as Row;
      expect(page.contact).toBe('api@ville.example');
      expect(page.endpoints).toMatchObject([{ url: 'https://ville.example/open311/v2', type: 'production' }]);
    } finally {
      await other.close();
    }
  });

  it('hides why when the server itself fails', async () => {
    const broken = await startOpen311({
      requests: {
        byIds: () => Promise.reject(new Error('secret of the house')),
        find: () => Promise.resolve([]),
      },
      logger: { error: () => undefined } as never,
    });
    try {
      const response = await broken.get('/v2/requests/1.json');
      expect(response.status).toBe(500);
      expect(await response.text()).not.toContain('secret');
    } finally {
      await broken.close();
    }
  });

  it('is nothing of this to pages of other sites, which may read what everybody may', async () => {
    expect((await server.get('/v2/services.json')).headers.get('access-control-allow-origin')).toBe('*');
  });
});
