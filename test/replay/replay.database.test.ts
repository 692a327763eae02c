/** A replay shows what a server showed: beside one that starts at the same instant, beside the events themselves, beside SQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayNumber } from '../../seeds/city/calendar.ts';
import { City } from '../../seeds/city/city.ts';
import { QUEUES } from '../../seeds/reference/index.ts';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { CITY_KEY, type Topic } from '../../server/contract/live.ts';
import type { TopicSource } from '../../server/contract/topic-source.ts';
import { eventId } from '../../server/ingest/identity.ts';
import { isoOf, ManualClock } from '../../server/lib/clock.ts';
import { LiveState } from '../../server/live/state.ts';
import type { LiveMap } from '../../server/map/live-map.ts';
import type { Replay } from '../../server/replay/replay.ts';
import { REPLAYS_MAX, type Replays } from '../../server/replay/replays.ts';
import { replaysOf } from '../../server/replay-parts.ts';
import { us } from '../domain/history.ts';
import { requestServer } from '../requests/server.ts';
import { rulesOf } from '../requests/support.ts';
import { type TestDatabase, testDatabase, testLogger } from '../setup/database.ts';

const ZONE = 'America/Toronto';
const NOW = us('2026-11-23T20:00:00Z');
const MINUTE_US = 60_000_000;
/** A source is taken to have told at once what it told of the window that is read at the beginning. */
const TOPICS = ['queues', 'agents', 'requests', 'breaches', 'map'] as const satisfies readonly Topic[];
const clock = new ManualClock(NOW);
let test: TestDatabase;
let events: EventRecord[];
let replays: Replays<LiveMap>;

beforeAll(async () => {
  test = await testDatabase();
  const rules = rulesOf();
  const { store, upkeep } = requestServer({ db: test.db, clock, rules: () => rules });
  const city = new City({ seed: 'replay', size: 0.1, time_zone: ZONE, since: '2026-11-18' });
  events = ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23']
    .flatMap((date) => city.day(dayNumber(date)))
    .filter(({ time_us }) => time_us < NOW)
    .map(({ id, ...event }) => ({
      ...event,
      event_id: eventId(event.source, id, ''),
      sequence: null,
      extra: null,
    }))
    .map((event) => withDue(event));
  for (let at = 0; at < events.length; at += 2_000)
    await store.write({ events: events.slice(at, at + 2_000), rejected: [] });
  while ((await upkeep.tellDue(NOW)).more);
  replays = replaysOf({
    ...{ db: test.db, store, clock, logger: testLogger, rules: () => rules, boroughs: ['VM'] },
    state: { queues: QUEUES, time_zone: ZONE },
  });
}, 120_000);
afterAll(() => test.close());

/** The test's promises know none of the city's services: each request brings its date, some hours after it. */
function withDue(event: EventRecord): EventRecord {
  if (event.type !== 'request.created') return event;
  return { ...event, data: { ...event.data, due_at: isoOf(event.time_us + 9 * 60 * MINUTE_US) } };
}

const open = (at: string, playing = false): Promise<Replay> => replays.open({ at, playing, speed: 600 });
function shown(source: TopicSource, topics: readonly Topic[] = TOPICS) {
  return topics.map((topic) => {
    const keys = [...source.keys(topic)].sort();
    return [topic, Object.fromEntries(keys.map((key) => [key, versionless(source.item(topic, key))]))];
  });
}
/** Versions of tiles differ from server to server. */
const versionless = (item: object | undefined) => ({
  ...item,
  ...(item && 'version' in item && { version: 0 }),
});

describe('a replay', () => {
  it('that went on to an instant shows what one that begins there shows, in steps of any length', async () => {
    for (const [from, to, step_s] of [
      ['2026-11-23T13:00:00.000Z', '2026-11-23T16:30:00.000Z', 37],
      ['2026-11-22T22:30:00.000Z', '2026-11-23T15:10:00.000Z', 1_800],
    ] as const) {
      const [went, began] = [await open(from), await open(to)];
      while (went.clock.now_us() < us(to))
        await went.advance_us(Math.min(step_s * 1_000_000, us(to) - went.clock.now_us()));
      expect(went.status.at).toBe(to);
      expect(shown(went.source)).toEqual(shown(began.source));
      await Promise.all([went.stop(), began.stop()]);
    }
  }, 120_000);

  it('shows the queues and agents that the events until then make, and no later one', async () => {
    const at = '2026-11-23T17:00:00.000Z';
    const replay = await open(at);
    const plain = new LiveState({ queues: QUEUES, time_zone: ZONE, clock: new ManualClock(at) });
    plain.restore(events.filter(({ time_us }) => time_us <= us(at)));
    plain.tick();
    expect(shown(replay.source, ['queues', 'agents'])).toEqual(shown(plain, ['queues', 'agents']));
    const { waiting, in_service } = replay.source.item('queues', CITY_KEY)!;
    expect(waiting + in_service).toBeGreaterThan(0);
    await replay.stop();
  });

  it('counts as open, overdue and passed what the stored steps and records say of that instant', async () => {
    for (const at of ['2026-11-22T06:00:00.000Z', '2026-11-23T18:45:00.000Z']) {
      const replay = await open(at);
      const { rows } = await test.db.query<{ open: string; breaches: string }>(
        `select count(*) as open,
           (select least(count(*), 500) from deadline_event
            where ts > $1::timestamptz - interval '24 hours' and ts <= $1::timestamptz and what <> 'warning') as breaches
         from requests_open_at($1::timestamptz + interval '1 microsecond') `,
        [at],
      );
      const item = replay.source.item('requests', CITY_KEY)!;
      const breaches = [...replay.source.keys('breaches')].length;
      expect([at, item.open, breaches]).toEqual([at, Number(rows[0]!.open), Number(rows[0]!.breaches)]);
      expect([item.open > 0, breaches > 0]).toEqual([true, true]);
      const placed = replays
        .mapOf(replay.status.id!)!
        .view({ west: -180, south: -85, east: 180, north: 85 }, 0);
      expect(placed.overdue).toBeLessThanOrEqual(item.overdue);
      expect(placed.overdue).toBeGreaterThan(0);
      await replay.stop();
    }
  });

  it('ends at the present, and stands there', async () => {
    const replay = await open(isoOf(NOW - 2 * MINUTE_US), true);
    await replay.control({ step_s: 600 });
    expect(replay.status).toMatchObject({ at: isoOf(NOW), playing: false, ended: true });
    await replay.control({ playing: true });
    expect(replay.status.playing).toBe(false);
    await replay.stop();
  });

  it('is one of few, and makes room when it ends', async () => {
    const at = isoOf(NOW - MINUTE_US);
    const several = await Promise.all(Array.from({ length: REPLAYS_MAX }, () => open(at)));
    await expect(open(at)).rejects.toThrow('already');
    const id = several[0]!.status.id!;
    expect(replays.mapOf(id)).toBeDefined();
    await several[0]!.stop();
    expect(replays.mapOf(id)).toBeUndefined();
    const next = await open(at);
    await Promise.all([...several.slice(1), next].map((replay) => replay.stop()));
  });

  it('refuses what cannot be: the future, what is too long ago, another speed', async () => {
    for (const question of [
      { at: isoOf(NOW + MINUTE_US) },
      { at: '2026-01-01T00:00:00Z' },
      { at: 'yesterday' },
      {},
      null,
      { at: isoOf(NOW), speed: 7 },
    ])
      await expect(replays.open(question)).rejects.toThrow('must be');
    const replay = await open(isoOf(NOW - MINUTE_US));
    await expect(replay.control({ step_s: 0 })).rejects.toThrow('step_s');
    await replay.stop();
  });
});
