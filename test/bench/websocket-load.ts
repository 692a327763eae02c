/**
 * A child process that holds many websockets open and only counts what comes, so that it takes little of the cores that
 * the server is measured on. It speaks as much of RFC 6455 and Socket.IO as that needs.
 */
import { type ChildProcess, fork } from 'node:child_process';
import net from 'node:net';
import { fileURLToPath } from 'node:url';

export interface LoadOptions {
  readonly port: number;
  readonly count: number;
  /** `plain`: a websocket and nothing more. `live`: watches topic `queues` of the city. */
  readonly kind: 'plain' | 'live';
  /** Offers permessage-deflate. */
  readonly deflate: boolean;
}
export interface Load {
  /** Bytes received since the last question. */
  bytes(): Promise<number>;
  close(): void;
}

/** Starts the child; resolves when all its sockets are open and have their state. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(options)], { execArgv: [] });
  await message(child);
  return {
    bytes: async () => {
      child.send('bytes');
      return Number(await message(child));
    },
    close: () => child.disconnect(),
  };
}

function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the load ended with ${code}`)));
  });
}

/** A masked text frame of less than 126 bytes; the mask is zero, which leaves the text as it is. */
function frame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}
const PING = Buffer.from([0x81, 1, 0x32]);
const CONNECTED = '40/live,{';
const ANSWERED = '43/live,';

let received = 0;

function open({ port, kind, deflate }: LoadOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const path = kind === 'live' ? '/socket.io/?EIO=4&transport=websocket' : '/';
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n` +
          `${deflate ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : ''}\r\n`,
      );
    });
    let stage: 'upgrade' | 'connect' | 'watch' | 'open' = 'upgrade';
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      received += chunk.length;
      if (stage === 'open') {
        if (chunk.equals(PING)) socket.write(frame('3'));
        return;
      }
      const text = chunk.toString('latin1');
      if (stage === 'upgrade' && text.includes('\r\n\r\n')) {
        stage = kind === 'live' ? 'connect' : 'open';
        if (kind === 'live') socket.write(frame('40/live,'));
        else resolve();
      }
      if (stage === 'connect' && text.includes(CONNECTED)) {
        stage = 'watch';
        socket.write(frame('42/live,0["watch",{"topic":"queues","scope":"city"}]'));
      }
      if (stage === 'watch' && text.includes(ANSWERED)) {
        stage = 'open';
        resolve();
      }
    });
  });
}

async function main(options: LoadOptions): Promise<void> {
  const AT_ONCE = 50;
  for (let opened = 0; opened < options.count; opened += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, options.count - opened) }, () => open(options)));
  }
  process.on('message', () => {
    process.send?.(received);
    received = 0;
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.('open');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(JSON.parse(process.argv[2] ?? '{}'));
