/**
 * From a committed batch to 200 clients: 200 events a second through the live state and the push server, each client a
 * real Socket.IO client in a child process. A call is seen when the delta that counts it has been applied.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { io } from 'socket.io-client';
import { QUEUES } from '../../seeds/reference/index.ts';
import { applyPatch } from '../../server/contract/json-patch.ts';
import type { Delta, TopicState, WatchAnswer } from '../../server/contract/live.ts';
import { systemClock } from '../../server/lib/clock.ts';
import { logger } from '../../server/lib/logger.ts';
import { LiveState } from '../../server/live/state.ts';
import { PushServer } from '../../server/push/server.ts';
import { atMost, type BenchRow } from './types.ts';

const CLIENTS = 200;
const EVENTS_PER_S = 200;
const SPAN_S = 10;
const QUEUE = QUEUES[0]?.id ?? 'centre';

/** Both processes read the same machine's clock, ms. */
const now_ms = (): number => performance.timeOrigin + performance.now();

/** In the child: when each client first saw the queue count at least n offered calls. */
async function clients(port: number): Promise<void> {
  const seen: [count: number, at_ms: number][] = [];
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      const socket = io(`http://127.0.0.1:${port}/live`, { transports: ['websocket'], forceNew: true });
      let state: TopicState = { items: {} };
      socket.on('delta', (delta: Delta) => {
        state = applyPatch(state, delta.changes);
        const queue = state.items[QUEUE];
        if (queue && 'today' in queue) seen.push([queue.today.counts.offered, now_ms()]);
      });
      await new Promise<void>((resolve) => {
        socket.emit('watch', { topic: 'queues', scope: 'city' }, (answer: WatchAnswer) => {
          if ('state' in answer) state = answer.state;
          resolve();
        });
      });
    }),
  );
  process.once('message', () => process.send?.(seen, () => process.exit(0)));
  process.send?.('watching');
}

/** Commits one call every 5 ms; the time at which call n was committed, ms. */
async function commits(state: LiveState): Promise<number[]> {
  const committed_ms: number[] = [];
  const started_ms = now_ms();
  while (committed_ms.length < EVENTS_PER_S * SPAN_S) {
    const due = Math.min(EVENTS_PER_S * SPAN_S, Math.floor(((now_ms() - started_ms) / 1000) * EVENTS_PER_S));
    while (committed_ms.length < due) {
      const time_us = systemClock.now_us();
      const event = {
        event_id: randomUUID().replaceAll('-', ''),
        time_us,
        type: 'call.offered' as const,
        source: 'urn:bench',
        subject: randomUUID(),
        sequence: null,
        data: { queue: QUEUE },
        extra: null,
      };
      state.apply({ batch: committed_ms.length, received_us: time_us, events: [event], rejected: {} });
      committed_ms.push(now_ms());
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return committed_ms;
}

export async function bench(): Promise<BenchRow[]> {
  const server = http.createServer();
  const state = new LiveState({ queues: QUEUES, time_zone: 'America/Toronto', clock: systemClock });
  const authorise = async () => true;
  const push = new PushServer({ http: server, source: state, clock: systemClock, logger, authorise });
  await push.start();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const child = fork(fileURLToPath(import.meta.url), [String((server.address() as AddressInfo).port)]);
  const said = () => new Promise<unknown>((resolve) => child.once('message', resolve));
  await said();
  const committed_ms = await commits(state);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  child.send('done');
  const seen = (await said()) as [count: number, at_ms: number][];
  await push.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return [row(committed_ms, seen)];
}

/** Each call counts when the first delta of a client that holds it arrives: the later half of a delta waits less. */
function row(committed_ms: readonly number[], seen: readonly [count: number, at_ms: number][]): BenchRow {
  const waits_ms: number[] = [];
  const before = new Map<number, number>();
  const counts = [...new Set(seen.map(([count]) => count))].sort((a, b) => a - b);
  for (const [index, count] of counts.entries()) before.set(count, counts[index - 1] ?? 0);
  for (const [count, at_ms] of seen) {
    for (let call = before.get(count) ?? 0; call < count; call += 1) {
      waits_ms.push(at_ms - (committed_ms[call] ?? at_ms));
    }
  }
  waits_ms.sort((a, b) => a - b);
  const quantile = (share: number): number => waits_ms[Math.floor(waits_ms.length * share)] ?? Number.NaN;
  return atMost(
    'commit to client, p99',
    quantile(0.99),
    300,
    'ms',
    `${EVENTS_PER_S} events/s for ${SPAN_S} s, ${CLIENTS} sockets; ${waits_ms.length} of ${committed_ms.length * CLIENTS} deliveries seen, median ${quantile(0.5).toFixed(0)} ms`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await clients(Number(process.argv[2]));
