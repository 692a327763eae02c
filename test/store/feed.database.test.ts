import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../server/store/database.ts';
import { EventStore } from '../../server/store/events.ts';
import type { CommittedBatch } from '../../server/store/events.types.ts';
import { Feed } from '../../server/store/feed.ts';
import { testDatabase, testDatabaseUrl, testLogger } from '../setup/database.ts';
import { callEvent, START_US } from './sample-events.ts';

let db: Database;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await testDatabase());
});
afterAll(() => close());

const feeds: Feed[] = [];
afterEach(async () => {
  for (const feed of feeds.splice(0)) await feed.stop();
});

async function follower(
  poll_ms = 20,
): Promise<{ batches: CommittedBatch[]; ids: () => string[]; feed: Feed }> {
  const server_id = randomUUID();
  const batches: CommittedBatch[] = [];
  const feed = new Feed({
    db,
    store: new EventStore(db, { server_id, logger: testLogger }),
    server_id,
    onBatch: (batch) => batches.push(batch),
    poll_ms,
    logger: testLogger,
  });
  await feed.mark();
  await feed.start();
  feeds.push(feed);
  return {
    batches,
    feed,
    ids: () => batches.flatMap((batch) => batch.events.map((event) => event.event_id)).sort(),
  };
}
async function until(condition: () => boolean): Promise<void> {
  const give_up_at = performance.now() + 10_000;
  while (!condition() && performance.now() < give_up_at)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(condition()).toBe(true);
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => callEvent(from + i));

describe.runIf(testDatabaseUrl !== null)('the feed between servers', () => {
  it('delivers what others commit as it was written, and nothing of its own', async () => {
    const server_id = randomUUID();
    const own = new EventStore(db, { server_id, logger: testLogger });
    const other = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
    const batches: CommittedBatch[] = [];
    const feed = new Feed({
      db,
      store: own,
      server_id,
      onBatch: (batch) => batches.push(batch),
      poll_ms: 20,
      logger: testLogger,
    });
    await feed.mark();
    await feed.start();
    feeds.push(feed);
    await own.write({ events: range(0, 10), rejected: [] });
    const agent = {
      ...callEvent(11),
      type: 'agent.state' as const,
      data: { queues: ['a'], state: 'busy' as const },
    };
    const rejected = {
      received_us: START_US,
      source: 's',
      id: null,
      type: null,
      code: 'c',
      message: 'm',
      payload: '',
    };
    const { batch } = await other.write({ events: [...range(5, 60), agent], rejected: [rejected] });
    await until(() => batches.length === 1);
    expect(batches[0]).toMatchObject({ batch, rejected: { s: 1 } });
    expect(batches[0]?.events).toHaveLength(51);
    expect(batches[0]?.events).toEqual(expect.arrayContaining([...range(10, 60), agent]));
  });

  it('misses nothing and doubles nothing when commits are out of the order of their numbers', async () => {
    const { ids } = await follower();
    const writers = [0, 1].map(() => new EventStore(db, { server_id: randomUUID(), logger: testLogger }));
    const held = await Promise.all([holdRow(1_000), holdRow(2_000), holdRow(3_000)]);
    const expected: string[] = [];
    let next = 100_000;
    const writeSome = async () => {
      await Promise.all(
        writers.map(async (writer, n) => {
          const events = range(next + n * 100, next + n * 100 + (n === 0 ? 3 : 70));
          await writer.write({ events, rejected: [] });
          expected.push(...events.map((event) => event.event_id));
        }),
      );
      next += 1_000;
    };
    await writeSome();
    // What is open delays nobody.
    await until(() => ids().length === expected.length);
    for (const hold of held.toReversed()) {
      await hold.commit();
      expected.push(hold.event_id);
      for (let i = 0; i < 4; i += 1) await writeSome();
    }
    await until(() => ids().length >= expected.length);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(ids()).toEqual(expected.sort());
  });

  it('delivers nothing that was there when it was marked, whatever is open beside it', async () => {
    const hold = await holdRow(4_000);
    const writer = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
    await writer.write({ events: range(150_000, 150_004), rejected: [] });
    const { ids } = await follower();
    await writer.write({ events: range(151_000, 151_002), rejected: [] });
    await until(() => ids().length === 2);
    await hold.commit();
    await until(() => ids().length === 3);
    expect(ids()).toContain(hold.event_id);
  });

  it('goes on after its connections were cut', async () => {
    const { ids } = await follower();
    await db.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' and datname = current_database()",
    );
    const writer = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
    const events = range(200_000, 200_005);
    await writer.write({ events, rejected: [] });
    await until(() => ids().length === 5);
  });

  it('is woken at once by a commit', async () => {
    const { ids } = await follower(60_000);
    const writer = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writer.write({ events: range(210_000, 210_003), rejected: [] });
    await until(() => ids().length === 3);
  });

  it('reads only where the events of a batch lie, however far apart they are', async () => {
    const { ids } = await follower();
    const writer = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
    const events = range(220_000, 220_040).map((event, n) => ({
      ...event,
      time_us: START_US + n * 86_400e6 * 3,
    }));
    await writer.write({ events, rejected: [] });
    await until(() => ids().length === 40);
    expect(ids()).toEqual(events.map((event) => event.event_id).sort());
  });
});

/** A transaction of a slow third server: its batch has its id and number now, and is committed later. */
async function holdRow(n: number) {
  const event = callEvent(n);
  const client = await db.pool.connect();
  const time = new Date(event.time_us / 1000).toISOString();
  const batch = 1_000_000 + n;
  const { rows } = await client.query('insert into event_source (name) values ($1) returning id', [
    `slow/${n}`,
  ]);
  await client.query('begin');
  await client.query(
    `insert into call_event (ts, event_id, batch, source_id, type, subject, queue)
     values ($1, $2, $3, $4, 'queued', 's', 'q')`,
    [time, event.event_id, batch, rows[0]?.id],
  );
  await client.query(
    `insert into event_batch (batch, family, server_id, n, span_from, span_to)
     values ($1, 'call', $2, 1, array[$3::timestamptz - interval '1 second'], array[$3::timestamptz + interval '1 second'])`,
    [batch, randomUUID(), time],
  );
  return {
    event_id: event.event_id,
    commit: async () => {
      await client.query('commit');
      client.release();
    },
  };
}

describe.runIf(testDatabaseUrl === null)('the feed of the embedded database', () => {
  it('delivers only what this server committed without hearing of it', async () => {
    const server_id = randomUUID();
    const store = new EventStore(db, { server_id, logger: testLogger });
    const batches: CommittedBatch[] = [];
    const unconfirmed = new Set<number>();
    const feed = new Feed({
      db,
      store: { unconfirmed, readBatch: (window, family) => store.readBatch(window, family) },
      server_id,
      onBatch: (batch) => batches.push(batch),
      poll_ms: 10,
    });
    await feed.start();
    feeds.push(feed);
    await store.write({ events: range(0, 5), rejected: [] });
    const { batch } = await store.write({ events: range(5, 9), rejected: [] });
    unconfirmed.add(batch);
    await until(() => batches.length > 0);
    expect(batches).toMatchObject([{ batch, events: range(5, 9) }]);
  });
});
