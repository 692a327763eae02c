/** The metrics of requests as the database counts them, beside a plain fold of all events of random lives. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RequestMetrics } from '../../server/contract/request-metrics.ts';
import { isOpenStatus } from '../../server/contract/requests.ts';
import { BUSINESS_DAY_US, BusinessDays } from '../../server/domain/business-days.ts';
import { quebecHolidays } from '../../server/domain/holidays.ts';
import { addDays, localDay } from '../../server/domain/office-hours.ts';
import { snap } from '../../server/domain/place.ts';
import { repeats } from '../../server/domain/repeat.ts';
import { type FoldedRequest, foldRequest, type RequestEvent } from '../../server/domain/request.ts';
import { deadlinesOf, keptPromises, settlementOf } from '../../server/domain/request-deadlines.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { metricsOf } from '../../server/requests/metrics-http.ts';
import type { Scope } from '../../server/requests/scope.ts';
import { backlogFlow, backlogSince, settledIn } from '../../server/store/backlog.ts';
import {
  changedSince,
  reopeningsIn,
  repeatsIn,
  statusesAt,
  timesIn,
  transmissionsIn,
} from '../../server/store/request-metrics.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';
import { arrivals, bySubject, HISTORY_FROM_US } from './histories.ts';
import { openBook, type RequestServer, requestServer } from './server.ts';
import { created, eventOf, rulesOf, us } from './support.ts';

const DAY_US = 86_400_000_000;
const ZONE = 'America/Toronto';
const rules = rulesOf();
const days = new BusinessDays(ZONE, quebecHolidays());
const clock = new ManualClock(HISTORY_FROM_US + 60 * DAY_US);
let test: TestDatabase;
let server: RequestServer;
beforeAll(async () => {
  test = await testDatabase();
  server = requestServer({ db: test.db, clock, rules: () => rules });
});
afterAll(() => test.close());

type Lives = ReadonlyMap<string, readonly RequestEvent[]>;
type Period = { readonly from: string; readonly to: string };
const CITY: Scope = { kind: 'city', name: 'city', borough: null, unit: null };
const boroughScope = (code: string): Scope => ({ kind: 'borough', name: code, borough: code, unit: null });
const scopes: readonly Scope[] = [
  CITY,
  ...['VM', 'RPP'].map(boroughScope),
  { kind: 'unit', name: 'works', borough: null, unit: 'works' },
];

async function asked(scope: Scope, period: Period, sees_places = true): Promise<RequestMetrics> {
  const { db } = test;
  const book = await openBook(db);
  const metrics = {
    flow: (span: Parameters<typeof backlogFlow>[1]) => backlogFlow(db, span),
    open: (question: Parameters<typeof book.standing>[0]) => book.standing(question),
    since: (question: Parameters<typeof backlogSince>[1]) => backlogSince(db, question),
    settled: (span: Parameters<typeof settledIn>[1]) => settledIn(db, span),
    transmissions: (span: Parameters<typeof transmissionsIn>[1]) => transmissionsIn(db, span),
    reopenings: (span: Parameters<typeof reopeningsIn>[1], now_us: number) => reopeningsIn(db, span, now_us),
    repeats: (span: Parameters<typeof repeatsIn>[1], snapped: boolean) => repeatsIn(db, span, snapped),
    times: (span: Parameters<typeof timesIn>[1], by: Parameters<typeof timesIn>[2]) => timesIn(db, span, by),
    statuses: (in_scope: Parameters<typeof statusesAt>[1], as_of_us: number) =>
      statusesAt(db, in_scope, as_of_us),
    changedSince: (in_scope: Parameters<typeof changedSince>[1], as_of_us: number) =>
      changedSince(db, in_scope, as_of_us),
  };
  const viewer = { now_us: clock.now_us(), sees_places };
  return metricsOf({ metrics, rules: () => rules, days, time_zone: ZONE }, scope, period, viewer);
}

const isIn = ({ borough, unit }: Pick<FoldedRequest, 'borough' | 'unit'>, scope: Scope): boolean =>
  (scope.borough === null || scope.borough === borough) && (scope.unit === null || scope.unit === unit);
/** The value that a share of others does not exceed, by nearest rank. */
const percentile = (values: readonly number[], share: number): number | null =>
  [...values].sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? null;
function candidateOf({ longitude, latitude, ...folded }: FoldedRequest, sees_places: boolean) {
  const place = longitude === null || latitude === null ? null : { longitude, latitude };
  const seen = place === null || sees_places ? place : snap(place);
  return { ...folded, resolution: folded.resolution ?? null, place: seen };
}

/** The counts of the figures, by the rules and nothing else. */
function folded(lives: Lives, scope: Scope, { from, to }: Period, sees_places: boolean) {
  const from_us = localDay(from, ZONE).from_us;
  const { to_us } = localDay(to, ZONE);
  const now_us = clock.now_us();
  const as_of_us = Math.min(to_us, now_us);
  const within = (at_us: number | null): at_us is number =>
    at_us !== null && at_us >= from_us && at_us < to_us;
  const all = [...lives].map(([id, events]) => ({ id, events, now: foldRequest(id, events) }));
  const dueOf = (request: FoldedRequest): number | null =>
    settlementOf(deadlinesOf(request, rules))?.due_us ?? null;

  const made = all.filter(({ now }) => within(now.created_us) && isIn(now, scope)).map(({ now }) => now);
  const transmitted = made.map((now) => keptPromises(deadlinesOf(now, rules), now_us).transmission);
  const placed = made.filter(({ service, longitude }) => service !== null && longitude !== null);
  const again = placed.filter((later) =>
    all.some(
      ({ now }) => now !== later && repeats(candidateOf(later, sees_places), candidateOf(now, sees_places)),
    ),
  );

  const settled = all.filter(({ now }) => within(now.settled_us) && isIn(now, scope)).map(({ now }) => now);
  const measured = settled.filter(({ created_us }) => created_us !== null);
  const on_time = settled.map((now) => {
    const due_us = dueOf(now);
    return due_us === null ? null : now.settled_us! <= due_us;
  });
  const ends = all.flatMap(({ now: { moves, reopenings } }) => {
    const closed = moves.filter((move) => move.cause === 'closed' && within(move.at_us) && isIn(move, scope));
    const found = closed.filter(({ at_us }, index) => {
      const other = closed.findIndex((move) => move.at_us === at_us);
      return other === index && reopenings.some((at) => at > at_us && at <= at_us + 30 * DAY_US);
    });
    return [{ closed: closed.length, reopened: found.length }];
  });

  const then = all.flatMap(({ id, events, now }) => {
    const begun_us = (events.find(({ type }) => type === 'request.created') ?? events[0]!).time_us;
    if (begun_us >= as_of_us) return [];
    const known = foldRequest(
      id,
      events.filter(({ time_us }) => time_us < as_of_us),
    );
    return isOpenStatus(known.status) && isIn(known, scope) ? [{ known, due_us: dueOf(now) }] : [];
  });
  const statuses = then
    .map(({ known }) => keptPromises(deadlinesOf(known, rules), as_of_us))
    .filter(({ status_promised }) => status_promised);
  const count = <T>(some: readonly T[], fits: (one: T) => boolean): number => some.filter(fits).length;
  return {
    transmission: [count(transmitted, (kept) => kept === true), count(transmitted, (kept) => kept !== null)],
    repeat: [again.length, placed.length],
    reopened: ['reopened', 'closed'].map((what) =>
      ends.reduce((sum, each) => sum + each[what as 'closed'], 0),
    ),
    on_time: [
      count(on_time, (kept) => kept === true),
      count(on_time, (kept) => kept !== null) +
        count(then, ({ due_us }) => due_us !== null && due_us <= as_of_us),
    ],
    on_time_settled: [count(on_time, (kept) => kept === true), count(on_time, (kept) => kept !== null)],
    status: [
      count(statuses, ({ status_stale_us }) => status_stale_us === null || status_stale_us > as_of_us),
      statuses.length,
    ],
    closing: then.length,
    times: [0.5, 0.9].flatMap((share) => [
      percentile(
        measured.map(({ created_us, settled_us }) => (settled_us! - created_us!) / 1e6),
        share,
      ),
      percentile(
        measured.map(
          ({ created_us, settled_us }) => days.between_us(created_us!, settled_us!) / BUSINESS_DAY_US,
        ),
        share,
      ),
    ]),
  };
}

const sharesOf = ({ value, of, counts }: RequestMetrics['on_time']) => {
  expect(value === null).toBe(of === 0);
  expect(Object.keys(counts).length).toBeGreaterThan(0);
  return [value === null ? 0 : Math.round(value * of), of];
};

describe('the metrics of requests', () => {
  it('are, for every scope and period, what a plain fold of all events says', async () => {
    // Chance makes few repeats: one is there always.
    const place = { longitude: -73.6, latitude: 45.5 };
    const pair = [
      created('first', '2026-02-24T09:00-05:00', place),
      eventOf('first', 'resolved', '2026-02-25T09:00-05:00', { resolution: 'done' }),
      created('again', '2026-03-05T09:00-05:00', place),
    ];
    await server.store.write({ events: pair, rejected: [] });
    let lives: Lives = bySubject(pair);
    const seen = { repeat: 0, reopened: 0, status: 0, transmission: 0 };
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.integer({ min: 0, max: 55 }),
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        async (arrival, first, length, sees_places) => {
          for (const { events } of arrival.batches) await server.store.write({ events, rejected: [] });
          while ((await server.upkeep.tellDue(clock.now_us() + 120_000_000)).more);
          lives = new Map([...lives, ...bySubject(arrival.events)]);
          const from = addDays('2026-02-23', first);
          const period = { from, to: addDays(from, length) };
          for (const scope of scopes) {
            const answer = await asked(scope, period, sees_places);
            const expected = folded(lives, scope, period, sees_places);
            expect({
              transmission: sharesOf(answer.transmission_on_time),
              repeat: sharesOf(answer.repeat),
              reopened: sharesOf(answer.reopened),
              on_time: sharesOf(answer.on_time),
              on_time_settled: sharesOf(answer.on_time_settled),
              status: sharesOf(answer.status_current),
              closing: answer.flow.closing,
            }).toEqual({ ...expected, times: undefined });
            const { settlement_p50, settlement_business_p50, settlement_p90, settlement_business_p90 } =
              answer;
            for (const [index, { value }] of [
              settlement_p50,
              settlement_business_p50,
              settlement_p90,
              settlement_business_p90,
            ].entries()) {
              if (value === null) expect(expected.times[index]).toBeNull();
              else expect(value).toBeCloseTo(expected.times[index]!, 6);
            }
            for (const name of ['repeat', 'reopened', 'status', 'transmission'] as const)
              seen[name] += expected[name][0]!;
          }
        },
      ),
      { numRuns: Number(process.env.VIGIE_REQUEST_RUNS ?? 30) },
    );
    // Otherwise it would prove nothing of them.
    for (const [name, n] of Object.entries(seen)) expect([name, n > 0]).toEqual([name, true]);
  });

  it('carry their definition, their counts and how sure they are, and say when they may still change', async () => {
    const at = us('2026-01-12T10:00-05:00');
    const ids = Array.from({ length: 8 }, (_, n) => `W${n}`);
    await server.store.write({
      events: [
        ...ids.map((id) => created(id, at, { borough: 'ZZ' })),
        // Seven in five minutes, one after six.
        ...ids.map((id, n) => eventOf(id, 'transmitted', at + (n === 0 ? 6 : 4) * 60_000_000, { unit: 'u' })),
        ...ids
          .slice(0, 4)
          .map((id) => eventOf(id, 'resolved', us('2026-01-14T10:00-05:00'), { resolution: 'done' })),
        eventOf('W0', 'reopened', us('2026-02-13T10:00-05:00')),
        eventOf('W1', 'reopened', us('2026-02-13T10:00:00.001-05:00')),
      ],
      rejected: [],
    });
    const period = { from: '2026-01-12', to: '2026-01-31' };
    const answer = await asked(boroughScope('ZZ'), period);
    expect(answer).toMatchObject({
      scope: 'ZZ',
      ...period,
      from_at: '2026-01-12T05:00:00.000Z',
      to_at: '2026-02-01T05:00:00.000Z',
      as_of: '2026-02-01T05:00:00.000Z',
      provisional: false,
      flow: { received: 8, closed: 4, closing: 4, definition: 'backlog@1' },
      transmission_on_time: {
        value: 7 / 8,
        definition: 'transmission_on_time@1',
        counts: { transmitted_on_time: 7, limit_passed: 1, without_limit: 0 },
        of: 8,
        small: true,
      },
      // Exactly thirty days after the settlement is within them.
      reopened: { value: 1 / 4, counts: { settled: 4, reopened: 1, undecided: 0 } },
      // Two of the four are open again: they count where they will be settled.
      by_resolution: { counts: { done: 2 } },
      settlement_p50: { value: 2 * 86_400, counts: { settled: 2 } },
      settlement_business_p90: { value: 2, definition: 'settlement_business_p90@1' },
      // Ten business days after the creation the status was due; at the end of January it is too old.
      status_current: { value: 0, counts: { current: 0, stale: 4 } },
    });
    const { low, high } = answer.transmission_on_time.interval!;
    expect([low, high].map((value) => value.toFixed(3))).toEqual(['0.529', '0.978']);
    const nothing = await asked(boroughScope('NN'), period);
    expect(nothing.repeat).toMatchObject({ value: null, of: 0, interval: null, small: true });
    expect((await asked(CITY, { from: '2026-04-01', to: '2026-04-24' })).provisional).toBe(true);
  });

  it('find what is repeated up to 50 m and 30 days, wherever on the earth, and not beyond', async () => {
    const metre = 1 / 111_195.08;
    const done_us = us('2026-01-05T10:00-05:00');
    for (const [index, { longitude, latitude }] of [
      { longitude: -73.5612, latitude: 45.5089 },
      { longitude: 179.9, latitude: -77.85 },
      { longitude: 0, latitude: 0 },
    ].entries()) {
      const borough = `R${index}`;
      const east = metre / Math.cos((latitude * Math.PI) / 180);
      const at = (id: string, at_us: number, place: object) =>
        created(`${borough}${id}`, at_us, { borough, longitude, latitude, ...place });
      await server.store.write({
        events: [
          at('done', done_us - DAY_US, {}),
          eventOf(`${borough}done`, 'resolved', done_us, { resolution: 'done' }),
          at('north', done_us, { latitude: latitude + 49.9 * metre }),
          at('east', done_us + 30 * DAY_US, { longitude: longitude + 49.9 * east }),
          at('south', done_us + DAY_US, { latitude: latitude - 50.1 * metre }),
          at('west', done_us + DAY_US, { longitude: longitude - 50.1 * east }),
          at('late', done_us + 30 * DAY_US + 1, {}),
          at('other', done_us + DAY_US, { service: 'leak' }),
        ],
        rejected: [],
      });
      const { repeat } = await asked(boroughScope(borough), { from: '2026-01-01', to: '2026-02-28' });
      expect([borough, repeat.counts]).toEqual([borough, { repeats: 2, placed: 7 }]);
      // By the snapped places: those in the same cell.
      const cell = (place: object) => JSON.stringify(snap({ longitude, latitude, ...place }));
      const same = [
        { latitude: latitude + 49.9 * metre },
        { longitude: longitude + 49.9 * east },
        { latitude: latitude - 50.1 * metre },
        { longitude: longitude - 50.1 * east },
      ].filter((place) => cell(place) === cell({}));
      const seen = await asked(boroughScope(borough), { from: '2026-01-01', to: '2026-02-28' }, false);
      expect([borough, seen.places, seen.repeat.counts.repeats]).toEqual([borough, 'snapped', same.length]);
    }
  });
});
