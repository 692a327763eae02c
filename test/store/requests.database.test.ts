import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../server/lib/clock.ts';
import { EventStore } from '../../server/store/events.ts';
import { RequestUpkeep } from '../../server/store/request-upkeep.ts';
import { RequestRecords, sql } from '../../server/store/requests.ts';
import type { NamedQuery } from '../../server/store/sql.ts';
import { created, eventOf, PROMISES, rulesOf, us } from '../requests/support.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const clock = new ManualClock('2026-03-02T15:00:00Z');
const server_id = randomUUID();
function server(rules = () => rulesOf()) {
  let records!: RequestRecords;
  const store = new EventStore(test.db, {
    server_id,
    logger: testLogger,
    clock,
    records: (sources) => {
      records = new RequestRecords({ rules, sources: () => sources.ids });
      return records;
    },
  });
  const upkeep = new RequestUpkeep({ db: test.db, records, server_id, number: () => store.takeNumber() });
  return { store, upkeep };
}
const told = async (id: string) =>
  (
    await test.db.query<{ what: string; kind: string; at: string; turn: number }>(
      'select what, kind, ts::text as at, turn from deadline_event where request_id = $1 order by ts, turn',
      [id],
    )
  ).rows;

describe('the record of a request', () => {
  it('is made with its events, and a second time changes nothing', async () => {
    const { store } = server();
    const events = [
      created('R1', '2026-03-02T09:00-05:00', { longitude: -73.6, latitude: 45.5 }),
      eventOf('R1', 'transmitted', '2026-03-02T09:03-05:00', { unit: 'VM-works' }),
    ];
    const first = await store.write({ events, rejected: [] });
    expect(first.projected?.requests).toMatchObject([
      { id: 'R1', status: 'transmitted', open: true, borough: 'VM', unit: 'VM-works', revision: 1 },
    ]);
    const again = await store.write({ events, rejected: [] });
    expect(again.fresh).toEqual([false, false]);
    expect(again.projected?.requests).toEqual([]);
    const { rows } = await test.db.query(
      'select sum(n)::integer as n, borough, unit from backlog_move group by borough, unit order by unit',
    );
    expect(rows).toEqual([
      { n: 1, borough: 'VM', unit: 'VM-works' },
      { n: 0, borough: 'VM', unit: null },
    ]);
  });

  it('tells a breach at its true time, once, and withdraws it when late events show otherwise', async () => {
    const { store, upkeep } = server();
    await store.write({ events: [created('R2', '2026-03-02T09:00-05:00')], rejected: [] });
    clock.set_us(us('2026-03-12T09:00-05:00'));
    while ((await upkeep.tellDue(clock.now_us())).more);
    expect((await upkeep.tellDue(clock.now_us())).batch.projected?.told).toEqual([]);
    const breaches = (await told('R2')).filter(({ what }) => what === 'breach');
    expect(breaches.map(({ kind, at }) => [kind, new Date(at).toISOString()])).toEqual([
      ['transmission', '2026-03-02T14:05:00.000Z'],
      ['settlement', '2026-03-09T13:00:00.000Z'],
    ]);
    await store.write({
      events: [
        eventOf('R2', 'transmitted', '2026-03-02T09:02-05:00', { unit: 'VM-works' }),
        eventOf('R2', 'resolved', '2026-03-04T09:00-05:00', { resolution: 'done' }),
      ],
      rejected: [],
    });
    const after = await told('R2');
    expect(after.filter(({ what }) => what === 'withdrawal').map(({ kind }) => kind)).toEqual([
      'transmission',
      'settlement',
    ]);
  });

  it('is written again under other promises only when they change it, and then with what they bring about', async () => {
    let rules = rulesOf();
    const { store, upkeep } = server(() => rules);
    await test.db.query('truncate request, backlog_move');
    clock.set_us(us('2026-03-02T10:00-05:00'));
    const events = ['pothole', 'leak', 'question'].flatMap((service) => [
      created(`P-${service}`, '2026-03-02T09:00-05:00', { service }),
      eventOf(`P-${service}`, 'transmitted', '2026-03-02T09:01-05:00', { unit: 'VM-works' }),
    ]);
    await store.write({ events, rejected: [] });
    while ((await upkeep.tellDue(clock.now_us())).more);
    const changed = async (): Promise<string[]> => {
      const ids: string[] = [];
      // Those that nobody has changed are handed on as well, with no batch.
      for await (const { batch, projected } of upkeep.again(() => clock.now_us()))
        if (batch > 0) ids.push(...(projected?.requests ?? []).map(({ id }) => id));
      return ids;
    };
    const revisions = async () =>
      (
        await test.db.query<{ id: string; revision: number; xmin: string }>(
          'select id, revision, xmin::text from request order by id',
        )
      ).rows;
    const before = await revisions();
    expect(await changed()).toEqual([]);
    expect(await revisions()).toEqual(before);
    const policies = PROMISES.policies.map((policy) =>
      policy.id === 'urgent'
        ? { ...policy, targets: { settlement: { amount: 30, unit: 'minutes' as const, calendar: 'always' } } }
        : policy,
    );
    rules = rulesOf({ ...PROMISES, policies });
    expect(await changed()).toEqual(['P-leak']);
    expect((await told('P-leak')).map(({ what }) => what)).toContain('breach');
    const untouched = (rows: readonly { id: string }[]) => rows.filter(({ id }) => id !== 'P-leak');
    expect(untouched(await revisions())).toEqual(untouched(before));
    expect(await changed()).toEqual([]);
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}
/** Rows that a statement read from tables and indexes, whether it kept them or not. */
function rowsRead(node: PlanNode): number {
  if (node.Plans) return node.Plans.reduce((sum, below) => sum + rowsRead(below), 0);
  return node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
}

describe('the deadline clock', () => {
  it('reads of many open requests with deadlines only what is due, and one to know what is next', async () => {
    const OPEN = 30_000;
    await test.db.query('truncate request, backlog_move');
    await test.db.query(
      `insert into request (id, revision, status, open, updated_at, due_at, next_at, reopened, requesters, told, history)
       select 'C' || i, 1, 'received', true, now(), at, at, 0, 1, '[]', '[]'
       from (select i, timestamptz '2026-03-02T12:00Z' + i * interval '1 minute' as at from generate_series(1, ${OPEN}) as i) due`,
    );
    await test.db.query('analyze request');
    const read = async (query: NamedQuery): Promise<number> => {
      const { rows } = await test.db.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({
        text: `explain (analyze, format json) ${query.text}`,
        values: query.values,
      });
      return rowsRead(rows[0]!['QUERY PLAN'][0].Plan);
    };
    const due = sql.lock_due.config({ now: '2026-03-02T12:07:30Z', rows_max: 200 });
    expect(await read(due)).toBe(7);
    expect(await read(sql.next_due.config())).toBe(1);
    const many = sql.lock_due.config({ now: '2027-03-02T12:00:00Z', rows_max: 200 });
    expect(await read(many)).toBe(200);
  });
});
