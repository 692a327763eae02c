/**
 * What it costs to push a delta: CPU a delivery against plain `ws` writing a prepared frame, bytes when compressed,
 * N changes in a tick against one, and memory a socket against Socket.IO's own. All on loopback, the receivers in a
 * child process, rounds of the two sides in turn.
 */
import http from 'node:http';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../server/lib/clock.ts';
import { logger } from '../../server/lib/logger.ts';
import { PushServer } from '../../server/push/server.ts';
import { CityState } from './city-state.ts';
import { memoryRows } from './socket-memory.ts';
import { atMost, type BenchRow, median } from './types.ts';
import { type Load, startLoad } from './websocket-load.ts';

const ROUNDS = 9;
const BROADCASTS_A_ROUND = 10;
const QUEUES_CHANGED = 3;

export interface Side {
  /** Sends one message to all sockets; resolves when it was handed over. */
  broadcast(changed: number): Promise<void>;
  readonly load: Load;
  close(): Promise<void>;
}

export const listen = async (server: http.Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};
const pause = (wait_ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, wait_ms));
const endServer = async (server: http.Server): Promise<void> => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
};

async function vigieSide(count: number, deflate: boolean): Promise<Side> {
  const server = http.createServer();
  const source = new CityState();
  const push = new PushServer({
    http: server,
    source,
    clock: systemClock,
    logger,
    authorise: async () => true,
    tick_ms: 0,
  });
  await push.start();
  const load = await startLoad({ port: await listen(server), count, kind: 'live', deflate });
  return {
    load,
    broadcast: async (changed) => {
      const { deliveries } = push.stats();
      source.change(changed);
      while (push.stats().deliveries < deliveries + count) await pause(2);
    },
    close: async () => {
      load.close();
      await push.stop();
      await endServer(server);
    },
  };
}

/** The floor: one frame, made beforehand, written to the TCP socket of every websocket. */
async function plainSide(count: number, payload_bytes: number): Promise<Side> {
  const server = http.createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  const load = await startLoad({ port: await listen(server), count, kind: 'plain', deflate: false });
  const frame = Buffer.alloc(payload_bytes + 4, 'x');
  frame.set([0x81, 126, payload_bytes >> 8, payload_bytes & 0xff]);
  return {
    load,
    broadcast: async () => {
      for (const client of sockets.clients) tcpOf(client).write(frame);
      await pause(2);
    },
    close: async () => {
      load.close();
      for (const client of sockets.clients) client.terminate();
      await endServer(server);
    },
  };
}
const tcpOf = (client: WebSocket): NetSocket => (client as unknown as { _socket: NetSocket })._socket;

/** µs of this process's CPU a delivery, of one round. */
async function round(side: Side, count: number, changed: number): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < BROADCASTS_A_ROUND; n += 1) {
    await side.broadcast(changed);
    await pause(15);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / (BROADCASTS_A_ROUND * count);
}

/** Rounds in turn, so that what else the machine does falls on all; the median of each side. */
async function compare(turns: readonly (() => Promise<number>)[]): Promise<number[]> {
  const figures: number[][] = turns.map(() => []);
  for (const turn of turns) await turn();
  for (let n = 0; n < ROUNDS; n += 1) {
    for (const [index, turn] of turns.entries()) figures[index]?.push(await turn());
  }
  return figures.map(median);
}

const us = (value: number): string => `${value.toFixed(2)} µs`;

export async function fanOut(count: number): Promise<BenchRow[]> {
  const plain_frames = await vigieSide(count, false);
  const deflated = await vigieSide(count, true);
  await plain_frames.load.bytes();
  await deflated.load.bytes();
  for (let n = 0; n < 3; n += 1) {
    await plain_frames.broadcast(QUEUES_CHANGED);
    await deflated.broadcast(QUEUES_CHANGED);
  }
  await pause(300);
  const bytes = Math.round((await plain_frames.load.bytes()) / (3 * count));
  const deflated_bytes = Math.round((await deflated.load.bytes()) / (3 * count));
  const floor = await plainSide(count, bytes);
  const [ws = Number.NaN, vigie = Number.NaN, compressed = Number.NaN] = await compare([
    () => round(floor, count, QUEUES_CHANGED),
    () => round(plain_frames, count, QUEUES_CHANGED),
    () => round(deflated, count, QUEUES_CHANGED),
  ]);
  const rows = [
    atMost(
      `broadcast, ${count} sockets: CPU a delivery against plain ws`,
      vigie / ws,
      1.3,
      'ratio',
      `${QUEUES_CHANGED} queues changed, frames of ${bytes} B; ws ${us(ws)}, vigie ${us(vigie)}, median of ${ROUNDS} rounds`,
    ),
    atMost(
      `broadcast compressed, ${count} sockets: CPU a delivery against plain ws`,
      compressed / ws,
      1.3,
      'ratio',
      `frames of ${deflated_bytes} B; ws ${us(ws)}, vigie ${us(compressed)}`,
    ),
    atMost(
      `broadcast compressed, ${count} sockets: bytes against uncompressed`,
      deflated_bytes / bytes,
      0.25,
      'ratio',
      `${deflated_bytes} B of ${bytes} B`,
    ),
  ];
  for (const side of [plain_frames, deflated, floor]) await side.close();
  return rows;
}

export async function changesInATick(count: number): Promise<BenchRow[]> {
  const { size } = new CityState();
  const numbers = [1, 10, size];
  const side = await vigieSide(count, true);
  const figures = await compare(numbers.map((changed) => () => round(side, count, changed)));
  await side.close();
  const one = figures[0] ?? Number.NaN;
  return numbers.slice(1).map((changed, index) => {
    const cost = figures[index + 1] ?? Number.NaN;
    return atMost(
      `${changed} changes in a tick against one`,
      cost / one,
      1 + 0.05 * changed,
      'ratio',
      `${count} sockets; ${us(one)} a delivery for one change, ${us(cost)} for ${changed}`,
    );
  });
}

export async function bench(): Promise<BenchRow[]> {
  return [
    ...(await fanOut(1_000)),
    ...(await fanOut(5_000)),
    ...(await changesInATick(1_000)),
    ...(await memoryRows(2_000)),
  ];
}

if (import.meta.main) console.table((await bench()).map(({ configuration: _, ...row }) => row));
