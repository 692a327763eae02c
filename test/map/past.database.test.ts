/** The map of an earlier instant beside what a server knew then: random lives of requests, late events and all. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MapPoint } from '../../server/contract/requests.ts';
import { isOpenStatus } from '../../server/contract/requests.ts';
import { foldRequest } from '../../server/domain/request.ts';
import { deadlinesOf, settlementOf } from '../../server/domain/request-deadlines.ts';
import { isoOf, ManualClock } from '../../server/lib/clock.ts';
import { LiveRequests } from '../../server/live/requests.ts';
import { LiveMap } from '../../server/map/live-map.ts';
import { PastMaps } from '../../server/map/past.ts';
import { changesSince } from '../../server/store/request-past.ts';
import { openPictures } from '../../server/store/request-reader.ts';
import { arrivals, bySubject, HISTORY_FROM_US } from '../requests/histories.ts';
import { type RequestServer, requestServer } from '../requests/server.ts';
import { created, eventOf, rulesOf } from '../requests/support.ts';
import { type TestDatabase, testDatabase } from '../setup/database.ts';

const ZONE = 'America/Toronto';
const DAY_US = 86_400_000_000;
const MINUTE_US = 60_000_000;
const WORLD = { west: -180, south: -85, east: 180, north: 85 };
const rules = rulesOf();
let test: TestDatabase;
let server: RequestServer;
const clock = new ManualClock(HISTORY_FROM_US + 20 * DAY_US);
beforeAll(async () => {
  test = await testDatabase();
  server = requestServer({ db: test.db, clock, rules: () => rules });
});
afterAll(() => test.close());

/** What a server holds after its start. */
async function mapOfNow(): Promise<LiveMap> {
  const map = new LiveMap({ clock, time_zone: ZONE });
  const live = new LiveRequests({ clock, time_zone: ZONE, boroughs: [], map });
  for await (const page of openPictures(test.db)) live.restore(page);
  return map;
}
const pastOf = (map: LiveMap): PastMaps =>
  new PastMaps({
    map,
    clock,
    time_zone: ZONE,
    rules: () => rules,
    changesSince: (as_of_us) => changesSince(test.db, as_of_us),
  });
/** Without the order in which requests of one second are listed. */
const pointsOf = (map: LiveMap): MapPoint[] =>
  [...map.view(WORLD, 100_000).items].sort((a, b) => a.number - b.number);

describe('the map of an earlier instant', () => {
  it('is the map that a server would have had, from the events before the instant alone', async () => {
    await fc.assert(
      fc.asyncProperty(
        arrivals,
        fc.integer({ min: 0, max: 19 * 24 * 60 }),
        async ({ batches, events }, minutes) => {
          for (const batch of batches) await server.store.write({ events: [...batch.events], rejected: [] });
          const as_of_us = HISTORY_FROM_US + minutes * MINUTE_US;
          const map = await mapOfNow();
          const past = pointsOf(await pastOf(map).at(as_of_us));
          const numbers = await numbersOf([...bySubject(events).keys()]);
          const expected = new LiveMap({ clock: new ManualClock(as_of_us), time_zone: ZONE });
          for (const [id, all] of bySubject(events)) {
            const before = all.filter(({ time_us }) => time_us < as_of_us);
            const folded = foldRequest(id, before);
            const { longitude, latitude, status, created_us } = folded;
            if (before.length === 0 || !isOpenStatus(status) || longitude === null || latitude === null)
              continue;
            const due_us = settlementOf(deadlinesOf(folded, rules))?.due_us ?? null;
            expected.set({
              ...folded,
              longitude,
              latitude,
              number: numbers.get(id)!,
              created_at: created_us === null ? null : isoOf(created_us),
              due_at: due_us === null ? null : isoOf(due_us),
              overdue: due_us !== null && due_us <= as_of_us,
            });
          }
          const own = new Set(numbers.values());
          expect(past.filter(({ number }) => own.has(number))).toEqual(pointsOf(expected));
          expect(past.length).toBe(await openAt(as_of_us));
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  it('leaves the map of now as it is, and is itself left as it is by what comes', async () => {
    const at = HISTORY_FROM_US + 10 * DAY_US;
    const place = { longitude: -73.6, latitude: 45.55 };
    await server.store.write({
      events: [
        created('P1', at, place),
        created('P2', at + 2 * MINUTE_US, place),
        eventOf('P1', 'closed', at + DAY_US),
      ],
      rejected: [],
    });
    const map = await mapOfNow();
    const now = pointsOf(map);
    const past = await pastOf(map).at(at + MINUTE_US);
    const then = pointsOf(past);
    expect(pointsOf(map)).toEqual(now);
    for (const { number } of now) map.remove(number);
    expect(pointsOf(past)).toEqual(then);
    expect([then.length > 0, map.size]).toEqual([true, 0]);
  });

  it('is refused for the future, and for what is too long ago', async () => {
    const past = pastOf(await mapOfNow());
    expect(() => past.at(clock.now_us() + MINUTE_US)).toThrow('30 days');
    expect(() => past.at(clock.now_us() - 31 * DAY_US)).toThrow('30 days');
  });
});

async function numbersOf(ids: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await test.db.query<{ id: string; number: string }>(
    'select id, number from request where id = any ($1::text[])',
    [ids],
  );
  return new Map(rows.map(({ id, number }) => [id, Number(number)]));
}
/** By the steps of the backlog. */
async function openAt(as_of_us: number): Promise<number> {
  const { rows } = await test.db.query<{ n: string }>(
    `select count(*) as n from requests_open_at($1::timestamptz) o join request r using (number)
     where r.longitude is not null and r.latitude is not null`,
    [isoOf(as_of_us)],
  );
  return Number(rows[0]!.n);
}
