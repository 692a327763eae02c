/**
 * Random lives of requests, written in random batches and orders by one server or by two at once, with the deadline clock in between: the
 * records, their steps and what was told are always what a fold of all events from scratch says.
 */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { BACKLOG_CAUSES, isOpenStatus } from '../../server/contract/requests.ts';
import { type FoldedRequest, foldRequest, type RequestEvent } from '../../server/domain/request.ts';
import { deadlinesOf, keptPromises, momentsOf, settlementOf } from '../../server/domain/request-deadlines.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import type { Database } from '../../server/store/database.ts';
import { openDatabase } from '../../server/store/open.ts';
import { historyId } from '../../server/store/request-history.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';
import { type Arrival, arrivals, bySubject, HISTORY_FROM_US } from './histories.ts';
import { type RequestServer, requestServer } from './server.ts';
import { rulesOf } from './support.ts';

const RUNS = Number(process.env.VIGIE_REQUEST_RUNS ?? 60);
const rules = rulesOf();
const clock = new ManualClock(0);
let test: TestDatabase;
let second: Database;
let servers: RequestServer[];
beforeAll(async () => {
  test = await testDatabase();
  const { databaseUrl, dataDir } = test;
  second = databaseUrl ? await openDatabase({ databaseUrl, dataDir, logger: testLogger }) : test.db;
  servers = [test.db, second].map((db) => requestServer({ db, clock, rules: () => rules }));
});
afterAll(async () => {
  if (second !== test.db) await second.close();
  await test.close();
});

/** Everything arrives, the clock tells in between, and at the end all that is left. */
async function play({ batches }: Arrival, using: readonly RequestServer[]): Promise<void> {
  clock.set_us(HISTORY_FROM_US);
  let at = 0;
  const server = () => using[at++ % using.length]!;
  const busy: Promise<unknown>[] = [];
  for (const { events, after_us, together } of batches) {
    clock.set_us(clock.now_us() + after_us);
    busy.push(server().store.write({ events, rejected: [] }));
    busy.push(server().upkeep.tellDue(clock.now_us()));
    if (!together || using.length === 1) await Promise.all(busy.splice(0));
  }
  await Promise.all(busy);
  for (let look = 0; look < 2; look += 1) {
    clock.advance_s(120);
    while ((await using[0]!.upkeep.tellDue(clock.now_us())).more);
  }
}

const expectedOf = (id: string, events: readonly RequestEvent[]) => {
  const folded = foldRequest(id, events);
  const deadlines = deadlinesOf(folded, rules);
  const { status, borough, unit, service, created_us, settled_us, reopened, work_order, merged_into } =
    folded;
  return {
    id,
    status,
    open: isOpenStatus(status),
    service,
    borough,
    unit,
    created_us,
    due_us: settlementOf(deadlines)?.due_us ?? null,
    settled_us,
    reopened,
    work_order,
    merged_into,
    kept: keptPromises(deadlines, clock.now_us()),
    history: events.map(({ event_id }) => historyId(event_id)),
  };
};

async function recordsOf(ids: readonly string[]): Promise<object[]> {
  const { rows } = await test.db.query(
    `select id, status, open, service, borough, unit,
       (extract(epoch from created_at) * 1000000)::bigint as created_us,
       (extract(epoch from due_at) * 1000000)::bigint as due_us,
       (extract(epoch from settled_at) * 1000000)::bigint as settled_us,
       reopened, work_order, merged_into,
       jsonb_build_object(
         'transmission', transmission_kept, 'status_promised', status_promised,
         'status_stale_us', (extract(epoch from status_stale_at) * 1000000)::bigint
       ) as kept,
       (select jsonb_agg(entry -> 2 order by at) from jsonb_array_elements(history::jsonb) with ordinality as h (entry, at)) as history
     from request where id = any ($1) order by id collate "C"`,
    [ids],
  );
  return rows;
}

interface Step {
  id: string;
  at_us: number;
  cause: (typeof BACKLOG_CAUSES)[number];
  n: number;
  borough: string | null;
  unit: string | null;
  across: boolean;
}
async function stepsOf(ids: readonly string[]): Promise<Step[]> {
  const { rows } = await test.db.query<Step & { n: number }>(
    `select r.id, (extract(epoch from m.ts) * 1000000)::bigint as at_us, m.cause, m.n, m.borough, m.unit, m.across
     from backlog_move m join request r on r.number = m.request where r.id = any ($1)`,
    [ids],
  );
  return rows;
}

/** The request as it was at an instant, by all that is known today; null: not yet made. */
function asOf(id: string, events: readonly RequestEvent[], at_us: number): FoldedRequest | null {
  const begun_us = (events.find(({ type }) => type === 'request.created') ?? events[0]!).time_us;
  if (begun_us > at_us) return null;
  return foldRequest(
    id,
    events.filter(({ time_us }) => time_us <= at_us),
  );
}

const placeOf = ({ borough, unit }: Pick<Step, 'borough' | 'unit'>): string => `${borough} ${unit}`;
/** Sums that are not 0. */
function sumBy<T>(items: readonly T[], key: (item: T) => string, n: (item: T) => number) {
  const sums: Record<string, number> = {};
  for (const item of items) sums[key(item)] = (sums[key(item)] ?? 0) + n(item);
  return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
}

function openAt(lives: ReadonlyMap<string, readonly RequestEvent[]>, at_us: number): FoldedRequest[] {
  return [...lives].flatMap(([id, events]) => {
    const then = asOf(id, events, at_us);
    return then && isOpenStatus(then.status) ? [then] : [];
  });
}

function checkBacklog(lives: ReadonlyMap<string, readonly RequestEvent[]>, steps: readonly Step[]): void {
  const instants = [...new Set([...lives.values()].flat().map(({ time_us }) => time_us))].sort(
    (a, b) => a - b,
  );
  for (const at_us of instants) {
    const before = steps.filter((step) => step.at_us <= at_us);
    expect(sumBy(before, placeOf, ({ n }) => n)).toEqual(sumBy(openAt(lives, at_us), placeOf, () => 1));
  }
  for (const [index, from_us] of instants.entries()) {
    const to_us = instants[(index * 7 + 3) % instants.length]!;
    if (to_us > from_us) checkPeriod(lives, steps, from_us, to_us);
  }
}

/** opening + received + reopened + transferred in − closed − cancelled − merged − transferred out = closing */
function checkPeriod(
  lives: ReadonlyMap<string, readonly RequestEvent[]>,
  steps: readonly Step[],
  from_us: number,
  to_us: number,
): void {
  const opening = openAt(lives, from_us);
  const closing = openAt(lives, to_us);
  const within = steps.filter(({ at_us }) => at_us > from_us && at_us <= to_us);
  const groups: [(of: Pick<Step, 'borough' | 'unit'>) => string, (step: Step) => boolean][] = [
    [placeOf, () => true],
    [({ borough }) => `${borough}`, ({ cause, across }) => across || !cause.startsWith('transferred')],
    [() => 'city', ({ cause }) => !cause.startsWith('transferred')],
  ];
  for (const [key, counts] of groups) {
    const flow = within.filter(counts);
    const names = new Set([...opening, ...closing, ...flow].map(key));
    for (const name of names) {
      const of = (cause: string) =>
        flow.filter((step) => step.cause === cause && key(step) === name).reduce((sum, { n }) => sum + n, 0);
      const count = (some: readonly FoldedRequest[]) => some.filter((each) => key(each) === name).length;
      // Steps out have n = −1: their sums are the negative counts.
      const sum = BACKLOG_CAUSES.reduce((total, cause) => total + of(cause), count(opening));
      expect({ name, sum }).toEqual({ name, sum: count(closing) });
    }
  }
}

/** Breaches that stand: told, and not withdrawn since. */
async function standingOf(ids: readonly string[]): Promise<string[]> {
  const { rows } = await test.db.query<{ breach: string }>(
    `select request_id || ' ' || kind || ' ' || (extract(epoch from ts) * 1000000)::bigint as breach
     from deadline_event where request_id = any ($1) and what in ('breach', 'withdrawal')
     group by ts, request_id, kind
     having count(*) filter (where what = 'breach') > count(*) filter (where what = 'withdrawal')`,
    [ids],
  );
  return rows.map(({ breach }) => breach).sort();
}

async function check(events: readonly EventRecord[]): Promise<void> {
  const lives = bySubject(events);
  const ids = [...lives.keys()].sort();
  expect(await recordsOf(ids)).toEqual(ids.map((id) => expectedOf(id, lives.get(id)!)));
  checkBacklog(lives, await stepsOf(ids));
  const breaches = ids.flatMap((id) =>
    momentsOf(deadlinesOf(foldRequest(id, lives.get(id)!), rules))
      .filter(({ what, at_us }) => what === 'breach' && at_us <= clock.now_us())
      .map(({ kind, at_us }) => `${id} ${kind} ${at_us}`),
  );
  expect(await standingOf(ids)).toEqual(breaches.sort());
}

describe('the records of random lives', () => {
  it('are, with their steps and breaches, what a fold of all events says, whatever came when', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (arrival) => {
        await play(arrival, servers.slice(0, 1));
        await check(arrival.events);
      }),
      { numRuns: RUNS },
    );
  });

  it('are the same when two servers write them at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async (arrival) => {
        await play(arrival, servers);
        await check(arrival.events);
      }),
      { numRuns: RUNS },
    );
  });
});

describe('a transaction that dies between the events and their records', () => {
  it('leaves nothing, and the batch goes in when it is sent again', async () => {
    const [arrival] = fc.sample(arrivals, { numRuns: 1, seed: 311 });
    const { events } = arrival!;
    let deaths = 2;
    const dying = requestServer({
      db: test.db,
      clock,
      rules: () => rules,
      after: () => {
        if (deaths-- > 0) throw Object.assign(new Error('killed'), { code: '57P01', severity: 'FATAL' });
      },
    });
    const counts = async () =>
      (
        await test.db.query(
          `select (select count(*) from request_event) as events, (select count(*) from request) as requests,
             (select count(*) from backlog_move) as moves, (select count(*) from deadline_event) as told,
             (select count(*) from event_batch) as batches`,
        )
      ).rows[0];
    const before = await counts();
    clock.set_us(HISTORY_FROM_US + 90 * 86_400_000_000);
    await expect(dying.store.write({ events, rejected: [] })).rejects.toThrow();
    const many = Array.from({ length: 40 }, (_, index) => ({
      ...events[0]!,
      event_id: randomUUID().replaceAll('-', ''),
      time_us: events[0]!.time_us + index,
    }));
    await expect(dying.store.write({ events: many, rejected: [] })).rejects.toThrow();
    expect(await counts()).toEqual(before);
    await dying.store.write({ events, rejected: [] });
    for (let look = 0; look < 2; look += 1) {
      clock.advance_s(120);
      while ((await dying.upkeep.tellDue(clock.now_us())).more);
    }
    await check(events);
  });
});
