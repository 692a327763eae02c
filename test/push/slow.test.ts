import type { Socket as NetSocket } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually, Follower, type LiveSocket, type Rig, sleep, startRig } from './support.ts';

let rig: Rig;
afterEach(() => rig.close());

/** The client's TCP socket, to stop reading as a screen on a dead network does. */
const tcpOf = (socket: LiveSocket): NetSocket =>
  (socket.io.engine.transport as unknown as { ws: { _socket: NetSocket } }).ws._socket;

const same = (follower: Follower): boolean =>
  JSON.stringify(Object.entries(follower.state?.items ?? {}).sort()) ===
  JSON.stringify(Object.entries(rig.source.state(follower.scope).items).sort());

/** Random enough that compression does not hide its size. */
const noise = (length: number): string => {
  let text = '';
  while (text.length < length) text += Math.random().toString(36).slice(2);
  return text.slice(0, length);
};

describe('a slow client', () => {
  it('does not slow another, keeps nothing growing, and gets one newer state when it reads again', async () => {
    rig = await startRig({
      tick_ms: 10,
      compression: false,
      limits: { buffered_bytes: 64 * 1024, lag_s: 60 },
    });
    for (let n = 0; n < 20; n += 1) rig.source.set(`VM-${n}`, { n, text: noise(5_000) });
    const slow = new Follower(rig.client());
    const fast = new Follower(rig.client());
    await slow.watch();
    await fast.watch();
    tcpOf(slow.socket).pause();
    let turns = 0;
    const started_ms = performance.now();
    // Until far more was sent than the buffers of two kernels and a process take.
    while (rig.push.stats().lagging === 0 || performance.now() - started_ms < 1_500) {
      turns += 1;
      for (let n = 0; n < 20; n += 1) rig.source.set(`VM-${n}`, { n: turns, text: noise(5_000) });
      await sleep(12);
      if (turns > 2_000) throw new Error('the slow client was never passed over');
    }
    rig.source.remove('VM-3');
    await eventually(() => same(fast), 'the fast one sees the present');
    expect(rig.push.stats()).toMatchObject({ lagging: 1, connections: 2 });
    expect(fast.gaps).toEqual([]);
    const fast_deltas = fast.deltas.length;
    tcpOf(slow.socket).resume();
    await eventually(() => same(slow), 'the slow one sees the present');
    expect(slow.gaps).toEqual([]);
    expect(slow.deltas.length).toBeLessThan(fast_deltas);
    expect(rig.push.stats().lagging).toBe(0);
    rig.source.set('VM-1', { n: -1 });
    await eventually(() => same(slow) && same(fast), 'both go on together');
  });

  it('that never reads is disconnected after the limit', async () => {
    rig = await startRig({
      tick_ms: 10,
      compression: false,
      limits: { buffered_bytes: 16 * 1024, lag_s: 0.5 },
    });
    const slow = new Follower(rig.client());
    await slow.watch();
    tcpOf(slow.socket).pause();
    const started_ms = performance.now();
    while (rig.push.stats().connections > 0) {
      rig.source.set('VM-1', { text: noise(200_000) });
      await sleep(10);
      if (performance.now() - started_ms > 10_000) throw new Error('it was kept');
    }
    expect(rig.push.stats()).toMatchObject({ disconnected_slow: 1, lagging: 0 });
  });
});

type Step =
  | { do: 'set'; key: string; n: number }
  | { do: 'remove'; key: string }
  | { do: 'pause' | 'resume' | 'reconnect' | 'wait' };
const key = fc.constantFrom('VM-1', 'VM-2', 'PR-1', 'PR-2', 'x/y~z', '__proto__');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('set' as const), key, n: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('pause', 'resume', 'reconnect', 'wait') }) },
);

describe('whatever happens', () => {
  it('every client comes to the same state, in steps that fit', async () => {
    rig = await startRig({ tick_ms: 2, limits: { buffered_bytes: 1_000, questions_per_s: 10_000 } });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const steady = new Follower(rig.client());
        let shaky = new Follower(rig.client(), 'VM');
        await steady.watch();
        await shaky.watch();
        for (const next of steps) {
          if (next.do === 'set') rig.source.set(next.key, { n: next.n, text: noise(next.n * 4_000) });
          else if (next.do === 'remove') rig.source.remove(next.key);
          else if (next.do === 'wait') await sleep(4);
          else if (next.do === 'pause') tcpOf(shaky.socket).pause();
          else if (next.do === 'resume') tcpOf(shaky.socket).resume();
          else shaky = await reconnected(shaky);
        }
        tcpOf(shaky.socket).resume();
        await eventually(() => same(steady) && same(shaky), 'all see the present');
        expect([...steady.gaps, ...shaky.gaps]).toEqual([]);
        steady.socket.disconnect();
        shaky.socket.disconnect();
      }),
      { numRuns: 40 },
    );
  });
});

async function reconnected(old: Follower): Promise<Follower> {
  old.socket.disconnect();
  const follower = new Follower(rig.client(), old.scope);
  follower.state = old.state;
  follower.version = old.version;
  await follower.watch();
  return follower;
}
