import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { EVENT_TYPE_NAMES, FAMILIES, familyFields } from '../../server/contract/event-types.ts';
import type { Database } from '../../server/store/database.ts';
import { EventStore } from '../../server/store/events.ts';
import { countRejected, recentRejected } from '../../server/store/rejected.ts';
import { testDatabase, testDatabaseUrl, testLogger } from '../setup/database.ts';
import { anyEvent, byTime, callEvent, collect, DAY_US, idOf, START_US } from './sample-events.ts';

let db: Database;
let store: EventStore;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ db, close } = await testDatabase());
  store = new EventStore(db, { server_id: randomUUID(), logger: testLogger, sources_max: 10 });
});
afterAll(() => close());

const count = async (table: string): Promise<number> =>
  Number((await db.query(`select count(*) as n from ${table}`)).rows[0]?.n);
const write = (events: readonly EventRecord[]) => store.write({ events, rejected: [] });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => callEvent(from + i));

describe('writing events', () => {
  it('has exactly the columns of the contract', async () => {
    for (const family of FAMILIES) {
      const { rows } = await db.query(
        'select column_name as name from information_schema.columns where table_name = $1',
        [`${family}_event`],
      );
      const common = ['ts', 'event_id', 'batch', 'source_id', 'type', 'subject', 'sequence', 'extra'];
      expect(rows.map((row) => row.name).sort()).toEqual([...common, ...familyFields(family)].sort());
    }
  });

  it('says of each event whether it is new, in small batches and large', async () => {
    expect((await write(range(0, 3))).fresh).toEqual([true, true, true]);
    expect((await write(range(0, 3))).fresh).toEqual([false, false, false]);
    expect((await write(range(2, 5))).fresh).toEqual([false, true, true]);
    const large = await write(range(3, 1_003));
    expect(large.fresh.slice(0, 3)).toEqual([false, false, true]);
    expect(large.fresh.filter(Boolean)).toHaveLength(998);
    expect(await count('call_event')).toBe(1_003);
  });

  it('lets the first win of two events with one identity in a batch', async () => {
    for (const at of [2_000, 3_000]) {
      const events = at === 2_000 ? [] : range(at + 10, at + 60);
      const first = callEvent(at, { subject: 'first' });
      const second = callEvent(at, { subject: 'second' });
      const { fresh } = await write([first, ...events, second]);
      expect(fresh).toEqual([true, ...events.map(() => true), false]);
      const stored = await collect(store.readWindow(first.time_us, first.time_us + 1));
      expect(stored.map((event) => event.subject)).toEqual(['first']);
    }
  });

  it('takes the same id at another time as another event', async () => {
    const event = callEvent(4_000);
    const moved = { ...event, time_us: event.time_us + 1 };
    expect((await write([event, moved, event])).fresh).toEqual([true, true, false]);
  });

  it('knows a batch that comes again, writes nothing of it, and takes what is new beside it', async () => {
    const agentOf = (event: EventRecord): EventRecord => ({
      ...event,
      type: 'agent.state',
      data: { queues: ['q1'], state: 'paused' },
    });
    // Within an hour, calls and agents in turn; every third one comes late.
    const all = range(6_000, 6_400).map((event, n) => (n % 2 === 0 ? event : agentOf(event)));
    const known = all.filter((_, n) => n % 3 !== 0);
    await write(known);
    const notes = await count('event_batch');
    expect((await write(known)).fresh).not.toContain(true);
    expect((await write(known)).fresh).not.toContain(true);
    expect(await count('event_batch')).toBe(notes);
    const twice = [...all, { ...all[0]!, subject: 'second' }];
    expect((await write(twice)).fresh).toEqual([...all.map((_, n) => n % 3 === 0), false]);
    const stored = await collect(store.readWindow(all[0]!.time_us, all.at(-1)!.time_us + 1));
    expect(stored).toEqual(all.toSorted(byTime));
    // Longer than an hour.
    const later = range(6_400, 7_300);
    expect((await write([...all, ...later])).fresh).toEqual([
      ...all.map(() => false),
      ...later.map(() => true),
    ]);
  });

  it('stores shuffled, overlapping, concurrent batches once', async () => {
    const from = 10_000;
    const batches = Array.from({ length: 12 }, (_, i) =>
      range(from + i * 100, from + i * 100 + 400).reverse(),
    );
    const results = [];
    for (const pair of [0, 2, 4, 6, 8, 10]) {
      results.push(
        ...(await Promise.all(
          [batches[pair]!, batches[pair + 1]!].map((events) => retry(() => write(events))),
        )),
      );
    }
    const fresh = results.reduce((sum, result) => sum + result.fresh.filter(Boolean).length, 0);
    expect(fresh).toBe(1_500);
    const events = range(from, from + 1_500);
    const stored = await collect(store.readWindow(events[0]!.time_us, events.at(-1)!.time_us + 1));
    expect(stored).toEqual(events);
  });

  // Each waits for what the other has written already: the database breaks one off, which goes in the second time.
  it.runIf(testDatabaseUrl !== null)(
    'says once that an event is new to two servers that get it in two orders',
    async () => {
      const other = new EventStore(db, { server_id: randomUUID(), logger: testLogger });
      for (let round = 0; round < 8; round += 1) {
        const events = range(60_000 + round * 1_000, 60_400 + round * 1_000);
        const [one, two] = await Promise.all([
          write(events),
          other.write({ events: events.toReversed(), rejected: [] }),
        ]);
        const reversed = two.fresh.toReversed();
        for (const [index, fresh] of one.fresh.entries())
          expect([fresh, reversed[index]].sort()).toEqual([false, true]);
      }
    },
  );

  it('notes each family of each batch, with spans that cover its events', async () => {
    const late = callEvent(20_000, { time_us: START_US - 5 * DAY_US });
    const agent: EventRecord = {
      ...callEvent(20_001),
      type: 'agent.state',
      data: { queues: ['q1'], state: 'paused' },
    };
    const { batch } = await write([callEvent(20_002), late, agent]);
    const { rows } = await db.query(
      'select family, n, cardinality(span_from) as spans from event_batch where batch = $1 order by family',
      [batch],
    );
    expect(rows).toEqual([
      { family: 'agent', n: 1, spans: 1 },
      { family: 'call', n: 2, spans: 2 },
    ]);
  });
});

/** Two writers that meet the same rows in another order may deadlock; the database ends one of them, which tries again. */
async function retry<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: string }).code !== '40P01') throw error;
    return work();
  }
}

describe('reading events', () => {
  it('gives back every type exactly, whatever it carries, by either way in', async () => {
    const property = fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 60 }), async (events) => {
      await db.query(`truncate ${FAMILIES.map((family) => `${family}_event`).join(', ')}`);
      const { fresh } = await write(events);
      expect(fresh).toEqual(events.map(() => true));
      const stored = await collect(store.readWindow(START_US, START_US + 31 * DAY_US));
      expect(stored.sort(byTime)).toEqual(events.map(canonical).sort(byTime));
    });
    await fc.assert(property, { numRuns: 12 });
  }, 60_000);

  it('is in the order of time across families and pages', async () => {
    await db.query(`truncate ${FAMILIES.map((family) => `${family}_event`).join(', ')}`);
    const events = range(0, 11_000).map((event, n) =>
      n % 3 === 0 ? { ...event, type: 'web.page_viewed' as const, data: { path: '/a' } } : event,
    );
    for (let at = 0; at < events.length; at += 4_000) await write(events.slice(at, at + 4_000));
    const chunks = [];
    for await (const chunk of store.readWindow(events[1]!.time_us, events.at(-1)!.time_us))
      chunks.push(chunk);
    expect(chunks.every((chunk) => chunk.length <= 5_000)).toBe(true);
    expect(chunks.flat()).toEqual(events.slice(1, -1));
  });
});

/** An instant comes back in UTC, with as many digits as it needs. */
function canonical(event: EventRecord): EventRecord {
  const data = { ...event.data };
  for (const name of ['due_at', 'expected_at'] as const) {
    if (data[name] !== undefined) data[name] = data[name].replace(/\.?0*Z$/, 'Z');
  }
  return { ...event, data };
}

describe('what cannot be stored', () => {
  it('keeps rejected events with their reasons', async () => {
    const received_us = START_US + 5;
    const rejected = {
      received_us,
      source: 's',
      id: 'x',
      type: 'call.none',
      code: 'unknown_type',
      message: 'no',
      payload: '{"a":"\0"}',
    };
    await store.write({ events: [], rejected: [rejected] });
    await store.write({ events: range(30_000, 30_040), rejected: [rejected, { ...rejected, source: null }] });
    const kept = await recentRejected(db, START_US, 10);
    expect(kept).toHaveLength(3);
    expect(kept).toContainEqual({ ...rejected, payload: '{"a":"\u{fffd}"}' });
    expect(await countRejected(db, START_US)).toEqual([
      { source: 's', code: 'unknown_type', n: 2, last_us: received_us },
      { source: null, code: 'unknown_type', n: 1, last_us: received_us },
    ]);
  });

  it('makes hostile text harmless instead of failing its neighbours', async () => {
    const nul = callEvent(40_000, { subject: 'a\0b', extra: { 'k\0': ['\ud800', '\\u0000'] } });
    for (const rest of [[], range(40_001, 40_041)]) {
      const event = { ...nul, time_us: nul.time_us + rest.length };
      expect((await write([event, ...rest])).fresh).not.toContain(false);
      const [stored] = await collect(store.readWindow(event.time_us, event.time_us + 1));
      expect(stored).toMatchObject({
        subject: 'a\u{fffd}b',
        extra: { 'k\u{fffd}': ['\u{fffd}', '\\u0000'] },
      });
    }
  });

  it('refuses an event alone when a value does not fit, and stores its neighbours', async () => {
    const bad = callEvent(50_000, { data: { queue: 'q', position: 3e9 } });
    const { fresh } = await write([...range(50_001, 50_051), bad, ...range(50_051, 50_101)]);
    expect(fresh.filter((outcome) => outcome === true)).toHaveLength(100);
    expect(fresh[50]).toMatchObject({ code: 'not_storable' });
    const kept = await recentRejected(db, START_US, 10);
    expect(kept[0]).toMatchObject({ id: idOf(50_000), code: 'not_storable' });
  });

  it('refuses events of a source beyond the bound, and stores the others', async () => {
    const events = range(60_000, 60_040).map((event, n) => ({ ...event, source: `made-up/${n}` }));
    const known = callEvent(60_100);
    const { fresh } = await write([...events, known]);
    expect(fresh.at(-1)).toBe(true);
    expect(await count('event_source')).toBeLessThanOrEqual(10);
    expect(fresh.filter((outcome) => outcome === true).length).toBeLessThan(10);
    expect(fresh.find((outcome) => outcome !== true)).toMatchObject({ code: 'too_many_sources' });
    expect((await recentRejected(db, START_US, 100)).map((event) => event.code)).toContain(
      'too_many_sources',
    );
  });

  it('knows every type of the contract', () => {
    expect(new Set(EVENT_TYPE_NAMES.map((type) => type.split('.')[0]))).toEqual(new Set(FAMILIES));
  });
});
