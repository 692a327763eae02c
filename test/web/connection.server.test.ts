import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveConnection, type Timers } from '../../web/src/lib/live/connection.ts';
import { eventually, type LiveSocket, type Rig, startRig } from '../push/support.ts';

/** Real time that can also be moved on, so that fifteen seconds of silence need not be waited for. */
class MovedTimers implements Timers {
  #moved_ms = 0;
  readonly #runs = new Set<() => void>();
  monotonic_ms(): number {
    return performance.now() + this.#moved_ms;
  }
  every(_interval_ms: number, run: () => void): () => void {
    this.#runs.add(run);
    return () => this.#runs.delete(run);
  }
  pass_s(seconds: number): void {
    this.#moved_ms += seconds * 1_000;
    for (const run of this.#runs) run();
  }
}

let rig: Rig;
let timers: MovedTimers;
let connection: LiveConnection;
let socket: LiveSocket;

function connect(options: Parameters<Rig['client']>[0] = {}): void {
  timers = new MovedTimers();
  socket = rig.client(options);
  connection = new LiveConnection(socket, timers);
}

describe('the live connection, to the real push server', () => {
  beforeEach(async () => {
    rig = await startRig({ tick_ms: 20, clock_ms: 100 });
    rig.source.set('VM-1', { waiting: 0 });
    rig.source.set('PR-1', { waiting: 0 });
  });
  afterEach(async () => {
    connection.close();
    await rig.close();
  });
  const sees = (copy: { state: unknown }, scope: string): boolean =>
    JSON.stringify(copy.state) === JSON.stringify(rig.source.state(scope));

  it('comes to hold the state of each scope that it watches, through changes, additions and removals', async () => {
    connect();
    const city = connection.watch('queues', 'city').copy;
    const borough = connection.watch('queues', 'VM').copy;
    await eventually(() => sees(city, 'city') && sees(borough, 'VM'), 'the first state');
    for (let turn = 1; turn <= 40; turn += 1) rig.source.set('VM-1', { waiting: turn });
    rig.source.set('VM-2', { waiting: 7 });
    rig.source.remove('PR-1');
    await eventually(() => sees(city, 'city') && sees(borough, 'VM'), 'the present');
    expect(connection.status).toBe('live');
  });

  it('is right again by itself after the line was cut, with what it missed', async () => {
    connect();
    const { copy } = connection.watch('queues', 'city');
    await eventually(() => sees(copy, 'city'), 'the first state');
    socket.io.engine.close();
    await eventually(() => !connection.connected, 'the cut is noticed');
    rig.source.set('VM-1', { waiting: 9 });
    rig.source.remove('PR-1');
    expect(sees(copy, 'city')).toBe(false);
    timers.pass_s(6);
    expect(connection.status).toBe('stale');
    timers.pass_s(11);
    await eventually(() => sees(copy, 'city') && connection.status === 'live', 'the present');
  });

  it('takes the whole state of another server, whose versions it does not know', async () => {
    connect();
    const { copy } = connection.watch('queues', 'city');
    await eventually(() => sees(copy, 'city'), 'the first state');
    copy.version = 1;
    socket.io.engine.close();
    await eventually(() => !connection.connected, 'the cut is noticed');
    rig.source.set('VM-1', { waiting: 3 });
    timers.pass_s(17);
    await eventually(() => sees(copy, 'city'), 'the present');
  });

  it('says what the server refuses, and of a scope that does not exist', async () => {
    connect();
    const { copy } = connection.watch('queues', 'nowhere');
    await eventually(() => copy.error !== null, 'the error of the scope');
    expect(copy.state).toBeNull();
  });
});

describe('a client that may not read', () => {
  it('is refused, and knows it from a server that is away', async () => {
    rig = await startRig({ authorise: async () => false });
    connect();
    await eventually(() => connection.status === 'refused', 'the refusal');
    connection.close();
    await rig.close();
  });
});
