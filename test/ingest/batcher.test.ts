/**
 * The batcher's own rules: grouping, order, limits, and what it does when the store fails at a chosen moment, for which
 * the store here is one that does as it is told. With the real store it is tried over HTTP (events.database.test.ts).
 */
import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../server/contract/event-types.ts';
import { Batcher, type BatcherOptions } from '../../server/ingest/batcher.ts';
import { faultOf } from '../../server/ingest/database-faults.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { countBySource } from '../../server/store/batch-encoding.ts';
import type { Batch, BatchResult, CommittedBatch } from '../../server/store/events.types.ts';

const event = (id: number): EventRecord => ({
  event_id: String(id).padStart(32, '0'),
  time_us: 1_795_446_000_000_000,
  type: 'call.queued',
  source: '/acd',
  subject: `call-${id}`,
  sequence: null,
  data: { queue: 'VM' },
  extra: null,
});
const events = (from: number, count: number): EventRecord[] =>
  Array.from({ length: count }, (_, index) => event(from + index));

/** Writes when `go` says so; remembers what it was given. */
class ObedientStore {
  readonly writes: Batch[] = [];
  readonly stored = new Set<string>();
  /** Called before each write; may wait or throw. */
  before: (batch: Batch, attempt: number) => Promise<void> | void = () => {};
  at_once = 0;
  at_once_max = 0;

  async write(batch: Batch): Promise<BatchResult> {
    this.writes.push(batch);
    this.at_once += 1;
    this.at_once_max = Math.max(this.at_once_max, this.at_once);
    try {
      await this.before(batch, this.writes.length);
      const fresh = batch.events.map(
        ({ event_id }) => !this.stored.has(event_id) && !!this.stored.add(event_id),
      );
      const rejected = countBySource(batch.rejected);
      return { fresh, batch: this.writes.length, received_us: 0, rejected };
    } finally {
      this.at_once -= 1;
    }
  }
}

function setUp(options: Partial<BatcherOptions> = {}) {
  const store = new ObedientStore();
  const commits: CommittedBatch[] = [];
  const batcher = new Batcher({
    store,
    clock: systemClock,
    onCommit: (batch) => commits.push(batch),
    retry_for_ms: 0,
    ...options,
  });
  return { store, commits, batcher };
}
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
const lost = (): Error => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'stored',
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe('the batcher groups', () => {
  it('what arrives at once into one transaction, and tells each submission its own', async () => {
    const { batcher, store } = setUp();
    const answers = await Promise.all([
      batcher.submit(events(0, 2), [], 'live'),
      batcher.submit([event(1), event(5)], [], 'live'),
      batcher.submit(events(9, 1), [], 'live'),
    ]);
    expect(store.writes).toHaveLength(1);
    expect(answers).toEqual([[true, true], [false, true], [true]]);
  });

  it('what arrives while one is being written into the next', async () => {
    const { batcher, store } = setUp();
    const first = gate();
    store.before = (_, attempt) => (attempt === 1 ? first.opened : undefined);
    const answers = [batcher.submit(events(0, 1), [], 'live')];
    await turn();
    for (let id = 1; id <= 50; id += 1) answers.push(batcher.submit([event(id)], [], 'live'));
    await turn();
    expect(store.writes).toHaveLength(1);
    first.open();
    await Promise.all(answers);
    expect(store.writes.map((batch) => batch.events.length)).toEqual([1, 50]);
  });

  it('at most so many rows, and at most so many transactions at once; a submission is never split', async () => {
    const { batcher, store } = setUp({ max_rows: 10, max_in_flight: 2 });
    store.before = () => turn();
    const sizes = [4, 4, 4, 25, 1, 9, 3];
    await Promise.all(sizes.map((size, index) => batcher.submit(events(index * 100, size), [], 'live')));
    expect(store.writes.map((batch) => batch.events.length)).toEqual([8, 4, 25, 10, 3]);
    expect(store.at_once_max).toBe(2);
  });
});

describe('a commit', () => {
  it('is told with its fresh events before its senders are answered', async () => {
    const { batcher, commits } = setUp();
    await batcher.submit(events(0, 2), [], 'live');
    const order: string[] = [];
    const { batcher: second } = setUp({ onCommit: () => order.push('commit') });
    await second.submit(events(0, 1), [], 'live').then(() => order.push('answer'));
    expect(order).toEqual(['commit', 'answer']);
    await batcher.submit(events(1, 2), [], 'live');
    expect(commits.map((batch) => batch.events.map(({ subject }) => subject))).toEqual([
      ['call-0', 'call-1'],
      ['call-2'],
    ]);
  });

  it('that the live state cannot digest is still answered as stored', async () => {
    const { batcher } = setUp({
      onCommit: () => {
        throw new Error('a bug');
      },
    });
    expect(await batcher.submit(events(0, 1), [], 'live')).toEqual([true]);
  });

  it('counts its rejections by source, whatever that is called', async () => {
    const { batcher, commits } = setUp();
    const rejected = ['/acd', '__proto__', null, '/acd'].map((source) => ({
      received_us: 0,
      source,
      id: null,
      type: null,
      code: 'x',
      message: 'x',
      payload: '',
    }));
    await batcher.submit([], rejected, 'live');
    expect(Object.entries(commits[0]?.rejected ?? {})).toEqual([
      ['/acd', 2],
      ['__proto__', 1],
      ['', 1],
    ]);
  });
});

describe('the two lanes', () => {
  it('the present goes before the past that was there first, and never shares its transaction', async () => {
    const { batcher, store } = setUp({ max_rows: 100 });
    const first = gate();
    store.before = (_, attempt) => (attempt === 1 ? first.opened : undefined);
    const all = [batcher.submit(events(0, 1), [], 'bulk')];
    await turn();
    all.push(batcher.submit(events(100, 40), [], 'bulk'), batcher.submit(events(200, 40), [], 'bulk'));
    all.push(batcher.submit(events(1, 1), [], 'live'), batcher.submit(events(2, 1), [], 'live'));
    first.open();
    await Promise.all(all);
    expect(store.writes.map((batch) => batch.events.length)).toEqual([1, 2, 40, 40]);
  });

  it('neither starves the other', async () => {
    const { batcher, store } = setUp({ max_rows: 1 });
    const all: Promise<unknown>[] = [];
    for (let id = 0; id < 12; id += 1) all.push(batcher.submit([event(id)], [], 'live'));
    for (let id = 100; id < 104; id += 1) all.push(batcher.submit([event(id)], [], 'bulk'));
    await Promise.all(all);
    const lanes = store.writes.map((batch) => (batch.events[0]?.subject.length === 8 ? 'bulk' : 'live'));
    expect(lanes.slice(0, 8)).toEqual(['live', 'live', 'live', 'bulk', 'live', 'live', 'live', 'bulk']);
  });
});

describe('a server that is full', () => {
  it('refuses with 429, takes again as soon as there is room, and keeps half of it from the past', async () => {
    const { batcher, store } = setUp({ max_rows: 10, max_pending_rows: 20 });
    const first = gate();
    store.before = (_, attempt) => (attempt === 1 ? first.opened : undefined);
    const taken = [batcher.submit(events(0, 1), [], 'live')];
    await turn();
    taken.push(batcher.submit(events(10, 10), [], 'bulk'));
    expect(await codeOf(batcher.submit(events(20, 1), [], 'bulk'))).toBe('server_full');
    taken.push(batcher.submit(events(30, 10), [], 'live'));
    await expect(batcher.submit(events(40, 1), [], 'live')).rejects.toMatchObject({
      code: 'server_full',
      status: 429,
      retry_after_s: 1,
    });
    first.open();
    await Promise.all(taken);
    expect(await batcher.submit(events(40, 1), [], 'live')).toEqual([true]);
    expect(batcher.stats).toMatchObject({ pending_rows: 0, available: true });
  });
});

describe('a database that is gone', () => {
  it('is told with 503 to all that wait, and noticed as soon as it is back', async () => {
    const { batcher, store } = setUp();
    store.before = () => {
      throw lost();
    };
    const first = batcher.submit(events(0, 1), [], 'live');
    await expect(first).rejects.toMatchObject({
      code: 'database_unavailable',
      status: 503,
      retry_after_s: 1,
    });
    expect(await codeOf(batcher.submit(events(0, 1), [], 'live'))).toBe('database_unavailable');
    expect(store.writes).toHaveLength(1);
    expect(batcher.stats.available).toBe(false);
    store.before = () => {};
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await batcher.submit(events(0, 1), [], 'live')).toEqual([true]);
    expect(batcher.stats).toMatchObject({ available: true, pending_rows: 0 });
  });

  it('for a moment only is not noticed by the senders', async () => {
    const { batcher, store } = setUp({ retry_for_ms: 2_000 });
    store.before = (_, attempt) => {
      if (attempt <= 2) throw lost();
    };
    expect(await batcher.submit(events(0, 3), [], 'live')).toEqual([true, true, true]);
  });

  it('a lost deadlock is tried again', async () => {
    const { batcher, store } = setUp({ retry_for_ms: 2_000 });
    store.before = (_, attempt) => {
      if (attempt === 1) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
    };
    expect(await batcher.submit(events(0, 1), [], 'live')).toEqual([true]);
  });

  it('rows that the database refuses hurt no other sender', async () => {
    const { batcher, store } = setUp();
    store.before = ({ events: rows }) => {
      if (!rows.some(({ subject }) => subject === 'call-7')) return;
      throw Object.assign(new Error('out of range'), { code: '22003' });
    };
    const answers = await Promise.all([
      codeOf(batcher.submit(events(0, 2), [], 'live')),
      codeOf(batcher.submit([event(7)], [], 'live')),
      codeOf(batcher.submit(events(8, 2), [], 'live')),
    ]);
    expect(answers).toEqual(['stored', 'not_storable', 'stored']);
  });

  it.each([
    [{ code: '40P01' }, 'conflict'],
    [{ code: '23505' }, 'data'],
    [{ code: '57P01' }, 'unavailable'],
    [{ code: '53100' }, 'unavailable'],
    [{ code: 'EPIPE' }, 'unavailable'],
    [{}, 'unavailable'],
  ])('%j is a fault of kind %s', (more, kind) => {
    expect(faultOf(Object.assign(new Error('x'), more))).toBe(kind);
    expect(faultOf(new TypeError('x is not a function'))).toBe('data');
  });
});

it('stopping answers all that was taken and refuses the rest', async () => {
  const { batcher, store } = setUp({ max_rows: 1 });
  store.before = () => turn();
  const taken = [0, 1, 2].map((id) => batcher.submit([event(id)], [], id === 1 ? 'bulk' : 'live'));
  const stopped = batcher.stop();
  expect(await codeOf(batcher.submit([event(9)], [], 'live'))).toBe('stopping');
  await stopped;
  expect(await Promise.all(taken)).toEqual([[true], [true], [true]]);
  expect(store.stored.size).toBe(3);
});
