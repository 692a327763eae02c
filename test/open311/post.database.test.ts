/** What a citizen's application posts, and what becomes of it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT, DUE_AFTER_US, type Open311Server, startOpen311 } from './server.ts';

let server: Open311Server;
let api_key: string;
beforeAll(async () => {
  server = await startOpen311();
  api_key = await server.key();
});
afterAll(() => server.close());

const place = { lat: String(AT.latitude), long: String(AT.longitude) };
const form = (more: Record<string, string> = {}): Record<string, string> => ({
  api_key,
  service_code: 'nid-de-poule',
  ...place,
  description: 'Un trou profond',
  ...more,
});
type Faults = readonly { code: number; description: string }[];
async function refused(fields: Record<string, string>, language = 'en'): Promise<[number, Faults]> {
  const before = await stored();
  const response = await fetch(`${server.url}/v2/requests.json`, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { 'accept-language': language },
  });
  const faults = (await response.json()) as Faults;
  expect(await stored()).toEqual(before);
  return [response.status, faults];
}
async function stored(): Promise<Record<string, unknown>[]> {
  const { rows } = await server.database.db.pool.query('SELECT * FROM request_event ORDER BY ts');
  return rows as Record<string, unknown>[];
}
const idOf = async (response: Response): Promise<string> => {
  expect(response.status).toBe(200);
  const [answer] = (await response.json()) as [{ service_request_id: string }];
  return answer.service_request_id;
};
const storedOf = async (id: string): Promise<Record<string, unknown>> => {
  const found = (await stored()).filter((one) => one.subject === id);
  expect(found).toHaveLength(1);
  return found[0]!;
};

describe('a posted request', () => {
  it('is one event, stored before the answer, and can be read back with its expected date', async () => {
    const response = await server.post(form({ address_string: '275, rue Notre-Dame Est' }));
    const id = await idOf(response);
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    expect(await storedOf(id)).toMatchObject({
      type: 'created',
      service: 'nid-de-poule',
      nature: 'request',
      channel: 'web',
      borough: 'VM',
      place_borough: 'VM',
      longitude: AT.longitude,
      latitude: AT.latitude,
      address: '275, rue Notre-Dame Est',
      description: 'Un trou profond',
      requesters: 1,
    });
    const [back] = (await (await server.get(`/v2/requests/${id}.json`)).json()) as Record<string, string>[];
    expect(back).toMatchObject({ service_request_id: id, status: 'open', service_code: 'nid-de-poule' });
    const took_ms = Date.parse(back!.expected_datetime!) - Date.parse(back!.requested_datetime!);
    expect(took_ms * 1000).toBe(DUE_AFTER_US);
  });

  it('is told by its token too, which is its id', async () => {
    const id = await idOf(await server.post(form()));
    const answer = await server.get(`/v2/tokens/${id}.json`);
    expect(await answer.json()).toEqual([{ service_request_id: id, token: id }]);
    expect((await server.get('/v2/tokens/none.xml')).status).toBe(404);
  });

  it('never keeps who reported it', async () => {
    const secrets = {
      account_id: 'account-4711',
      device_id: 'device-4711',
      email: 'citoyenne@example.org',
      phone: '514 555-0123',
      first_name: 'Prénomine',
      last_name: 'Nomdefamille',
      'attribute[email]': 'autre@example.org',
    };
    const id = await idOf(await server.post(form(secrets)));
    const kept = JSON.stringify(await storedOf(id));
    for (const secret of Object.values(secrets)) expect(kept).not.toContain(secret);
    expect(await storedOf(id)).toMatchObject({ channel: 'mobile' });
  });

  it('keeps the address of a picture, or of several, beside the listed fields', async () => {
    const one = await idOf(await server.post(form({ media_url: 'https://example.org/trou.jpg' })));
    expect((await storedOf(one)).extra).toEqual({ media_url: 'https://example.org/trou.jpg' });
    const several = new URLSearchParams(form({ media_url: 'https://example.org/1.jpg' }));
    several.append('media_url', 'https://example.org/2.jpg');
    const two = await idOf(await server.post(several));
    expect((await storedOf(two)).extra).toEqual({
      media_url: ['https://example.org/1.jpg', 'https://example.org/2.jpg'],
    });
  });

  it('may come as JSON, as multipart without files, or in the address as an old client sends it', async () => {
    const post = (path: string, init: RequestInit) =>
      fetch(`${server.url}/v2/${path}`, { method: 'POST', ...init });
    const json = JSON.stringify({
      ...form(),
      lat: AT.latitude,
      long: AT.longitude,
      attribute: { a: { b: 1 } },
    });
    const headers = { 'content-type': 'application/json' };
    const sent = new FormData();
    for (const [name, value] of Object.entries(form())) sent.append(name, value);
    const old = Object.entries(form())
      .map(([name, value]) => `&${name}=${encodeURI(value)}`)
      .join('');
    for (const response of [
      await post('requests.json', { body: json, headers }),
      await post('requests.json', { body: sent }),
      await post(`requests/json?${old}`, {}),
    ]) {
      expect(await storedOf(await idOf(response))).toMatchObject({ description: 'Un trou profond', ...AT });
    }
  });

  it('may give its key in the header', async () => {
    const { api_key: secret, ...rest } = form();
    const response = await fetch(`${server.url}/v2/requests.json`, {
      method: 'POST',
      body: new URLSearchParams(rest),
      headers: { authorization: `Bearer ${secret}` },
    });
    expect(response.status).toBe(200);
  });

  it('needs no place where its service needs none', async () => {
    const { lat: _lat, long: _long, ...rest } = form({ service_code: 'compte-de-taxes' });
    expect(await storedOf(await idOf(await server.post(rest)))).toMatchObject({ longitude: null });
  });

  it('has a description of 4,000 characters, whatever their bytes', async () => {
    const description = `${'é'.repeat(3_999)}🕳`;
    expect((await storedOf(await idOf(await server.post(form({ description }))))).description).toBe(
      description,
    );
  });

  it('is answered in XML like in the specification', async () => {
    const response = await server.post(form(), '/v2/requests.xml');
    expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8');
    expect(await response.text()).toMatch(
      /^<\?xml version="1.0" encoding="utf-8"\?>\n<service_requests><request><service_request_id>[\w-]+<\/service_request_id><service_notice\/><account_id\/><\/request><\/service_requests>\n$/,
    );
  });
});

describe('a post is refused, with nothing stored,', () => {
  it('without a service, or with one that is not offered', async () => {
    const { service_code: _, ...rest } = form();
    expect(await refused(rest)).toEqual([
      400,
      [{ code: 400, description: 'service_code is missing; the list of services has them.' }],
    ]);
    for (const service_code of ['trou-noir', 'permis-de-velo']) {
      const [status, faults] = await refused(form({ service_code }));
      expect([status, faults[0]?.code]).toEqual([404, 404]);
      expect(faults[0]?.description).toContain(service_code);
    }
  });

  it('without a place where one is needed, or with half a place, or one outside the territory', async () => {
    const { lat, long, ...rest } = form();
    const outside = { lat: '46.81', long: '-71.21' };
    for (const [fields, reason] of [
      [rest, /A place is needed/],
      [{ ...rest, lat: lat! }, /go together/],
      [{ ...rest, long: long! }, /go together/],
      [{ ...rest, lat: 'nord', long: long! }, /lat must be a number from -90 to 90/],
      [{ ...rest, lat: '145', long: long! }, /lat must be a number/],
      [{ ...rest, ...outside }, /outside the territory/],
      [{ ...rest, lat: '0', long: '0' }, /outside the territory/],
    ] as const) {
      const [status, faults] = await refused(fields);
      expect([status, faults.map(({ code }) => code)]).toEqual([400, [400]]);
      expect(faults[0]?.description).toMatch(reason);
    }
  });

  it('with 4,001 characters of description', async () => {
    const [status, faults] = await refused(form({ description: 'x'.repeat(4_001) }));
    expect([status, faults]).toEqual([
      400,
      [{ code: 400, description: 'description has 4001 characters; the limit is 4000.' }],
    ]);
  });

  it('with all its faults at once, in the language of the reader', async () => {
    const fields = { api_key, description: 'x'.repeat(4_001), media_url: 'javascript:alert(1)' };
    expect((await refused(fields))[1]).toHaveLength(3);
    const [, french] = await refused(fields, 'fr-CA');
    expect(french.map(({ description }) => description)).toContain(
      'Il manque service_code\u00A0; la liste des services les donne.',
    );
  });

  it('without a key, with a wrong one, and with one that may not post requests', async () => {
    const { api_key: _, ...rest } = form();
    const forbidden = await server.key({ types: ['call.*'] });
    const elsewhere = await server.key({ sources: ['/autre'] });
    const on_pages = await server.key({ types: ['web.*'], origins: ['https://ville.example'] });
    for (const fields of [
      rest,
      { ...rest, api_key: '' },
      { ...rest, api_key: 'xyz' },
      { ...rest, api_key: 'x'.repeat(10_000) },
      { ...rest, api_key: forbidden },
      { ...rest, api_key: elsewhere },
      { ...rest, api_key: on_pages },
    ]) {
      const [status, faults] = await refused(fields);
      expect([status, faults[0]?.code]).toEqual([403, 403]);
    }
  });

  it('for another jurisdiction', async () => {
    expect((await refused(form({ jurisdiction_id: 'city.gov' })))[0]).toBe(404);
    expect((await server.post(form({ jurisdiction_id: 'ville.example' }))).status).toBe(200);
  });

  it('when its body is no form: Latin-1, half an escape, broken JSON, a file, another type, too large', async () => {
    const before = await stored();
    const file = new FormData();
    for (const [name, value] of Object.entries(form())) file.append(name, value);
    file.append('photo1', new Blob(['…']), 'trou.jpg');
    const urlencoded = 'application/x-www-form-urlencoded';
    for (const [status, body, type] of [
      [400, `api_key=${api_key}&description=%E9`, urlencoded],
      [400, `api_key=${api_key}&description=100%`, urlencoded],
      [400, Buffer.from(`api_key=${api_key}&description=é`, 'latin1'), urlencoded],
      [400, '{"api_key":', 'application/json'],
      [400, '[]', 'application/json'],
      [400, JSON.stringify({ ...form(), description: { fr: 'trou' } }), 'application/json'],
      [400, file, undefined],
      [400, 'x', 'multipart/form-data; boundary=y'],
      [415, '<xml/>', 'text/xml'],
      [413, `description=${'x'.repeat(200_000)}`, urlencoded],
    ] as const) {
      const response = await fetch(`${server.url}/v2/requests.xml`, {
        method: 'POST',
        body: body as BodyInit,
        headers: type === undefined ? {} : { 'content-type': type },
      });
      const text = await response.text();
      expect([response.status, text]).toEqual([
        status,
        expect.stringMatching(
          /^<\?xml .*\n<errors><error><code>4\d\d<\/code><description>[^<]+<\/description><\/error><\/errors>\n$/,
        ),
      ]);
    }
    expect(await stored()).toEqual(before);
  });

  it('when a character cannot be stored, which only the way of all events knows', async () => {
    const [status, faults] = await refused(form({ description: 'a\0b' }));
    expect([status, faults[0]?.code]).toEqual([400, 400]);
  });
});

describe('entity tricks', () => {
  it('are texts like any other, and come out escaped', async () => {
    const trick = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>]]>\u000b';
    const id = await idOf(await server.post(form({ description: trick })));
    expect((await storedOf(id)).description).toBe(trick.trim());
    const reader = await server.key({ can_read: true });
    const headers = { authorization: `Bearer ${reader}` };
    const xml = await (await server.get(`/v2/requests/${id}.xml`, headers)).text();
    expect(xml).toContain(
      '<description>&lt;!DOCTYPE a [&lt;!ENTITY b SYSTEM &quot;file:///etc/passwd&quot;&gt;]&gt;&lt;a&gt;&amp;b;&lt;/a&gt;]]&gt;</description>',
    );
    const unknown = await (await server.get('/v2/requests/%3Cb%3E%26.xml')).text();
    expect(unknown).toContain('&lt;b&gt;&amp;');
  });
});

describe('where no boundaries are known', () => {
  it('a place must lie in the region, and its borough stays open', async () => {
    const region = { west: -74, south: 45, east: -73, north: 46 };
    const other = await startOpen311({ territory: () => undefined, region });
    try {
      const key = await other.key();
      const send = (lat: string) => other.post({ ...form({ lat }), api_key: key });
      expect((await send('46.5')).status).toBe(400);
      const id = await idOf(await send('45.9'));
      expect(other.requests.rows.get(id)).toMatchObject({ borough: null, latitude: 45.9 });
    } finally {
      await other.close();
    }
  });
});

describe('a server that cannot store', () => {
  it('answers 503 with Retry-After in the form of the specification', async () => {
    const other = await startOpen311();
    const key = await other.key();
    await other.batcher.stop();
    const response = await other.post({ ...form(), api_key: key });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await response.json()).toEqual([{ code: 503, description: expect.stringMatching(/stopping/) }]);
    await other.close();
  });
});
