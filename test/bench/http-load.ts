/**
 * Load for the ingest benchmarks: prepared HTTP/1.1 requests over keep-alive sockets, as cheap as they can be, since the
 * generator shares the cores with what it measures. Loopback only; ends by itself.
 */
import net from 'node:net';

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  /** The i-th request's bytes, or undefined when all have been sent. */
  readonly request: (index: number) => Buffer | undefined;
}
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Sums over the answers. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** Answers that were not 200, by status. */
  readonly failures: Readonly<Record<string, number>>;
  /** Time of each request, ms, sorted. */
  readonly latencies_ms: Float64Array;
}

/** One HTTP request as bytes. */
export function prepare(body: Buffer | string, contentType: string, key: string): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const head =
    `POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n` +
    `Content-Type: ${contentType}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly rest: string;
}

function readAnswer(received: string): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const length = Number(/content-length: *(\d+)/i.exec(received.slice(0, end))?.[1] ?? 0);
  const stop = end + 4 + length;
  if (received.length < stop) return undefined;
  return {
    status: Number(received.slice(9, 12)),
    body: received.slice(end + 4, stop),
    rest: received.slice(stop),
  };
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  let next = 0;
  const totals = { requests: 0, accepted: 0, duplicates: 0, rejected: 0 };
  const failures: Record<string, number> = {};
  const latencies: number[] = [];
  const began = performance.now();

  const connection = () =>
    new Promise<void>((resolve, reject) => {
      const socket = net.connect(options.port, '127.0.0.1');
      socket.setNoDelay(true);
      let received = '';
      let sent = 0;
      const send = () => {
        const bytes = options.request(next++);
        if (!bytes) return void socket.end(() => resolve());
        sent = performance.now();
        socket.write(bytes);
      };
      socket.on('connect', send);
      socket.on('error', reject);
      socket.on('data', (chunk) => {
        received += chunk.toString('latin1');
        const answer = readAnswer(received);
        if (!answer) return;
        received = answer.rest;
        latencies.push(performance.now() - sent);
        totals.requests++;
        if (answer.status !== 200) failures[answer.status] = (failures[answer.status] ?? 0) + 1;
        else {
          const counts = JSON.parse(answer.body) as {
            accepted: number;
            duplicates: number;
            rejected: unknown[];
          };
          totals.accepted += counts.accepted;
          totals.duplicates += counts.duplicates;
          totals.rejected += counts.rejected.length;
        }
        send();
      });
    });

  await Promise.all(Array.from({ length: options.connections }, connection));
  const seconds = (performance.now() - began) / 1000;
  return { ...totals, seconds, failures, latencies_ms: Float64Array.from(latencies).sort() };
}

/** The value below which the share `q` of sorted values lies. */
export const quantile = (sorted: Float64Array, q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
