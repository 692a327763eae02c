/** What cannot be meant, over the whole of `/api/v1`: told in the right form with what to do, and nothing of it stored. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestDetail } from '../../server/contract/requests.ts';
import { TEST_KEY, type TestServer, testServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server?.close());

const KEY = { authorization: `Bearer ${TEST_KEY}` };
async function ask(path: string, init: RequestInit = {}) {
  const answer = await fetch(server.url + path, init);
  const text = await answer.text();
  return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : {} };
}
let sent = 0;
const eventOf = (subject: string, type: string, data: object, time = '2026-11-02T15:00:00Z') => {
  sent += 1;
  return {
    specversion: '1.0',
    id: `e${sent}`,
    source: 'urn:test:rubbish',
    type: `org.vigie311.request.${type}`,
    subject,
    time,
    data,
  };
};
const post = (events: readonly object[]) =>
  ask('/api/v1/events', {
    method: 'POST',
    headers: { ...KEY, 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(events),
  });
const well = { service: 'nid-de-poule', nature: 'request', channel: 'phone', borough: 'VM' };
const detail = async (id: string): Promise<RequestDetail> =>
  (await ask(`/api/v1/requests/${encodeURIComponent(id)}`)).body;

const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/requests':
    'borough service unit status channel nature open overdue due_before created_from created_to updated_from updated_to box ids numbers sort limit cursor total'.split(
      ' ',
    ),
  '/api/v1/requests.csv': ['borough', 'cursor', 'limit', 'due_before', 'ids'],
  '/api/v1/backlog': ['scope', 'as_of', 'from', 'to', 'by'],
  '/api/v1/breaches': ['scope', 'since', 'kind', 'what', 'limit', 'cursor'],
  '/api/v1/trends/requests': ['scope', 'from', 'to'],
  '/api/v1/route': ['line', 'borough', 'at'],
  '/api/v1/handover': ['date', 'borough'],
};
const cursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const HOSTILE = [
  "'",
  "'; drop table request; --",
  '\0',
  '[]',
  '{}',
  '-1',
  '1e400',
  'NaN',
  'Infinity',
  '99999999999999999999',
  '9007199254740993',
  '../../etc/passwd',
  '<!DOCTYPE x [<!ENTITY a "b">]>&a;',
  '\u202e☃',
  'x'.repeat(6_000),
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '9998-12-31T23:59:59Z',
  '1970-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '2026-01-01T00:00:00+99:99',
  '170,45,-170,46',
  '-73,46,-74,45',
  '1,2,3',
  cursor(['due_at', 8.64e18, 1]),
  cursor(['due_at', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]),
  cursor(['due_at', null, -1]),
  cursor([1, 1, 'status', 'breach', 99_999]),
  cursor([-Number.MAX_SAFE_INTEGER, 1, 'status', 'breach', 1]),
].map(encodeURIComponent);

describe('a question', () => {
  it.each(Object.keys(PARAMETERS))(
    'to %s is answered, or refused with what to write instead, whatever it is',
    async (path) => {
      const questions = PARAMETERS[path]!.flatMap((name) => [
        ...[...HOSTILE, '%FF', '%ED%A0%80'].map((value) => `${name}=${value}`),
        `${name}=a&${name}=b`,
        `${name}[x]=1`,
        `${name}[]=1&${name}[]=2`,
        name,
      ]);
      for (const question of [...questions, "'=1", '__proto__=1', '__proto__[x]=1', '&&&', '%']) {
        const { status, body, text } = await ask(`${path}?${question}`);
        if (status === 200) continue;
        expect([question, status]).toEqual([question, 400]);
        expect([question, body.error?.code ?? text]).toEqual([question, 'bad_parameter']);
        expect(body.error.message.length).toBeGreaterThan(20);
      }
    },
  );

  it.each([
    ['/api/v1/backlog?as_of=1969-12-31T00:00:00Z', 'as_of must be a moment of the years 1970 to 9998'],
    ['/api/v1/trends/requests?from=2026-02-30', 'from must be a date, such as 2026-11-23'],
    ['/api/v1/trends/requests?from=2026-02-02&to=2026-02-01', 'to must not be before from'],
    ['/api/v1/trends/requests?from=2024-01-01&to=2026-02-01', 'from must be less than 400 days before to'],
    ['/api/v1/requests?unit=a%00b', 'unit holds a NUL character (%00): leave it out'],
    [`/api/v1/breaches?cursor=${cursor([1, 1, 'status', 'breach', 99_999])}`, 'cursor is none of this list'],
  ])('such as %s says what is wrong', async (path, message) => {
    expect((await ask(path)).body.error.message).toContain(message);
  });

  it.each(["'", '%00', '..%2f..', '%e2%98%83', 'x'.repeat(3_000), '%', '%FF', 'a%2Fb'])(
    'for the request %s tells that there is none, in the form of errors',
    async (id) => {
      const { status, body } = await ask(`/api/v1/requests/${id}`);
      expect([400, 404]).toContain(status);
      expect(body.error.message).toBeTruthy();
    },
  );

  it('for what is not there is answered as programs are', async () => {
    for (const [method, path] of [
      ['POST', '/api/v1/requests'],
      ['DELETE', '/api/v1/backlog'],
      ['GET', '/api/v1/nothing'],
    ] as const) {
      const { status, body } = await ask(`${path}?x=1`, { method });
      const message = `There is no ${method} ${path}; /api/openapi.json lists what there is.`;
      expect([status, body.error]).toEqual([404, { code: 'unknown_address', message }]);
    }
  });
});

describe('an event of a request', () => {
  const bad: readonly [object, string, string][] = [
    [{ description: 'x'.repeat(4_001) }, 'field_invalid', 'data.description is a text of 4001 characters'],
    [{ description: 'a\0b' }, 'nul_character', '"data.description" holds a NUL character'],
    [{ address: '\ud800' }, 'lone_surrogate', 'half of a UTF-16 pair'],
    [
      { longitude: 181, latitude: 45 },
      'field_invalid',
      'data.longitude is 181; it should be: WGS 84 longitude',
    ],
    [{ longitude: -73.5 }, 'field_invalid', 'make a place together: send both, or none'],
    [{ longitude: '-73.5', latitude: 45 }, 'field_invalid', 'data.longitude is a text'],
    [{ due_at: '2026-10-01T10:00:00Z' }, 'field_invalid', "before the event's own time"],
    [{ due_at: '9999-12-31T00:00:00Z' }, 'field_invalid', 'of the years 1970 to 2254'],
    [{ due_at: '2026-02-30T00:00:00Z' }, 'field_invalid', 'data.due_at'],
    [{ requesters: -1 }, 'field_invalid', 'a whole number from 0'],
    [{ channel: 'fax' }, 'field_invalid', 'one of phone, counter'],
    [{ service: '' }, 'field_invalid', 'data.service is an empty text'],
  ];

  it('that cannot be meant is refused alone, with what to send instead, and nothing of it is written', async () => {
    const before = (await ask('/api/v1/backlog')).body.flow;
    const events = bad.map(([data], index) => eventOf(`bad${index}`, 'created', { ...well, ...data }));
    const { body } = await post([...events, eventOf('neighbour', 'created', well)]);
    expect(body.accepted).toBe(1);
    expect(body.rejected.map(({ code }: { code: string }) => code)).toEqual(bad.map(([, code]) => code));
    for (const [index, [, , message]] of bad.entries()) {
      expect(body.rejected[index].message).toContain(message);
      expect((await ask(`/api/v1/requests/bad${index}`)).status).toBe(404);
    }
    const { flow } = (await ask('/api/v1/backlog')).body;
    expect(flow.received - before.received).toBe(1);
    expect((await ask('/api/v1/doctor?deep=1')).body).toMatchObject({ healthy: true, records: { of: 1 } });
  });

  it('keeps a text as it is, entities and all, and no format of an answer takes it for its own', async () => {
    const description = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]> &x; &lt;b&gt; ]]> \'";--';
    await post([
      eventOf('entities', 'created', {
        ...well,
        description,
        longitude: -73.5617,
        latitude: 45.5089,
      }),
    ]);
    const read = await ask('/api/v1/requests/entities', { headers: KEY });
    expect(read.body.description).toBe(description);
    const { text } = await ask('/open311/v2/requests/entities.xml', { headers: KEY });
    expect(text).toContain('&lt;!DOCTYPE a [&lt;!ENTITY x SYSTEM');
    expect(text).not.toContain('<!');
  });

  it('that says what is odd goes in, and its record tells', async () => {
    const square = [-73.7, -73.5].flatMap((x) => [45.4, 45.6].map((y) => [x, y]));
    const [a, b, c, d] = square;
    const boundaries = {
      items: [{ code: 'VM', geometry: { type: 'Polygon', coordinates: [[a, b, d, c, a]] } }],
    };
    const put = await ask('/api/v1/boundaries', {
      method: 'PUT',
      headers: KEY,
      body: JSON.stringify(boundaries),
    });
    expect(put.status).toBe(200);
    const time = (hour: number): string => `2026-11-02T${hour}:00:00Z`;
    const events = [
      eventOf(
        'odd',
        'created',
        { ...well, service: 'no-such', borough: 'ZZ', longitude: 0, latitude: 0 },
        time(12),
      ),
      eventOf('odd', 'transmitted', { unit: 'u' }, time(11)),
      eventOf('odd', 'resumed', { reason: 'x' }, time(13)),
      eventOf('odd', 'reopened', {}, time(14)),
      eventOf('odd', 'resolved', { resolution: 'done' }, time(15)),
      eventOf('odd', 'resolved', { resolution: 'done' }, time(16)),
      eventOf('odd', 'paused', { reason: 'x' }, time(17)),
    ];
    expect((await post(events)).body).toEqual({ accepted: events.length, duplicates: 0, rejected: [] });
    // Boundaries are read when the server sees that they were changed.
    await expect
      .poll(async () => JSON.stringify(await detail('odd')), { timeout: 15_000 })
      .toContain('outside');
    const { anomalies, deadlines, status } = await detail('odd');
    expect(anomalies.map(({ code, type }) => `${code} ${type.replace(/.*\./, '')}`)).toEqual([
      'before_creation transmitted',
      'not_possible resumed',
      'not_possible reopened',
      'not_possible resolved',
      'not_possible paused',
      'unknown_service created',
      'unknown_borough created',
      'outside_territory created',
    ]);
    expect([deadlines, status]).toEqual([[], 'resolved']);
    await post([eventOf('inside', 'created', { ...well, longitude: -73.6, latitude: 45.5 })]);
    expect((await detail('inside')).anomalies).toEqual([]);
    expect((await ask('/api/v1/doctor?deep=1')).body).toMatchObject({ healthy: true });
  });
});

describe('a change of what the city promises', () => {
  const RUBBISH = [
    '',
    '{',
    'null',
    '"x"',
    '[]',
    '{"a":1}',
    '{"__proto__":{}}',
    '{"services":[{"id":1}]}',
    '{"services":[{"id":"x\\u0000"}]}',
    `{"services":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    '<!DOCTYPE x [<!ENTITY a "b">]>&a;',
    '{"items":[{"code":"VM","geometry":{"type":"Polygon","coordinates":[[[181,95],[0,0],[1,1],[181,95]]]}}]}',
    '{"items":[{"code":"VM","geometry":{"type":"Point","coordinates":[0,0]}}]}',
  ];
  it.each(['/api/v1/catalogue', '/api/v1/boundaries'])(
    'by rubbish to %s is refused as a whole',
    async (path) => {
      const before = (await ask('/api/v1/catalogue')).body;
      for (const body of RUBBISH) {
        const { status, body: said } = await ask(path, { method: 'PUT', headers: KEY, body });
        expect([body.slice(0, 60), status]).toEqual([body.slice(0, 60), 400]);
        expect(said.error.message).toMatch(/^(Nothing was stored|The body is not JSON)/);
      }
      expect((await ask('/api/v1/catalogue')).body).toEqual(before);
    },
  );
});
