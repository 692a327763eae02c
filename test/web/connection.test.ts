import { describe, expect, it } from 'vitest';
import type { Delta, WatchAnswer, WatchRequest } from '../../server/contract/live.ts';
import { LiveConnection, type LiveSocket, type Timers } from '../../web/src/lib/live/connection.ts';

/** The far end of a socket, moved by hand: what was asked, and the way to answer. */
class FarEnd implements LiveSocket {
  readonly asked: { request: WatchRequest; answer: (answer: WatchAnswer) => void }[] = [];
  readonly #listeners = new Map<string, ((...values: never[]) => void)[]>();
  connects = 0;
  on(event: string, listener: (...values: never[]) => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }
  emit(event: string, request?: unknown, answer?: unknown): void {
    if (event === 'watch') {
      this.asked.push({ request: request as WatchRequest, answer: answer as (answer: WatchAnswer) => void });
    }
  }
  connect(): void {
    this.connects += 1;
  }
  disconnect(): void {
    this.says('disconnect');
  }
  says(event: string, value?: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) (listener as (value: unknown) => void)(value);
  }
}
class Hands implements Timers {
  now = 0;
  readonly #runs = new Set<() => void>();
  monotonic_ms(): number {
    return this.now;
  }
  every(_interval_ms: number, run: () => void): () => void {
    this.#runs.add(run);
    return () => this.#runs.delete(run);
  }
  pass_s(seconds: number): void {
    for (let second = 0; second < seconds; second += 1) {
      this.now += 1_000;
      for (const run of this.#runs) run();
    }
  }
}

const AT = '2026-11-23T18:00:00Z';
const snapshot = (version: number, items: object): WatchAnswer => ({
  version,
  at: AT,
  state: { items } as never,
});
const step = (from: number, to: number, value: unknown): Delta => ({
  topic: 'queues',
  scope: 'city',
  from,
  to,
  at: AT,
  changes: [{ op: 'replace', path: '/items/VM/waiting', value }],
});

function begin() {
  const far = new FarEnd();
  const timers = new Hands();
  const connection = new LiveConnection(far, timers);
  const { copy, release } = connection.watch('queues', 'city');
  far.says('connect');
  return { far, timers, connection, copy, release };
}
const waiting = (copy: { items: unknown }): unknown =>
  (copy.items as { VM?: { waiting: unknown } }).VM?.waiting;

describe('the live connection', () => {
  it('holds the state that the deltas in order make', () => {
    const { far, copy } = begin();
    far.asked[0]!.answer(snapshot(1, { VM: { waiting: 1 } }));
    far.says('delta', step(1, 4, 2));
    far.says('delta', step(4, 5, 3));
    expect(waiting(copy)).toBe(3);
    expect(copy.version).toBe(5);
  });
  it('watches again after a gap, says what it has, and ignores steps until the answer', () => {
    const { far, copy } = begin();
    far.asked[0]!.answer(snapshot(1, { VM: { waiting: 1 } }));
    far.says('delta', step(3, 4, 9));
    expect(far.asked[1]?.request).toEqual({ topic: 'queues', scope: 'city', have: 1 });
    far.says('delta', step(4, 5, 10));
    expect(waiting(copy)).toBe(1);
    far.asked[1]!.answer({ version: 5, at: AT, from: 1, changes: step(1, 5, 10).changes });
    expect(waiting(copy)).toBe(10);
  });
  it('asks for everything when a step does not fit what it holds, and keeps showing until it comes', () => {
    const { far, copy } = begin();
    far.asked[0]!.answer(snapshot(1, { VM: { waiting: 1 } }));
    far.says('delta', { ...step(1, 2, 1), changes: [{ op: 'remove', path: '/items/XX' }] });
    expect(far.asked[1]?.request).toEqual({ topic: 'queues', scope: 'city' });
    expect(waiting(copy)).toBe(1);
  });
  it('is stale after 15 s of silence, tries again, and is live again at the first word', () => {
    const { far, timers, connection } = begin();
    far.asked[0]!.answer(snapshot(1, {}));
    timers.pass_s(14);
    expect(connection.status).toBe('live');
    timers.pass_s(1);
    expect(connection.status).toBe('stale');
    expect(far.connects).toBeGreaterThan(0);
    far.says('connect');
    far.asked.at(-1)!.answer({ version: 1, at: AT, from: 1, changes: [] });
    expect(connection.status).toBe('live');
  });
  it('never gives up', () => {
    const { far, timers } = begin();
    far.asked[0]!.answer(snapshot(1, {}));
    timers.pass_s(7 * 24 * 3600);
    expect(far.connects).toBeGreaterThan(50_000);
  });
  it('measures time with the server’s clock', () => {
    const { far, timers, connection } = begin();
    far.asked[0]!.answer(snapshot(1, {}));
    timers.now += 2_000;
    expect(connection.time.now_ms()).toBe(Date.parse(AT) + 2_000);
  });
  it('knows a refusal from a failure', () => {
    const { far, connection } = begin();
    far.says('connect_error', new Error('xhr poll error'));
    expect(connection.status).toBe('connecting');
    far.says('connect_error', new Error('unauthorised'));
    expect(connection.status).toBe('refused');
  });
  it('forgets a topic when its last watcher leaves', () => {
    const { far, connection, release } = begin();
    const second = connection.watch('queues', 'city');
    release();
    far.says('connect');
    expect(far.asked).toHaveLength(2);
    second.release();
    far.says('connect');
    expect(far.asked).toHaveLength(2);
  });
});
