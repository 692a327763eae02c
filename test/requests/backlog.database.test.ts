/** The backlog, breaches and the audit as the database counts them, beside a fold of all events from scratch. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BacklogFlow } from '../../server/contract/backlog.ts';
import { isOpenStatus } from '../../server/contract/requests.ts';
import { type FoldedRequest, foldRequest, type RequestEvent } from '../../server/domain/request.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { audit } from '../../server/requests/audit.ts';
import { backlogFigures, bordersAt } from '../../server/requests/backlog.ts';
import type { Scope } from '../../server/requests/scope.ts';
import {
  backlogFlow,
  backlogSince,
  type StandingCount,
  settledIn,
  settlementTimes,
  tellingsSince,
} from '../../server/store/backlog.ts';
import { rfc3339Of } from '../../server/store/instants.ts';
import { allRecords, backlogChecks, recordsAt, recordsSize } from '../../server/store/request-audit.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';
import { arrivals, bySubject, HISTORY_FROM_US } from './histories.ts';
import { openBook, type RequestServer, requestServer } from './server.ts';
import { created, eventOf, rulesOf, us } from './support.ts';

const DAY_US = 86_400_000_000;
const ZONE = 'America/Toronto';
const rules = rulesOf();
const clock = new ManualClock(HISTORY_FROM_US + 60 * DAY_US);
let test: TestDatabase;
let server: RequestServer;
beforeAll(async () => {
  test = await testDatabase();
  server = requestServer({ db: test.db, clock, rules: () => rules });
});
afterAll(() => test.close());

type Lives = ReadonlyMap<string, readonly RequestEvent[]>;
const CITY: Scope = { kind: 'city', name: 'city', borough: null, unit: null };
const scopes: readonly Scope[] = [
  CITY,
  ...['VM', 'RPP', 'PM'].map((code): Scope => ({ kind: 'borough', name: code, borough: code, unit: null })),
  ...['works', 'roads'].map((id): Scope => ({ kind: 'unit', name: id, borough: null, unit: id })),
];

/** Requests as they were just before an instant, by all that is known today. */
function before(lives: Lives, at_us: number): FoldedRequest[] {
  return [...lives].flatMap(([id, events]) => {
    const begun_us = (events.find(({ type }) => type === 'request.created') ?? events[0]!).time_us;
    if (begun_us >= at_us) return [];
    return [
      foldRequest(
        id,
        events.filter(({ time_us }) => time_us < at_us),
      ),
    ];
  });
}
const isIn = ({ borough, unit }: FoldedRequest, scope: Scope): boolean =>
  (scope.borough === null || scope.borough === borough) && (scope.unit === null || scope.unit === unit);
const openIn = (lives: Lives, at_us: number, scope: Scope): FoldedRequest[] =>
  before(lives, at_us).filter((each) => isOpenStatus(each.status) && isIn(each, scope));

async function figures(
  scope: Scope,
  by: 'borough' | 'unit' | 'service' | null,
  from_us: number,
  to_us: number,
) {
  const span = { scope: { borough: scope.borough, unit: scope.unit }, by, from_us, to_us };
  const { by: _by, ...whole } = span;
  const question = { scope: span.scope, by, ...bordersAt(to_us, ZONE) };
  const open = (await openBook(test.db)).standing(question);
  const counts = {
    flow: await backlogFlow(test.db, span),
    open,
    standing: [...open, ...(await backlogSince(test.db, { ...question, as_of_us: to_us }))],
    settled: await settledIn(test.db, span),
    times: await settlementTimes(test.db, whole),
  };
  return backlogFigures(counts, scope, by);
}
/** How many of each age band, the youngest first, and of no known age. */
function agesOf(requests: readonly FoldedRequest[], at_us: number): number[] {
  const { age_borders_us } = bordersAt(at_us, ZONE);
  const counts = [...age_borders_us, 0, 0].map(() => 0);
  for (const { created_us } of requests)
    counts[
      created_us === null ? counts.length - 1 : age_borders_us.filter((at) => at > created_us).length
    ]! += 1;
  return counts;
}
const signed = (flow: BacklogFlow): number =>
  flow.opening +
  flow.received +
  flow.reopened +
  flow.transferred_in -
  flow.closed -
  flow.cancelled -
  flow.merged -
  flow.transferred_out;

describe('the backlog', () => {
  it('adds up exactly for every scope, group and period, and is what a fold of the events says', async () => {
    let lives: Lives = new Map();
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.array(fc.integer({ min: 0, max: 50 * 24 }), { minLength: 2, maxLength: 2 }),
        async (arrival, hours) => {
          for (const { events } of arrival.batches) await server.store.write({ events, rejected: [] });
          lives = new Map([...lives, ...bySubject(arrival.events)]);
          const [from_us, to_us] = hours
            .sort((a, b) => a - b)
            .map((hour) => HISTORY_FROM_US + hour * 3_600_000_000) as [number, number];
          for (const scope of scopes) {
            for (const by of ['borough', 'unit', 'service'] as const) {
              const { flow, open, ageing, groups } = await figures(scope, by, from_us, to_us);
              const [opening, closing] = [from_us, to_us].map((at_us) => openIn(lives, at_us, scope).length);
              expect([scope.name, flow.opening, signed(flow)]).toEqual([scope.name, opening, closing]);
              expect(flow.closing).toBe(closing);
              expect(open.value).toBe(closing);
              expect([...ageing.by_age.map((band) => band.open), ageing.age_unknown]).toEqual(
                agesOf(openIn(lives, to_us, scope), to_us),
              );
              expect(ageing.by_deadline.reduce((sum, band) => sum + band.open, 0)).toBe(closing);
              for (const group of groups) {
                expect([group.key, signed(group)]).toEqual([group.key, group.closing]);
                expect([group.key, group.open]).toEqual([group.key, group.closing]);
                if (by === 'service') continue;
                const own = openIn(lives, to_us, scope).filter((each) => each[by] === group.key);
                expect([group.key, group.closing]).toEqual([group.key, own.length]);
              }
              if (scope.kind === 'city') expect([flow.transferred_in, flow.transferred_out]).toEqual([0, 0]);
            }
          }
        },
      ),
      { numRuns: Number(process.env.VIGIE_REQUEST_RUNS ?? 12) },
    );
  });

  it('of now is in memory what the records say, by every group', async () => {
    const book = await openBook(test.db);
    const borders = bordersAt(clock.now_us(), ZONE);
    const text = (rows: readonly StandingCount[]): string[] =>
      rows.map(({ key, age, due, n }) => JSON.stringify([key, age, due, n])).sort();
    for (const { borough, unit } of [...scopes, { borough: 'none', unit: null }])
      for (const by of [null, 'borough', 'unit', 'service'] as const) {
        const { rows } = await test.db.query<StandingCount>(
          `select ${by ?? 'null'} as key, width_bucket(created_at, $1::timestamptz[]) as age,
             width_bucket(due_at, $2::timestamptz[]) as due, count(*)::integer as n
           from request
           where open and ($3::text is null or borough = $3) and ($4::text is null or unit = $4) group by 1, 2, 3`,
          [borders.age_borders_us.map(rfc3339Of), borders.due_borders_us.map(rfc3339Of), borough, unit],
        );
        expect(text(book.standing({ scope: { borough, unit }, by, ...borders }))).toEqual(text(rows));
      }
  });

  it('tells what was settled on time with and beside what is open and overdue', async () => {
    const at = us('2026-01-12T10:00-05:00');
    await server.store.write({
      events: [
        // Five business days: due on Monday the 19th at ten.
        ...['S1', 'S2', 'S3', 'S4'].map((id) => created(id, at, { borough: 'ZZ' })),
        created('S5', at, { borough: 'ZZ', service: 'question' }),
        eventOf('S1', 'resolved', us('2026-01-19T10:00-05:00'), { resolution: 'done' }),
        eventOf('S2', 'resolved', us('2026-01-19T10:00:00.001-05:00'), { resolution: 'referred' }),
        eventOf('S5', 'closed', us('2026-01-20T10:00-05:00')),
      ],
      rejected: [],
    });
    const scope: Scope = { kind: 'borough', name: 'ZZ', borough: 'ZZ', unit: null };
    const answer = await figures(
      scope,
      'service',
      us('2026-01-12T00:00-05:00'),
      us('2026-01-21T00:00-05:00'),
    );
    expect(answer).toMatchObject({
      on_time: {
        value: 1 / 4,
        definition: 'on_time@1',
        counts: { settled_on_time: 1, settled_late: 1, open_overdue: 2 },
      },
      on_time_settled: {
        value: 1 / 2,
        counts: { settled_on_time: 1, settled_late: 1, settled_without_due: 1 },
      },
      by_resolution: { counts: { done: 1, referred: 1, not_said: 1, no_action: 0 } },
      settlement_p50: { value: 604_800.001, counts: { settled: 3 } },
      open: { value: 2, counts: { overdue: 2 } },
    });
    expect(answer.groups.map(({ key, open, closed }) => [key, open, closed])).toEqual([
      ['pothole', 2, 2],
      ['question', 0, 1],
    ]);
    // Before the deadline nothing is overdue, and nothing over nothing is no share.
    const early = await figures(scope, null, us('2026-01-12T00:00-05:00'), us('2026-01-19T10:00-05:00') - 1);
    expect(early).toMatchObject({ on_time: { value: null }, open: { value: 5, counts: { overdue: 0 } } });
    const just = await figures(scope, null, us('2026-01-12T00:00-05:00'), us('2026-01-19T10:00-05:00'));
    expect(just.open.counts).toMatchObject({ overdue: 4 });
  });

  it('prints the ages and distances it counts in bands, by local days', async () => {
    const as_of = us('2026-03-31T12:00-04:00');
    const days = (n: number): number => as_of - n * DAY_US;
    const due = (id: string, moment: string) =>
      created(id, days(3), { borough: 'BB', due_at: new Date(moment).toISOString() });
    await server.store.write({
      events: [
        ...[0, 7, 8, 30, 31, 90, 91, 365, 366].map((age) =>
          created(`G${age}`, days(age), { borough: 'AA', service: 'question' }),
        ),
        due('D1', '2026-03-31T12:00-04:00'),
        due('D2', '2026-03-31T12:00:00.001-04:00'),
        due('D3', '2026-03-31T23:59:59-04:00'),
        due('D4', '2026-04-01T00:00-04:00'),
        due('D5', '2026-04-03T23:59:59-04:00'),
        due('D6', '2026-04-04T00:00-04:00'),
        due('D7', '2026-04-04T00:00:00.001-04:00'),
      ],
      rejected: [],
    });
    const ages = await figures(
      { kind: 'borough', name: 'AA', borough: 'AA', unit: null },
      null,
      as_of - DAY_US,
      as_of + 1,
    );
    expect(ages.ageing.by_age.map(({ from_days, to_days, open }) => [from_days, to_days, open])).toEqual([
      [0, 7, 2],
      [8, 30, 2],
      [31, 90, 2],
      [91, 365, 2],
      [366, null, 1],
    ]);
    const dues = await figures(
      { kind: 'borough', name: 'BB', borough: 'BB', unit: null },
      null,
      as_of - DAY_US,
      as_of,
    );
    expect(Object.fromEntries(dues.ageing.by_deadline.map(({ band, open }) => [band, open]))).toEqual({
      overdue_over_30_days: 0,
      overdue_8_to_30_days: 0,
      overdue_to_7_days: 1,
      // The midnight that ends it is of the day, as in the live counts.
      due_today: 3,
      due_in_3_days: 2,
      due_later: 1,
      without_due: 0,
    });
  });
});

describe('breaches', () => {
  it('come the newest first in pages, and say when they were withdrawn', async () => {
    const scope = { borough: 'QQ', unit: null };
    clock.set_us(us('2026-07-10T12:00-04:00'));
    await server.store.write({
      events: ['Q1', 'Q2', 'Q3'].map((id, index) =>
        created(id, us('2026-06-01T09:00-04:00') + index, { borough: 'QQ', service: 'leak' }),
      ),
      rejected: [],
    });
    const tell = async () => {
      clock.advance_s(200);
      while ((await server.upkeep.tellDue(clock.now_us())).more);
    };
    await tell();
    await server.store.write({
      events: [eventOf('Q2', 'resolved', us('2026-06-01T10:00-04:00'), { resolution: 'done' })],
      rejected: [],
    });
    await tell();
    const question = {
      scope,
      since_us: 0,
      kind: null,
      whats: ['breach', 'withdrawal'] as const,
      before: null,
    };
    const rows = await tellingsSince(test.db, { ...question, rows_max: 100 });
    expect(rows.map(({ request_id, what }) => [request_id, what])).toEqual([
      ['Q3', 'breach'],
      ['Q2', 'withdrawal'],
      ['Q2', 'breach'],
      ['Q1', 'breach'],
    ]);
    const [, withdrawal, withdrawn] = rows;
    expect(withdrawn?.withdrawn_us).toBe(withdrawal?.recorded_us);
    expect(rows.filter(({ withdrawn_us }) => withdrawn_us !== null)).toEqual([withdrawn]);
    const paged: typeof rows = [];
    for (let row = (await tellingsSince(test.db, { ...question, rows_max: 1 }))[0]; row; ) {
      paged.push(row);
      [row] = await tellingsSince(test.db, { ...question, before: row, rows_max: 1 });
    }
    expect(paged).toEqual(rows);
    expect(await tellingsSince(test.db, { ...question, since_us: rows[0]!.at_us + 1, rows_max: 9 })).toEqual(
      [],
    );
    const warnings = await tellingsSince(test.db, { ...question, whats: ['warning'], rows_max: 9 });
    expect(warnings.map(({ what }) => what)).toEqual(['warning', 'warning', 'warning']);
  });
});

describe('the audit', () => {
  const source = {
    backlog: () => backlogChecks(test.db),
    size: () => recordsSize(test.db),
    all: () => allRecords(test.db),
    at: (numbers: readonly number[]) => recordsAt(test.db, numbers),
  };
  const ask = (deep: boolean) => audit({ source, rules, now_us: clock.now_us(), deep });

  it('finds nothing where nothing was touched, and every record when it is asked for all', async () => {
    for (const deep of [false, true]) {
      const answer = await ask(deep);
      expect(answer).toMatchObject({
        healthy: true,
        backlog: { differ: 0 },
        records: { differ: 0 },
        findings: [],
      });
      if (deep) expect(answer.records.looked_at).toBe(answer.records.of);
    }
  });

  it('names the record that was changed behind the events, and the borough whose steps were', async () => {
    await server.store.write({
      events: [created('X1', '2026-02-02T09:00-05:00', { borough: 'XX' })],
      rejected: [],
    });
    await test.db.query("update request set service = 'leak', settled_at = now() where id = 'X1'");
    await test.db.query(
      "insert into backlog_move (ts, request, cause, n, borough, across) values ('2026-02-02', 1, 'received', 1, 'XX', false)",
    );
    const answer = await ask(true);
    expect(answer).toMatchObject({ healthy: false, backlog: { differ: 1 }, records: { differ: 1 } });
    expect(answer.findings).toEqual([
      { code: 'backlog_differs', where: 'XX, no unit', message: 'the steps say 2, the records 1' },
      {
        code: 'record_differs',
        where: 'X1',
        message: expect.stringMatching(/service.*settled_us|settled_us.*service/),
      },
    ]);
    expect(answer.advice.length).toBeGreaterThan(1);
  });
});
