/** All open requests counted anew under other promises, and what the deadline clock reads of many open requests. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CityRules } from '../../server/domain/deadline-rules.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { rfc3339Of } from '../../server/store/instants.ts';
import { RequestRecords, sql } from '../../server/store/requests.ts';
import type { RequestPicture } from '../../server/store/requests.types.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';
import { requestServer } from './server.ts';
import { created, eventOf, PROMISES, rulesOf, us } from './support.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());
beforeEach(() => test.db.query('truncate request, request_event, backlog_move, deadline_event'));

/** Before anything is due. */
const NOW = '2026-03-02T09:01-05:00';
const NO_SOURCES: ReadonlyMap<string, number> = new Map();
const name = { fr: 'Fermé', en: 'Closed' };
/** Closed on a day by which only the office counts: potholes are due a day later, leaks are not. */
const CLOSED = rulesOf({
  ...PROMISES,
  calendars: PROMISES.calendars.map((calendar) =>
    calendar.id === 'office' ? { ...calendar, closed: { '2026-03-04': name } } : calendar,
  ),
});

/** @param after called in each transaction, after the records are written */
function city(after?: () => unknown) {
  const clock = new ManualClock(us(NOW));
  const held: { rules: CityRules } = { rules: rulesOf() };
  const server = requestServer({ db: test.db, clock, rules: () => held.rules, ...(after && { after }) });
  const recount = async (): Promise<RequestPicture[]> => {
    const pictures: RequestPicture[] = [];
    for await (const { projected } of server.upkeep.again(() => clock.now_us()))
      pictures.push(...(projected?.requests ?? []));
    return pictures.sort((a, b) => a.number - b.number);
  };
  return { clock, held, server, recount };
}
const stored = async () =>
  (
    await test.db.query<{ id: string; revision: number; due: string }>(
      'select id, revision, due_at::text as due from request order by number',
    )
  ).rows;
const revisions = async () => Object.fromEntries((await stored()).map(({ id, revision }) => [id, revision]));

describe('what other promises would do', () => {
  it('is told as the recount then does it, and nothing is written', async () => {
    const { clock, held, server, recount } = city();
    const events = [
      created('hole', '2026-03-02T09:00-05:00'),
      created('leak', '2026-03-02T09:00-05:00', { service: 'leak' }),
      created('late', '2026-02-20T09:00-05:00'),
      created('done', '2026-03-02T09:00-05:00'),
      eventOf('done', 'resolved', '2026-03-02T09:00:30-05:00', { resolution: 'done' }),
    ];
    await server.store.write({ events, rejected: [] });
    const impactOf = (rules: CityRules) =>
      server.upkeep.impact(
        new RequestRecords({ rules: () => rules, sources: () => NO_SOURCES }),
        clock.now_us(),
      );
    const none = { all: true, due_changed: 0, newly_overdue: 0, no_longer_overdue: 0 };
    expect(await impactOf(rulesOf())).toEqual({ ...none, looked_at: 3 });
    // Just after the hole is due by what is promised; with a day more it is not due yet.
    const before = await stored();
    const due_us = Date.parse(before[0]!.due) * 1000;
    clock.set_us(due_us + 1e6);
    const impact = await impactOf(CLOSED);
    expect(await stored()).toEqual(before);
    held.rules = CLOSED;
    const after = await recount();
    const moved = after.filter((picture) => {
      const row = before.find(({ id }) => id === picture.id);
      return row && Date.parse(row.due) * 1000 !== picture.due_us;
    });
    expect(impact).toEqual({ ...none, looked_at: 3, due_changed: moved.length, no_longer_overdue: 1 });
    expect(moved.map(({ id }) => id)).toEqual(['hole']);
    // The other way round it is overdue again.
    expect(await impactOf(rulesOf())).toMatchObject({
      due_changed: 1,
      newly_overdue: 1,
      no_longer_overdue: 0,
    });
  });
});

describe('open requests that are counted anew', () => {
  it('are written only where other promises make another deadline, and are handed on all', async () => {
    const { held, server, recount } = city();
    const events = [
      created('hole', '2026-03-02T09:00-05:00'),
      created('leak', '2026-03-02T09:00-05:00', { service: 'leak' }),
      created('done', '2026-03-02T09:00-05:00'),
      eventOf('done', 'resolved', '2026-03-02T09:00:30-05:00', { resolution: 'done' }),
    ];
    await server.store.write({ events, rejected: [] });
    expect(await revisions()).toEqual({ hole: 1, leak: 1, done: 1 });
    const same = await recount();
    expect(same.map(({ id, revision }) => [id, revision])).toEqual([
      ['hole', 1],
      ['leak', 1],
    ]);
    const before = same[0]!.due_us!;
    held.rules = CLOSED;
    const other = await recount();
    expect(await revisions()).toEqual({ hole: 2, leak: 1, done: 1 });
    expect(other.map(({ id, revision, due_us }) => [id, revision, due_us])).toEqual([
      ['hole', 2, before + 86_400e6],
      ['leak', 1, same[1]!.due_us],
    ]);
    expect(await recount()).toEqual(other);
  });

  it('are all counted by the new promises, also what was being written by the old ones when they changed', async () => {
    let counting: Promise<unknown> | undefined;
    const { held, server, recount } = city(async () => {
      if (counting) return;
      held.rules = CLOSED;
      counting = recount();
      // Long enough for it to read what is committed, if it did not wait.
      await new Promise((done) => setTimeout(done, 200));
    });
    await server.store.write({ events: [created('late', '2026-03-02T09:00-05:00')], rejected: [] });
    await counting;
    const due = (await stored()).map((row) => new Date(row.due).toISOString());
    expect(due).toEqual(['2026-03-10T13:00:00.000Z']);
  });
});

/** Rows that the nodes of a plan have read: those they gave on and those they dropped. */
interface Plan {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}
const rowsRead = (plan: Plan): number =>
  (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'] +
  (plan.Plans ?? []).reduce((sum, each) => sum + rowsRead(each), 0);

async function rowsReadBy(block: 'lock_due' | 'next_due', parameters: Record<string, unknown>) {
  const { text, values } = sql[block].config(parameters);
  const { rows } = await test.db.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
    `explain (analyze, format json) ${text}`,
    values,
  );
  return rowsRead(rows[0]!['QUERY PLAN'][0].Plan);
}

describe('the deadline clock', () => {
  it('reads what is due and what is due next, however many requests are open', async () => {
    const open = async (from: number, to: number): Promise<void> => {
      await test.db.query(
        `insert into request (id, revision, status, open, updated_at, reopened, requesters, told, history, next_at)
         select 'R' || n, 1, 'received', true, $1, 0, 1, '[]', '[]', $1::timestamptz + n * interval '1 minute'
         from generate_series($2::integer, $3::integer) as n`,
        [rfc3339Of(us(NOW)), from, to],
      );
      await test.db.query('analyze request');
    };
    const looks = async () => ({
      nothing: await rowsReadBy('lock_due', { now: rfc3339Of(us(NOW)), rows_max: 200 }),
      five: await rowsReadBy('lock_due', { now: rfc3339Of(us(NOW) + 5 * 60e6), rows_max: 200 }),
      next: await rowsReadBy('next_due', {}),
    });
    await open(1, 500);
    const few = await looks();
    expect(few.five).toBeLessThanOrEqual(4 * 5);
    await open(501, 50_000);
    expect(await looks()).toEqual(few);
  });
});
