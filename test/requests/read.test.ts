/** What readers of requests get over HTTP, and what they do not: questions, places, CSV, deadlines. No database. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { strFromU8, unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestDetail } from '../../server/contract/requests.ts';
import { snap } from '../../server/domain/place.ts';
import { foldRequest } from '../../server/domain/request.ts';
import { deadlinesOf, settlementOf } from '../../server/domain/request-deadlines.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { csvCell, csvLine } from '../../server/lib/csv.ts';
import { requestsRouter } from '../../server/requests/http.ts';
import type { SourcedEvent } from '../../server/requests/view.ts';
import type {
  PageStart,
  RequestFilter,
  RequestListRow,
  RequestOrder,
} from '../../server/store/request-query.ts';
import { testLogger } from '../setup/database.ts';
import { bySubject } from './histories.ts';
import { created, eventOf, rulesOf, us } from './support.ts';

const clock = new ManualClock('2026-03-05T15:00:00Z');
const rules = rulesOf();
const HOME = { longitude: -73.561234, latitude: 45.508765 };
const FORMULA = '=HYPERLINK("http://example.com","x")';

const history = [
  created('R/1', '2026-03-02T09:00-05:00', { ...HOME, address: '1, rue X', description: 'chez moi' }),
  eventOf('R/1', 'transmitted', '2026-03-02T09:03-05:00', { unit: 'VM-works' }),
  eventOf('R/1', 'status_published', '2026-03-03T09:00-05:00', { text: FORMULA }),
  eventOf('R/1', 'paused', '2026-03-04T09:00-05:00', { reason: 'parts' }),
];
const events: SourcedEvent[] = bySubject(history)
  .get('R/1')!
  .map((event) => ({ ...event, source_id: 1 }));

function rowOf(number: number): RequestListRow {
  const folded = foldRequest('R/1', events);
  const { published } = folded;
  return {
    ...folded,
    number,
    id: number === 1 ? 'R/1' : `R${number}`,
    open: true,
    nature: folded.nature ?? null,
    channel: folded.channel ?? null,
    resolution: folded.resolution ?? null,
    due_us: settlementOf(deadlinesOf(folded, rules))?.due_us ?? null,
    published: published && { text: published.text, at: '2026-03-03T14:00:00.000Z', expected_at: null },
  };
}
const rows = Array.from({ length: 2_500 }, (_, index) => rowOf(index + 1));

let asked: { filter: RequestFilter; order: RequestOrder; rows_max: number; after: PageStart | null };
const server = http.createServer();
let base = '';
beforeAll(async () => {
  const app = express();
  app.use(
    requestsRouter({
      requests: {
        async list(filter, order, rows_max, after) {
          asked = { filter, order, rows_max, after };
          const from = after === null ? 0 : after.number;
          return rows.slice(from, from + rows_max);
        },
        count: async (_filter, cap) => ({ total: Math.min(cap, rows.length), capped: rows.length > cap }),
        byId: async (id) => (id === 'R/1' ? { row: rows[0]!, events } : null),
        sourceNames: async () => new Map([[1, 'urn:test']]),
        mergedChain: async () => [],
        mergedHere: async () => [],
        near: async () => [],
      },
      rules: () => rules,
      city: { service: () => true, borough: () => true, territoryAt: () => undefined },
      time_zone: 'America/Toronto',
      name: (kind, id) =>
        kind === 'borough' && id === 'VM' ? { fr: 'Ville-Marie', en: 'Ville-Marie' } : undefined,
      clock,
      logger: testLogger,
      gate: (req, res, next) =>
        req.headers.authorization === 'Bearer none' ? void res.status(403).end() : next(),
      mayReadPlaces: (req) => req.headers.authorization === 'Bearer places',
    }),
  );
  server.on('request', app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/requests`;
});
afterAll(() => server.close());

const PLACES = { authorization: 'Bearer places' };
async function get<T = Record<string, unknown>>(path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(base + path, { headers });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as T };
}

describe('the question of a list', () => {
  it.each([
    ['colour=red', 'is not known here; known are borough'],
    ['limit=1001', 'limit must be a whole number from 1 to 1000'],
    ['limit=-1', 'limit'],
    ['status=lost', 'status must be some of received'],
    ['channel=fax', 'channel must be one of'],
    ['overdue=perhaps', 'overdue must be true or false'],
    ['overdue=1&open=0', 'leave open out'],
    ['due_before=tomorrow', 'due_before must be a moment with an offset'],
    [
      'created_from=2026-03-02T00:00:00Z&created_to=2026-03-01T00:00:00Z',
      'created_to must not be before created_from',
    ],
    ['box=1,2,3', 'box must be west,south,east,north'],
    ['box=-73,45,-74,46', 'box must be'],
    ['box=-73,45,,46', 'box must be'],
    ['numbers=1,two', 'numbers must be whole numbers'],
    [`ids=${Array.from({ length: 1_001 }, (_, n) => n)}`, 'ids may have at most 1000 values'],
    ['sort=colour', 'sort must be one of due_at'],
    ['cursor=abc', 'cursor is none of this list'],
    [`cursor=${Buffer.from('["-due_at",1,2]').toString('base64url')}`, 'cursor belongs to sort=-due_at'],
    ['borough=VM&borough=RO', 'borough may be given once only'],
  ])('%s is refused with what to write instead', async (query, why) => {
    const { status, body } = await get<{ error: { code: string; message: string } }>(`?${query}`);
    expect([status, body.error.code]).toEqual([400, 'bad_parameter']);
    expect(body.error.message).toContain(why);
  });

  it('is handed on whole', async () => {
    await get(
      '?borough=vm&status=paused,reopened&overdue=true&created_from=2026-03-01T00:00:00-05:00&numbers=1,2&sort=-updated_at&limit=5',
      PLACES,
    );
    expect(asked).toEqual({
      filter: {
        borough: 'VM',
        statuses: ['paused', 'reopened'],
        overdue: { is: true, at_us: clock.now_us() },
        created_from_us: us('2026-03-01T00:00:00-05:00'),
        numbers: [1, 2],
      },
      order: { sort: 'updated_at', descending: true },
      rows_max: 6,
      after: null,
    });
  });

  it('goes on at the address in "next", which keeps the filter', async () => {
    const first = await get<{ next: string; items: { number: number }[] }>(
      '?borough=VM&limit=2&sort=created_at',
    );
    expect(first.body.items.map(({ number }) => number)).toEqual([1, 2]);
    const next = new URL(first.body.next, base);
    expect(next.searchParams.get('borough')).toBe('VM');
    const second = await get<{ items: { number: number }[] }>(next.search);
    expect(second.body.items.map(({ number }) => number)).toEqual([3, 4]);
    expect(asked.filter).toEqual({ borough: 'VM' });
  });

  it('is not for who may not read', async () => {
    for (const path of ['', '.csv', '/R1'])
      expect((await fetch(base + path, { headers: { authorization: 'Bearer none' } })).status).toBe(403);
  });
});

describe('a place', () => {
  it('is snapped, and address and description are kept back, but for who may know them', async () => {
    const snapped = snap(HOME);
    const path = `/${encodeURIComponent('R/1')}`;
    const { body } = await get<RequestDetail>(path);
    expect(body).toMatchObject({ ...snapped, address: null, description: null });
    expect(JSON.stringify(body)).not.toMatch(/rue X|chez moi|45\.508765|73\.561234/);
    expect(body.events[0]?.data).toMatchObject(snapped);
    expect((await get<{ items: object[] }>('?limit=1')).body.items[0]).toMatchObject(snapped);

    const precise = (await get<RequestDetail>(path, PLACES)).body;
    expect(precise).toMatchObject({ ...HOME, address: '1, rue X', description: 'chez moi' });
    expect(precise.events[0]?.data).toMatchObject(HOME);
  });

  it('is not told by the count of a box either', async () => {
    const { body } = await get('?box=-73.7,45.4,-73.4,45.6&total=true&limit=1');
    expect(body).toMatchObject({ total: null, total_is_capped: false });
    expect((await get('?box=-73.7,45.4,-73.4,45.6&total=true&limit=1', PLACES)).body).toMatchObject({
      total: 2_500,
    });
    expect((await get('?total=true&limit=1')).body).toMatchObject({ total: 2_500 });
    expect((await get('?limit=1')).body).toMatchObject({ total: null });
  });
});

describe('a record', () => {
  it('that is not there is told, with where to look', async () => {
    const { status, body } = await get<{ error: { code: string; message: string } }>('/R9');
    expect([status, body.error.code]).toEqual([404, 'unknown_request']);
    expect(body.error.message).toContain('"R9"');
  });

  it('explains each deadline: its ledger adjoins, and sums to exactly the time it covers', async () => {
    const { body } = await get<RequestDetail>(`/${encodeURIComponent('R/1')}`);
    expect(body.deadlines.map(({ kind, state }) => [kind, state])).toEqual([
      ['transmission', 'met'],
      ['acknowledgement', 'stopped'],
      ['status', 'met'],
      ['status', 'stopped'],
      ['settlement', 'stopped'],
    ]);
    for (const { start, due_at, met_at, ledger } of body.deadlines) {
      // Without a due date as far as it came: until it was met, or now.
      const to = due_at ?? met_at ?? new Date(clock.now_us() / 1000).toISOString();
      const milliseconds = ledger.reduce((sum, { seconds }) => sum + Math.round(seconds * 1000), 0);
      expect(milliseconds).toBe(Date.parse(to) - Date.parse(start));
      expect(ledger.map(({ from }) => from)).toEqual([
        start,
        ...ledger.slice(0, -1).map((segment) => segment.to),
      ]);
      expect(ledger.at(-1)?.to).toBe(to);
    }
    const settlement = body.deadlines.at(-1)!;
    // Five business days less the two that have passed before the pause.
    expect(settlement).toMatchObject({
      due_at: null,
      remaining_s: 3 * 86_400,
      policy: 'works@1',
      breached_at: null,
    });
    expect(settlement.ledger.at(-1)).toMatchObject({ kind: 'paused', note: 'parts' });
    // Eight office hours from three past nine: three minutes of them are the next morning's.
    expect(body.deadlines[1]).toMatchObject({ breached_at: '2026-03-03T13:03:00.000Z' });
  });
});

describe('a CSV file', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['＝1', "'＝1"],
    ['a=1', 'a=1'],
    ['a,"b"', '"a,""b"""'],
    ['two\nlines', '"two\nlines"'],
    [-73.5, '-73.5'],
    [true, 'true'],
    [null, ''],
  ])('writes %j as a cell that is no formula', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('ends its lines as RFC 4180 says', () => {
    expect(csvLine(['a', null, 1])).toBe('a,,1\r\n');
  });

  it('has all rows, not only a page, with one header and the places of its reader', async () => {
    const answer = await fetch(base, { headers: { accept: 'text/csv' } });
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(answer.headers.get('vigie-rows')).toBe('2500');
    const text = await answer.text();
    const lines = text.split('\r\n');
    expect(lines).toHaveLength(2_502);
    expect(new Set(lines.slice(1, -1).map((line) => line.split(',')[0])).size).toBe(2_500);
    expect(text).toContain(`"'=HYPERLINK(""http`);
    expect(text).not.toContain(String(HOME.longitude));
    expect(await (await fetch(`${base}.csv`, { headers: PLACES })).text()).toContain(String(HOME.longitude));
  });

  it('is not begun in the middle', async () => {
    const cursor = Buffer.from('["due_at",1,2]').toString('base64url');
    const answer = await fetch(`${base}.csv?cursor=${cursor}`);
    expect(answer.status).toBe(400);
  });
});

describe('a spreadsheet of requests', () => {
  const sheetOf = async (answer: Response): Promise<string> => {
    const files = unzipSync(new Uint8Array(await answer.arrayBuffer()));
    return strFromU8(files['xl/worksheets/sheet1.xml']!);
  };

  it('has all rows under one head, in the language of its reader, and no cell is a formula', async () => {
    const answer = await fetch(`${base}.xlsx?lang=fr`);
    expect(answer.headers.get('content-type')).toMatch(/spreadsheetml/);
    expect(answer.headers.get('content-disposition')).toContain('demandes.xlsx');
    const sheet = await sheetOf(answer);
    expect(sheet.match(/<row /g)).toHaveLength(2_501);
    expect(sheet).toContain('Arrondissement du lieu');
    expect(sheet).toContain('Ville-Marie');
    expect(sheet).toContain('=HYPERLINK(');
    expect(sheet).not.toMatch(/<f[ >]/);
  });

  it('shows moments as the clocks of the city do, as dates', async () => {
    // Created at 14:00 UTC of 2 March 2026: at nine in Montréal, 46083.375 days after 1899-12-30.
    expect(await sheetOf(await fetch(`${base}.xlsx?lang=en`))).toContain('<v>46083.375</v>');
  });

  it('is for who asks for one, with the places of its reader', async () => {
    const accept = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
    const plain = await sheetOf(await fetch(base, { headers: { accept } }));
    expect(plain).not.toContain(String(HOME.longitude));
    expect(await sheetOf(await fetch(base, { headers: { accept, ...PLACES } }))).toContain(
      String(HOME.longitude),
    );
    expect((await fetch(`${base}.xlsx?lang=de`)).status).toBe(400);
  });
});
