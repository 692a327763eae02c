/** Requests over HTTP, on a whole server: from an event or an Open311 post to lists, records, the backlog, breaches and the audit. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestDetail, RequestSummary } from '../../server/contract/requests.ts';
import { TEST_KEY, type TestServer, testServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server?.close());

const HOUR_MS = 3_600_000;
const NOW_MS = Date.now();
const ago = (hours: number): string => new Date(NOW_MS - hours * HOUR_MS).toISOString();
let sent = 0;
const event = (subject: string, type: string, time: string, data: object) => {
  sent += 1;
  return {
    specversion: '1.0',
    id: String(sent),
    source: 'urn:test:gdc',
    type: `org.vigie311.request.${type}`,
    subject,
    time,
    data,
  };
};
async function send(...events: object[]): Promise<void> {
  const answer = await fetch(`${server.url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json', authorization: `Bearer ${TEST_KEY}` },
    body: JSON.stringify(events),
  });
  expect(await answer.json()).toEqual({ accepted: events.length, duplicates: 0, rejected: [] });
}
async function get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
  const answer = await fetch(`${server.url}${path}`, { headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return JSON.parse(text) as T;
}
const statusOf = async (path: string): Promise<number> => (await fetch(`${server.url}${path}`)).status;
const pothole = { service: 'nid-de-poule', nature: 'request', channel: 'phone' } as const;

interface Backlog {
  readonly open: { readonly value: number };
  readonly flow: Readonly<Record<string, number>>;
}

beforeAll(async () => {
  await send(
    event('A', 'created', ago(100), {
      ...pothole,
      borough: 'VM',
      due_at: ago(50),
      longitude: -73.5617,
      latitude: 45.5089,
    }),
    event('A', 'transmitted', ago(99.99), { unit: 'VM-voirie' }),
    event('B', 'created', ago(90), { ...pothole, borough: 'VM', due_at: ago(-90) }),
    event('B', 'transferred', ago(60), { unit: 'PM-voirie', borough: 'PM' }),
    event('C', 'created', ago(80), { ...pothole, borough: 'VM' }),
    event('C', 'resolved', ago(40), { resolution: 'done', text: '=1+1' }),
    event('C', 'reopened', ago(30), { reason: 'not done' }),
    event('D', 'created', ago(70), { ...pothole, borough: 'PM', nature: 'complaint' }),
    event('D', 'merged', ago(20), { into: 'A' }),
  );
});

describe('the list', () => {
  const ids = async (query: string): Promise<string[]> =>
    (await get<{ items: RequestSummary[] }>(`/api/v1/requests?${query}`)).items.map(({ id }) => id);

  it('has what its filters let pass', async () => {
    expect((await ids('borough=VM')).toSorted()).toEqual(['A', 'C']);
    expect(await ids('overdue=1')).toEqual(['A']);
    expect(await ids('unit=PM-voirie')).toEqual(['B']);
    expect(await ids('status=merged')).toEqual(['D']);
    expect(await ids('nature=complaint')).toEqual(['D']);
    expect(await ids('box=-73.6,45.5,-73.5,45.6')).toEqual(['A']);
    expect((await ids('open=1')).toSorted()).toEqual(['A', 'B', 'C']);
  });

  it('goes on page by page, in order, without a row twice or none', async () => {
    const seen: string[] = [];
    let path: string | null = '/api/v1/requests?sort=created_at&limit=1';
    while (path !== null) {
      const page: { items: RequestSummary[]; next: string | null } = await get(path);
      seen.push(...page.items.map(({ id }) => id));
      path = page.next;
    }
    expect(seen).toEqual(['A', 'B', 'C', 'D']);
  });

  it('is CSV to who asks for it', async () => {
    const answer = await fetch(`${server.url}/api/v1/requests?borough=PM`, {
      headers: { accept: 'text/csv' },
    });
    expect(answer.headers.get('content-type')).toContain('text/csv');
    const [head, ...rows] = (await answer.text()).trim().split('\r\n');
    expect(head?.split(',').slice(0, 3)).toEqual(['id', 'number', 'status']);
    expect(rows.map((row) => row.split(',')[0]).toSorted()).toEqual(['B', 'D']);
  });

  it('says what is wrong with a question', async () => {
    expect(await statusOf('/api/v1/requests?overdue=perhaps')).toBe(400);
    expect(await statusOf('/api/v1/requests?limit=0')).toBe(400);
    expect(await statusOf('/api/v1/requests?colour=red')).toBe(400);
    expect(await statusOf('/api/v1/requests/unknown')).toBe(404);
  });
});

describe('a record', () => {
  it('has its events in order, and deadlines whose ledgers sum to the time from start to due date', async () => {
    for (const id of ['A', 'B', 'C', 'D']) {
      const record = await get<RequestDetail>(`/api/v1/requests/${id}`);
      expect(record.events.map(({ at }) => at)).toEqual(record.events.map(({ at }) => at).toSorted());
      expect(record.deadlines.length).toBeGreaterThan(0);
      for (const { start, due_at, ledger } of record.deadlines) {
        if (due_at === null) continue;
        const sum_s = ledger.reduce((sum, { seconds }) => sum + seconds, 0);
        expect(sum_s).toBeCloseTo((Date.parse(due_at) - Date.parse(start)) / 1000, 3);
        for (const [index, segment] of ledger.entries())
          expect(segment.from).toBe(index === 0 ? start : ledger[index - 1]?.to);
      }
    }
    const settled = (await get<RequestDetail>('/api/v1/requests/C')).deadlines.find(
      ({ kind }) => kind === 'settlement',
    );
    expect(settled?.ledger.map(({ kind }) => kind)).toContain('settled');
  });
});

describe('the backlog', () => {
  it('adds up for every scope, exactly', async () => {
    for (const scope of ['city', 'VM', 'PM', 'VM-voirie', 'PM-voirie']) {
      const from = encodeURIComponent(ago(85));
      const { open, flow } = await get<Backlog>(`/api/v1/backlog?scope=${scope}&from=${from}`);
      const {
        opening,
        received,
        reopened,
        transferred_in,
        closed,
        cancelled,
        merged,
        transferred_out,
        closing,
      } = flow as Record<string, number>;
      const sum =
        opening! +
        received! +
        reopened! +
        transferred_in! -
        closed! -
        cancelled! -
        merged! -
        transferred_out!;
      expect([scope, sum]).toEqual([scope, closing]);
      expect([scope, open.value]).toEqual([scope, closing]);
    }
    const { flow } = await get<Backlog>(`/api/v1/backlog?scope=VM&from=${encodeURIComponent(ago(85))}`);
    expect(flow).toMatchObject({
      opening: 2,
      received: 1,
      reopened: 1,
      closed: 1,
      transferred_out: 1,
      closing: 2,
    });
  });

  it('is what the records say, and they are what their events say', async () => {
    const answer = await get<{ healthy: boolean; records: object }>('/api/v1/doctor?deep=1');
    expect(answer).toMatchObject({ healthy: true, records: { differ: 0 } });
  });
});

describe('the metrics of a period', () => {
  it('are in the form that is described, and the same counts as the backlog', async () => {
    const from = ago(24 * 29).slice(0, 10);
    const metrics = await get<Record<string, unknown>>(`/api/v1/trends/requests?from=${from}`);
    const { components } = await get<{ components: { schemas: Record<string, { required: string[] }> } }>(
      '/api/openapi.json',
    );
    expect(Object.keys(metrics).sort()).toEqual([...components.schemas.RequestMetrics!.required].sort());
    expect(Object.keys(metrics.reopened as object).sort()).toEqual(
      [...components.schemas.RateFigure!.required].sort(),
    );
    // C was settled and reopened.
    expect(metrics.reopened).toMatchObject({ value: 1, counts: { settled: 1, reopened: 1 } });
    const { flow } = await get<Backlog>(
      `/api/v1/backlog?from=${encodeURIComponent(metrics.from_at as string)}`,
    );
    expect(metrics.flow).toEqual(flow);
  });
});

describe('a breach', () => {
  it('is told the second it happens, once, also after a restart', async () => {
    const due_at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 2_000).toISOString();
    await send(event('E', 'created', new Date().toISOString(), { ...pothole, borough: 'VM', due_at }));
    const asked = async () =>
      (
        await get<{ items: { request: string; kind: string; at: string; recorded_at: string }[] }>(
          '/api/v1/breaches?scope=VM',
        )
      ).items.filter(({ request, kind }) => request === 'E' && kind === 'settlement');
    const give_up_ms = Date.now() + 20_000;
    while ((await asked()).length === 0 && Date.now() < give_up_ms)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const [told, ...others] = await asked();
    expect(others).toEqual([]);
    expect(told?.at).toBe(due_at);
    expect(Date.parse(told?.recorded_at ?? '') - Date.parse(due_at)).toBeLessThan(5_000);
    await server.restart();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await asked()).toEqual([told]);
  });
});

describe('an application of a citizen', () => {
  it('lists the services, posts a request, and reads it back with its expected date', async () => {
    const services = await get<{ service_code: string }[]>('/open311/v2/services.json');
    expect(services.map(({ service_code }) => service_code)).toContain('nid-de-poule');
    const answer = await fetch(`${server.url}/open311/v2/requests.json`, {
      method: 'POST',
      body: new URLSearchParams({
        api_key: TEST_KEY,
        service_code: 'nid-de-poule',
        lat: '45.5089',
        long: '-73.5617',
        description: 'Un trou profond',
      }),
    });
    expect(answer.ok).toBe(true);
    const [posted] = (await answer.json()) as { service_request_id: string }[];
    const id = posted?.service_request_id ?? '';
    const [read] = await get<Record<string, unknown>[]>(`/open311/v2/requests/${id}.json`);
    expect(read).toMatchObject({ service_request_id: id, status: 'open', service_code: 'nid-de-poule' });
    expect(Date.parse(String(read?.expected_datetime))).toBeGreaterThan(Date.now());
    const record = await get<RequestDetail>(`/api/v1/requests/${id}`);
    expect(record.due_at?.slice(0, 19)).toBe(String(read?.expected_datetime).slice(0, 19));
  });
});
