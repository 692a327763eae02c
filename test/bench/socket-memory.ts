/** Memory a connected socket takes: ours with compression offered and taken, against Socket.IO's own without any. */
import { fork } from 'node:child_process';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Server } from 'socket.io';
import { systemClock } from '../../server/lib/clock.ts';
import { logger } from '../../server/lib/logger.ts';
import { PushServer } from '../../server/push/server.ts';
import { CityState } from './city-state.ts';
import { atMost, type BenchRow } from './types.ts';
import { startLoad } from './websocket-load.ts';

const KINDS = ['vigie', 'socket.io'] as const;
type Kind = (typeof KINDS)[number];

/** Each kind in a process of its own, whose memory nothing else has touched. */
export async function memoryRows(count: number): Promise<BenchRow[]> {
  const bytes: Record<string, number> = {};
  for (const kind of KINDS) bytes[kind] = await inChild(kind, count);
  const vigie = bytes.vigie ?? Number.NaN;
  const socket_io = bytes['socket.io'] ?? Number.NaN;
  return [
    atMost(
      `memory a socket against Socket.IO without compression`,
      vigie / socket_io,
      1.2,
      'ratio',
      `${count} sockets, each watching one room, after 20 broadcasts; vigie (compressed) ${Math.round(vigie)} B, Socket.IO ${Math.round(socket_io)} B of heap and buffers`,
    ),
  ];
}

function inChild(kind: Kind, count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [kind, String(count)], { execArgv: ['--expose-gc'] });
    child.once('message', (value) => resolve(Number(value)));
    child.once('exit', (code) => reject(new Error(`the measured server ended with ${code}`)));
  });
}

async function memory(): Promise<number> {
  for (let n = 0; n < 3; n += 1) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    (globalThis as { gc?: () => void }).gc?.();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function measure(kind: Kind, count: number): Promise<number> {
  const server = http.createServer();
  const source = new CityState();
  let broadcast: () => void;
  if (kind === 'vigie') {
    const authorise = async () => true;
    await new PushServer({ http: server, source, clock: systemClock, logger, authorise, tick_ms: 0 }).start();
    broadcast = () => source.change(8);
  } else {
    const io = new Server(server, { serveClient: false, perMessageDeflate: false });
    const live = io.of('/live');
    live.on('connection', (socket) => {
      socket.on('watch', (_request, answer) => {
        void socket.join('queues/city');
        answer({ version: 1 });
      });
      socket.on('unwatch', () => void socket.leave('queues/city'));
      socket.on('disconnect', () => undefined);
    });
    broadcast = () => void live.to('queues/city').emit('delta', { changes: 'x'.repeat(1_500) });
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = (server.address() as AddressInfo).port;
  const first = await startLoad({ port, count: 50, kind: 'live', deflate: true });
  broadcast();
  const before = await memory();
  const load = await startLoad({ port, count, kind: 'live', deflate: true });
  for (let n = 0; n < 20; n += 1) {
    broadcast();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const after = await memory();
  first.close();
  load.close();
  return (after - before) / count;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const kind = KINDS.find((candidate) => candidate === process.argv[2]) ?? 'vigie';
  process.send?.(await measure(kind, Number(process.argv[3])), () => process.exit(0));
}
