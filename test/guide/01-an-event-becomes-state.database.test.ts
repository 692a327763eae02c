/**
 * Chapter 1: an event becomes state.
 *
 * Vigie is told what happens, and shows what follows from it. Here a caller enters a queue, is seen waiting, and is
 * answered: with nothing but HTTP for those who tell, and a socket for those who watch.
 */
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  ClientToServer,
  Delta,
  QueueState,
  ServerToClient,
  TopicState,
  WatchAnswer,
} from '../../server/contract/live.ts';
import { TEST_KEY, type TestServer, testServer } from '../setup/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

const entered_at = new Date(Date.now() - 30_000).toISOString();
const answered_at = new Date(Date.now() - 10_000).toISOString();
const event = {
  specversion: '1.0',
  id: 'entry-1',
  source: 'urn:example:pbx',
  type: 'org.vigie311.call.queued',
  subject: 'call-1',
  time: entered_at,
  data: { queue: 'centre' },
};

async function send(body: object): Promise<{ status: number; answer: unknown }> {
  const response = await fetch(`${server.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TEST_KEY}`, 'content-type': 'application/cloudevents+json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}
async function centre(): Promise<QueueState> {
  const response = await fetch(`${server.url}/api/v1/queues/centre`);
  return (await response.json()) as QueueState;
}

describe('an event', () => {
  it('is answered after it was stored', async () => {
    expect(await send(event)).toEqual({ status: 200, answer: { accepted: 1, duplicates: 0, rejected: [] } });
  });

  it('is state at once: somebody waits, and since when', async () => {
    const state = await centre();
    expect(state).toMatchObject({ waiting: 1, oldest_at: entered_at });
    expect(state.longest_wait_s).toBeGreaterThanOrEqual(30);
  });

  it('changes nothing when it is sent again', async () => {
    expect(await send(event)).toEqual({ status: 200, answer: { accepted: 0, duplicates: 1, rejected: [] } });
    expect((await centre()).waiting).toBe(1);
  });

  it('that cannot be understood is refused with what to do about it, and kept', async () => {
    const { status, answer } = await send({ ...event, id: 'entry-2', data: {} });
    expect(status).toBe(200);
    expect(answer).toMatchObject({ accepted: 0, rejected: [{ index: 0, id: 'entry-2' }] });
    expect(JSON.stringify(answer)).toContain('queue');
  });

  it('without a key is not looked at', async () => {
    const response = await fetch(`${server.url}/api/v1/events`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(401);
  });
});

describe('who watches', () => {
  let socket: Socket<ServerToClient, ClientToServer>;
  beforeAll(() => {
    socket = io(`${server.url}/live`, { transports: ['websocket'] });
  });
  afterAll(() => {
    socket.close();
  });

  it('gets the whole state, then each change of it', async () => {
    const answer = await new Promise<WatchAnswer>((resolve) => {
      socket.emit('watch', { topic: 'queues', scope: 'city' }, resolve);
    });
    if (!('state' in answer)) throw new Error('expected the whole state');
    const items = (answer.state as TopicState<'queues'>).items;
    expect(items.centre).toMatchObject({ waiting: 1 });

    const changed = new Promise<Delta>((resolve) => {
      socket.on('delta', (delta) => {
        if (delta.changes.some(({ path }) => path.startsWith('/items/centre/waiting'))) resolve(delta);
      });
    });
    await send({
      ...event,
      id: 'answer-1',
      type: 'org.vigie311.call.answered',
      time: answered_at,
      data: { queue: 'centre', agent: 'agent-7' },
    });
    const delta = await changed;
    expect(delta.to).toBeGreaterThan(answer.version);
    expect(delta.changes).toContainEqual({ op: 'replace', path: '/items/centre/waiting', value: 0 });
  });

  it('sees figures that carry the counts they were made from', async () => {
    const { today } = await centre();
    expect(today.counts).toMatchObject({ entered: 1, answered: 1, answered_within: 1, abandoned: 0 });
    expect(today.metrics.service_level).toMatchObject({ value: 1, definition: 'service_level@1' });
    expect(today.metrics.asa.value).toBe(20);
  });
});

describe('a server that is started again', () => {
  it('shows the same state: it is made from what is stored', async () => {
    const before = await centre();
    await server.restart();
    const after = await centre();
    expect(after.today.counts).toEqual(before.today.counts);
    expect(after.waiting).toBe(before.waiting);
  });
});
