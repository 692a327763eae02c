import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ManualClock } from '../../server/lib/clock.ts';
import { EventStore } from '../../server/store/events.ts';
import { RequestUpkeep } from '../../server/store/request-upkeep.ts';
import { RequestRecords } from '../../server/store/requests.ts';
import { created, eventOf, rulesOf, us } from '../requests/support.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';

let test: TestDatabase;
beforeAll(async () => {
  test = await testDatabase();
});
afterAll(() => test.close());

const clock = new ManualClock('2026-03-02T15:00:00Z');
const server_id = randomUUID();
function server() {
  let records!: RequestRecords;
  const store = new EventStore(test.db, {
    server_id,
    logger: testLogger,
    clock,
    records: (sources) => {
      records = new RequestRecords({ rules: () => rulesOf(), sources: () => sources.ids });
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
});
