/** What hangs together: merged requests and repeated ones, as the database finds them, beside the rules written out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventData, EventRecord } from '../../server/contract/event-types.ts';
import { distance_m, snap } from '../../server/domain/place.ts';
import { ManualClock } from '../../server/lib/clock.ts';
import { linksOf } from '../../server/requests/links.ts';
import { mergedChain, mergedHere, requestsNear } from '../../server/store/request-links.ts';
import { listRequests, type RequestListRow, requestById } from '../../server/store/request-query.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';
import { requestServer } from './server.ts';
import { created, eventOf, rulesOf, us } from './support.ts';

const START_US = us('2026-03-02T09:00-05:00');
const DAY_US = 86_400_000_000;
/** A metre to the north, degrees. */
const METRE = 1 / 111_195.08;
const HERE = { longitude: -73.5612, latitude: 45.5089 };
let test: TestDatabase;
let write: (events: readonly EventRecord[]) => Promise<unknown>;
beforeAll(async () => {
  test = await testDatabase();
  const clock = new ManualClock(START_US + 100 * DAY_US);
  const { store } = requestServer({ db: test.db, clock, rules: () => rulesOf() });
  write = (events) => store.write({ events, rejected: [] });
});
afterAll(() => test.close());

const source = () => ({
  mergedChain: (id: string, into: string) => mergedChain(test.db, id, into),
  mergedHere: (id: string) => mergedHere(test.db, id),
  near: (question: Parameters<typeof requestsNear>[1]) => requestsNear(test.db, question),
});
async function links(id: string, sees_places = true) {
  const { row } = (await requestById(test.db, id))!;
  return linksOf(row, source(), { now_us: START_US, sees_places });
}
const ids = (some: readonly { id: string }[]): string[] => some.map(({ id }) => id);

describe('merged requests', () => {
  it('say into what they went, to the end of the chain, and what came into them, however far', async () => {
    const merge = (id: string, into: string) => [
      created(id, START_US),
      eventOf(id, 'merged', START_US + DAY_US, { into }),
    ];
    await write([...merge('A', 'B'), ...merge('B', 'C'), ...merge('B2', 'C'), created('C', START_US)]);
    const first = await links('A');
    expect(ids(first.merged_chain)).toEqual(['B', 'C']);
    expect(first.merged_chain.at(-1)).toMatchObject({ status: 'received', open: true, merged_into: null });
    const last = await links('C');
    expect(ids(last.merged_chain)).toEqual([]);
    expect(ids(last.merged_here).sort()).toEqual(['A', 'B', 'B2']);
    // A reopened one is merged no more.
    await write([eventOf('B', 'reopened', START_US + 2 * DAY_US)]);
    expect(ids((await links('C')).merged_here)).toEqual(['B2']);
    expect(ids((await links('A')).merged_chain)).toEqual(['B']);
  });

  it('that lead back to themselves, or to what nobody knows, end there', async () => {
    await write([
      ...['X', 'Y', 'Z'].map((id) => created(id, START_US)),
      ...['XY', 'YZ', 'ZX'].map(([from, into]) =>
        eventOf(from!, 'merged', START_US + DAY_US, { into: into! }),
      ),
      created('lost', START_US),
      eventOf('lost', 'merged', START_US + DAY_US, { into: 'nobody' }),
    ]);
    const { merged_chain, merged_here } = await links('X');
    expect(ids(merged_chain)).toEqual(['Y', 'Z']);
    expect(ids(merged_here).sort()).toEqual(['Y', 'Z']);
    expect(ids((await links('lost')).merged_chain)).toEqual([]);
  });

  it('are told up to a limit, however many they are', async () => {
    await write(
      Array.from({ length: 120 }, (_, n) => [
        created(`M${n}`, START_US),
        eventOf(`M${n}`, 'merged', START_US + DAY_US, { into: n === 0 ? 'M' : `M${n - 1}` }),
      ]).flat(),
    );
    await write([created('M', START_US)]);
    expect((await links('M')).merged_here).toHaveLength(100);
    expect((await links('M119')).merged_chain).toHaveLength(20);
  });
});

describe('a request', () => {
  const done_us = START_US + 3 * DAY_US;
  const request = (id: string, at_us: number, data: EventData = {}) =>
    created(id, at_us, { ...HERE, ...data });
  const settled = (id: string, resolution: 'done' | 'no_action' = 'done') =>
    eventOf(id, 'resolved', done_us, { resolution });
  const away = (metres: number) => ({ latitude: HERE.latitude + metres * METRE });

  it('repeats one of its service within 50 m that was settled as done in the 30 days before, and no other', async () => {
    await write([
      request('done', START_US),
      settled('done'),
      request('nothing', START_US, { service: 'leak' }),
      settled('nothing', 'no_action'),
      request('at-once', done_us),
      request('last-moment', done_us + 30 * DAY_US, away(49.9)),
      request('too-early', done_us - 1),
      request('too-late', done_us + 30 * DAY_US + 1),
      request('too-far', done_us + DAY_US, away(50.1)),
      request('other', done_us + DAY_US, { service: 'leak' }),
      created('nowhere', done_us + DAY_US),
      request('ended', done_us + 2 * DAY_US),
      eventOf('ended', 'cancelled', done_us + 3 * DAY_US),
    ]);
    expect(ids((await links('done')).repeats.by)).toEqual(['at-once', 'ended', 'last-moment']);
    for (const [id, of] of [
      ['at-once', 'done'],
      ['last-moment', 'done'],
      ['ended', 'done'],
      ['too-early', null],
      ['too-late', null],
      ['too-far', null],
      ['other', null],
      ['nowhere', null],
      ['done', null],
    ] as const)
      expect([id, (await links(id)).repeats.of?.id ?? null]).toEqual([id, of]);
    expect((await links('done')).repeats).toMatchObject({ definition: 'repeat@1', places: 'exact' });
  });

  it('repeats the last of several, and none that was reopened: that one says itself that it was not done', async () => {
    const place = { longitude: -73.6, latitude: 45.6 };
    await write([
      ...['older', 'newer'].map((id) => request(id, START_US, place)),
      eventOf('older', 'resolved', done_us, { resolution: 'done' }),
      eventOf('newer', 'resolved', done_us + DAY_US, { resolution: 'done' }),
      request('again', done_us + 2 * DAY_US, place),
    ]);
    expect((await links('again')).repeats.of?.id).toBe('newer');
    await write([eventOf('newer', 'reopened', done_us + 4 * DAY_US)]);
    expect((await links('again')).repeats.of?.id).toBe('older');
    expect((await links('newer')).repeats.by).toEqual([]);
  });

  it('is told its repeats by the places that the reader may see, wherever they are', async () => {
    const draw = (index: number, of: number, salt: number) => (index * 7_919 + salt * 104_729) % of;
    await write(
      Array.from({ length: 150 }, (_, index) => {
        const id = `P${index}`;
        const at_us = START_US + draw(index, 60, 1) * DAY_US;
        const place = {
          longitude: -73.7 + draw(index, 30, 2) * 12 * METRE,
          latitude: 45.45 + draw(index, 20, 3) * 15 * METRE,
        };
        const life = [created(id, at_us, { service: ['pothole', 'leak'][index % 2]!, ...place })];
        if (index % 5 < 3)
          life.push(
            eventOf(id, 'resolved', at_us + DAY_US, { resolution: index % 5 === 0 ? 'referred' : 'done' }),
          );
        return life;
      }).flat(),
    );
    const rows = (await listRequests(test.db, {}, { sort: 'created_at', descending: false }, 1_000)).filter(
      ({ id }) => /^P\d/.test(id),
    );
    for (const sees_places of [true, false]) {
      const placeOf = ({ longitude, latitude }: RequestListRow) => {
        const place = { longitude: longitude!, latitude: latitude! };
        return sees_places ? place : snap(place);
      };
      const repeated = (later: RequestListRow, earlier: RequestListRow) =>
        earlier.resolution === 'done' &&
        later.service === earlier.service &&
        later.created_us! >= earlier.settled_us! &&
        later.created_us! - earlier.settled_us! <= 30 * DAY_US &&
        distance_m(placeOf(later), placeOf(earlier)) <= 50;
      let found = 0;
      for (const row of rows) {
        const by = ids((await links(row.id, sees_places)).repeats.by);
        expect([row.id, by]).toEqual([row.id, ids(rows.filter((other) => repeated(other, row)))]);
        found += by.length;
      }
      expect(found).toBeGreaterThan(20);
    }
  });
});
