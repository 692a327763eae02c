import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, eventually, Follower, type LiveSocket, type Rig, sleep, startRig } from './support.ts';

let rig: Rig;
afterEach(() => rig.close());

const WAYS: { name: string; compression: boolean; client: object }[] = [
  { name: 'websocket, compressed', compression: true, client: {} },
  { name: 'websocket, plain', compression: false, client: {} },
  {
    name: 'websocket, a client that cannot inflate',
    compression: true,
    client: { perMessageDeflate: false },
  },
  { name: 'HTTP long-polling', compression: true, client: { transports: ['polling'] } },
  { name: 'polling that upgrades', compression: true, client: { transports: ['polling', 'websocket'] } },
];

for (const way of WAYS) {
  describe(way.name, () => {
    beforeEach(async () => {
      rig = await startRig({ compression: way.compression, tick_ms: 20 });
      rig.source.set('VM-1', { waiting: 0, text: 'x'.repeat(500) });
      rig.source.set('PR-1', { waiting: 0 });
    });

    it('the snapshot and its deltas give the state', async () => {
      const city = new Follower(rig.client(way.client));
      const borough = new Follower(city.socket, 'VM');
      await city.watch();
      await borough.watch();
      expect(city.state).toEqual(rig.source.state('city'));
      for (let turn = 1; turn <= 30; turn += 1) {
        rig.source.set('VM-1', { waiting: turn, text: `${turn}`.repeat(300) });
        if (turn % 3 === 0) rig.source.set(`PR-${turn}`, { waiting: turn });
        if (turn % 5 === 0) rig.source.remove('PR-1');
        await sleep(7);
      }
      await eventually(() => same(city, rig) && same(borough, rig), 'both see the present');
      expect([...city.gaps, ...borough.gaps]).toEqual([]);
      expect(
        borough.deltas.every(({ changes }) => changes.every(({ path }) => path.startsWith('/items/VM-'))),
      ).toBe(true);
    });

    it('big answers and prepared frames keep their order', async () => {
      for (let n = 0; n < 200; n += 1) rig.source.set(`VM-${n}`, { n, text: 'y'.repeat(2_000) });
      const follower = new Follower(rig.client(way.client));
      await follower.watch();
      for (let turn = 0; turn < 20; turn += 1) {
        for (let n = 0; n < 200; n += 1)
          rig.source.set(`VM-${n}`, { n: turn, text: `${turn}`.repeat(1_000) });
        const answer = ask(follower.socket, { topic: 'queues', scope: 'VM' });
        await sleep(10);
        const answered = await answer;
        expect('state' in answered).toBe(true);
      }
      await eventually(() => same(follower, rig), 'the present');
      expect(follower.gaps).toEqual([]);
    });
  });
}

const same = (follower: Follower, { source }: Rig): boolean =>
  JSON.stringify(sortItems(follower.state)) === JSON.stringify(sortItems(source.state(follower.scope)));
const sortItems = (state: { items: object } | null) =>
  Object.entries(state?.items ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

describe('versions', () => {
  beforeEach(async () => {
    rig = await startRig({ tick_ms: 20 });
    for (let n = 0; n < 10; n += 1) rig.source.set(`VM-${n}`, { n, text: 'z'.repeat(100) });
  });

  it('a client that comes back gets what changed since, and nothing else', async () => {
    const first = new Follower(rig.client());
    await first.watch();
    first.socket.disconnect();
    rig.source.set('VM-3', { n: 33 });
    rig.source.remove('VM-4');
    rig.source.set('VM-99', { n: 99 });
    rig.source.remove('VM-99');
    await sleep(60);
    const back = new Follower(rig.client());
    back.state = first.state;
    back.version = first.version;
    const answer = await back.watch();
    expect('changes' in answer && answer.from).toBe(first.version);
    const paths = 'changes' in answer ? answer.changes.map(({ path }) => path) : [];
    expect(new Set(paths)).toEqual(new Set(['/items/VM-3', '/items/VM-4']));
    expect(back.state).toEqual(rig.source.state('city'));
  });

  it('an item that came and went while the client was away is not missed, nor removed without being there', async () => {
    const follower = new Follower(rig.client());
    await follower.watch();
    const before = { state: follower.state, version: follower.version };
    for (const step of ['remove', 'set', 'remove'] as const) {
      if (step === 'set') rig.source.set('VM-5', { n: 55 });
      else rig.source.remove('VM-5');
      await sleep(40);
    }
    Object.assign(follower, before);
    await follower.watch();
    expect(follower.state).toEqual(rig.source.state('city'));
    expect(follower.state?.items['VM-5']).toBeUndefined();
  });

  it('a version this start did not give out is answered with the whole state', async () => {
    const follower = new Follower(rig.client());
    await follower.watch();
    const version = follower.version ?? 0;
    for (const have of [
      0,
      -1,
      1,
      version + 1,
      version - 1,
      version * 2,
      version - 2 ** 40,
      Number.MAX_SAFE_INTEGER,
    ]) {
      expect(await ask(follower.socket, { topic: 'queues', scope: 'city', have })).toHaveProperty('state');
    }
    expect(await ask(follower.socket, { topic: 'queues', scope: 'city', have: version })).toMatchObject({
      changes: [],
      from: version,
    });
  });

  it('another server does not take this one’s versions for its own, and a later start’s are greater', async () => {
    const follower = new Follower(rig.client());
    await follower.watch();
    for (let n = 0; n < 5; n += 1) {
      rig.source.set('VM-1', { n: 1_000 + n });
      await sleep(30);
    }
    const other = await startRig({ tick_ms: 20 });
    const there = new Follower(other.client());
    there.version = follower.version;
    there.state = follower.state;
    const answer = await there.watch();
    expect(answer).toHaveProperty('state');
    expect(there.version).toBeGreaterThan(0);
    await other.close();
  });

  it('a change that changes nothing makes no delta', async () => {
    const follower = new Follower(rig.client());
    await follower.watch();
    for (let n = 0; n < 10; n += 1) {
      rig.source.touch('VM-1');
      rig.source.set('VM-2', { n: 2, text: 'z'.repeat(100) });
      rig.source.touch('VM-none');
      await sleep(25);
    }
    expect(follower.deltas).toEqual([]);
  });

  it('two topics and two scopes have each their own steps', async () => {
    const socket = rig.client();
    const followers = [
      new Follower(socket, 'VM'),
      new Follower(socket, 'PR'),
      new Follower(socket, 'city', 'feeds'),
      new Follower(socket),
    ];
    for (const follower of followers) await follower.watch();
    rig.source.set('PR-7', { n: 7 });
    rig.source.set('asterisk', { lag_s: 1 }, 'feeds');
    await eventually(
      () => followers.filter(({ deltas }) => deltas.length === 1).length === 3,
      'three deltas',
    );
    await sleep(60);
    expect(followers.map(({ deltas }) => deltas.length)).toEqual([0, 1, 1, 1]);
    expect(followers[2]?.state).toEqual(rig.source.state('city', 'feeds'));
  });

  it('after unwatch nothing more comes', async () => {
    const follower = new Follower(rig.client());
    await follower.watch();
    await new Promise<void>((resolve) =>
      follower.socket.emit('unwatch', { topic: 'queues', scope: 'city' }, resolve),
    );
    rig.source.set('VM-1', { n: 5 });
    await sleep(80);
    expect(follower.deltas).toEqual([]);
  });
});

describe('rhythm', () => {
  it('a room has at most four deltas a second, whatever changes, and the first at once', async () => {
    rig = await startRig();
    rig.source.set('VM-1', { n: 0 });
    const follower = new Follower(rig.client());
    await follower.watch();
    const arrivals_ms: number[] = [];
    follower.socket.on('delta', () => arrivals_ms.push(performance.now()));
    await sleep(300);
    const started_ms = performance.now();
    let n = 0;
    while (performance.now() - started_ms < 2_000) {
      n += 1;
      rig.source.set('VM-1', { n });
      await sleep(3);
    }
    await eventually(() => same(follower, rig), 'the last change');
    expect((arrivals_ms[0] ?? Infinity) - started_ms).toBeLessThan(100);
    expect(follower.deltas.length).toBeGreaterThanOrEqual(7);
    expect(follower.deltas.length).toBeLessThanOrEqual(10);
    expect(follower.gaps).toEqual([]);
  });

  it('the clock comes by itself', async () => {
    rig = await startRig({ clock_ms: 50, tick_ms: 10 });
    const follower = new Follower(rig.client(), 'city', 'clock');
    await follower.watch();
    await eventually(() => follower.deltas.length >= 3, 'three beats', 1_000);
  });

  it('a lost database is told at once, not with the next beat of the clock', async () => {
    rig = await startRig({ clock_ms: 60_000, tick_ms: 10 });
    const follower = new Follower(rig.client(), 'city', 'clock');
    await follower.watch();
    rig.source.touch('server', 'clock');
    await eventually(() => follower.deltas.length === 1, 'the news', 1_000);
  });

  it('an item that cannot be read does not hold up the others', async () => {
    rig = await startRig({ tick_ms: 10 });
    rig.source.set('VM-1', { n: 0 });
    const follower = new Follower(rig.client());
    await follower.watch();
    const read = rig.source.item.bind(rig.source);
    rig.source.item = ((topic: 'queues', key: string) => {
      if (key === 'VM-bad') throw new Error('cannot be read');
      return read(topic, key);
    }) as typeof rig.source.item;
    rig.source.set('VM-bad', { n: 0 });
    rig.source.set('VM-1', { n: 1 });
    await eventually(() => follower.deltas.length === 1, 'the good one');
    expect(follower.state?.items['VM-1']).toEqual({ n: 1 });
  });
});

describe('rubbish', () => {
  const anything = (socket: LiveSocket, ...values: unknown[]): Promise<unknown> =>
    new Promise((resolve) =>
      (socket as unknown as { emit: (...v: unknown[]) => void }).emit('watch', ...values, resolve),
    );

  beforeEach(async () => {
    rig = await startRig({ tick_ms: 20, limits: { rooms: 3, questions_per_s: 50 } });
  });

  it('is answered with what is wrong, and the connection goes on', async () => {
    const socket = rig.client();
    const wrong: [unknown, string][] = [
      [null, 'bad_request'],
      [7, 'bad_request'],
      ['queues', 'bad_request'],
      [[], 'unknown_topic'],
      [{}, 'unknown_topic'],
      [{ topic: '__proto__', scope: 'city' }, 'unknown_topic'],
      [{ topic: 'queues' }, 'bad_request'],
      [{ topic: 'queues', scope: {} }, 'bad_request'],
      [{ topic: 'queues', scope: 'x'.repeat(5_000) }, 'bad_request'],
      [{ topic: 'queues', scope: 'nowhere' }, 'unknown_scope'],
      [{ topic: 'queues', scope: 'city', have: 'x' }, 'bad_request'],
      [{ topic: 'queues', scope: 'city', have: 1.5 }, 'bad_request'],
    ];
    for (const [request, code] of wrong) {
      expect(await anything(socket, request), JSON.stringify(request)).toMatchObject({ error: { code } });
    }
    expect(await anything(socket)).toMatchObject({ error: { code: 'bad_request' } });
    expect(await ask(socket, { topic: 'queues', scope: 'city' })).toHaveProperty('state');
  });

  it('without a way to answer does nothing, and is no end', async () => {
    const socket = rig.client();
    const raw = socket as unknown as { emit: (...values: unknown[]) => void };
    for (const values of [[], [null], [{ topic: 'queues', scope: 'city' }], [1, 2, 3], [Buffer.from('x')]]) {
      raw.emit('watch', ...values);
      raw.emit('unwatch', ...values);
      raw.emit('nonsense', ...values);
    }
    expect(await ask(socket, { topic: 'queues', scope: 'city' })).toHaveProperty('state');
  });

  it('a socket has so many rooms and so many questions a second', async () => {
    const socket = rig.client();
    for (const scope of ['VM', 'PR', 'AH']) {
      expect(await ask(socket, { topic: 'queues', scope })).toHaveProperty('state');
    }
    expect(await ask(socket, { topic: 'queues', scope: 'VM' })).toHaveProperty('state');
    expect(await ask(socket, { topic: 'queues', scope: 'LS' })).toMatchObject({
      error: { code: 'too_many_rooms' },
    });
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => ask(socket, { topic: 'queues', scope: 'VM' })),
    );
    expect(answers.filter((answer) => 'error' in answer).length).toBeGreaterThanOrEqual(10);
  });

  it('too long a message ends its connection and no other', async () => {
    const good = new Follower(rig.client());
    await good.watch();
    const bad = rig.client();
    await ask(bad, { topic: 'queues', scope: 'VM' });
    const gone = new Promise((resolve) => bad.on('disconnect', resolve));
    (bad as unknown as { emit: (...values: unknown[]) => void }).emit('watch', {
      topic: 'x'.repeat(100_000),
    });
    await gone;
    rig.source.set('VM-1', { n: 1 });
    await eventually(() => good.deltas.length === 1, 'the other goes on');
  });

  it('who may not read does not come in', async () => {
    await rig.close();
    rig = await startRig({ authorise: async ({ auth }) => auth.key === 'good' });
    const refused = rig.client({ auth: { key: 'bad' } });
    const error = await new Promise<Error>((resolve) => refused.on('connect_error', resolve));
    expect(error.message).toBe('unauthorised');
    const let_in = rig.client({ auth: { key: 'good' } });
    expect(await ask(let_in, { topic: 'queues', scope: 'city' })).toHaveProperty('state');
  });

  it('who may no more read is sent off, and is told why when coming again', async () => {
    await rig.close();
    const revoked = new Set<unknown>();
    rig = await startRig({
      authorise: async ({ auth }) => !revoked.has(auth.key),
      authorise_again_ms: 50,
    });
    const wall = rig.client({ auth: { key: 'wall' }, reconnection: true, reconnectionDelay: 10 });
    const other = new Follower(rig.client({ auth: { key: 'other' } }));
    await other.watch();
    expect(await ask(wall, { topic: 'queues', scope: 'city' })).toHaveProperty('state');
    const refusal = new Promise<Error>((resolve) => wall.on('connect_error', resolve));
    revoked.add('wall');
    expect((await refusal).message).toBe('unauthorised');
    rig.source.set('VM-1', { n: 1 });
    await eventually(() => other.deltas.length === 1, 'the other goes on');
  });
});
